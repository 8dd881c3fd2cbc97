import { createIntl, createIntlCache } from '@formatjs/intl';
import type { Message } from '../../preload/contract.ts';

/**
 * Puts a text that came with its own languages into one message: `locale`'s, or English. It was checked when it was taken
 * in; what cannot be formatted all the same shows as it was written.
 */
export function createPhrases(locale: 'en'): (phrase: Readonly<Record<string, string>>, values: Message['values']) => Message {
  const intl = createIntl({ locale, messages: {}, onError: () => undefined }, createIntlCache());
  return (phrase, values) => {
    const written = phrase[locale] ?? phrase['en'] ?? '';
    // The text stands for its id too: two texts never share one.
    return { id: 'profile.text', values: { text: intl.formatMessage({ id: written, defaultMessage: written }, values, { ignoreTag: true }) } };
  };
}
