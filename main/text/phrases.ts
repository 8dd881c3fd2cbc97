import { createIntl, createIntlCache } from '@formatjs/intl';
import { languages, type Message } from '../../preload/contract.ts';

/** The message that stands for a text which came with its own languages. */
const phraseId = 'profile.text';
const speakers = languages.map((language) => [language, createIntl({ locale: language, messages: {}, onError: () => undefined }, createIntlCache())] as const);

/**
 * Puts a text that came with its own languages into one message that has each of them: in English under `text`, in others
 * under their tag. It was checked when it was taken in; what cannot be formatted all the same shows as it was written.
 */
export function sayPhrase(phrase: Readonly<Record<string, string>>, values: Message['values']): Message {
  const texts = speakers.flatMap(([language, speaker]) => {
    const written = phrase[language];
    if (written === undefined) return [];
    // The text stands for its id too: two texts never share one.
    return [[language === 'en' ? 'text' : language, speaker.formatMessage({ id: written, defaultMessage: written }, values, { ignoreTag: true })] as const];
  });
  return { id: phraseId, values: Object.fromEntries(texts) };
}
