import { createIntl, createIntlCache, type IntlShape } from '@formatjs/intl';
import type { Locale, Message } from '../../preload/contract.ts';
import { catalogs, english } from './catalogs.ts';
import { spokenValues } from '../../renderer/locales/spoken.ts';

/** Formats the renderer's messages where there is no renderer: tray, notifications, dialogs, the console, pages in the browser. */
export type FormatText = (message: Message) => string;

/** Speaks the language that `locale` tells at that moment. What its catalog lacks is said in English, else by its id: nothing is ever blank. */
export function createText(locale: () => Locale): FormatText {
  const speakers = new Map<string, IntlShape>();
  return ({ id, values }) => {
    const chosen = locale();
    const key = `${chosen.language} ${chosen.tag}`;
    const speaker = speakers.get(key) ?? createIntl({ locale: chosen.tag, messages: { ...catalogs[chosen.language] }, defaultLocale: 'en', onError: () => undefined }, createIntlCache());
    speakers.set(key, speaker);
    return speaker.formatMessage({ id, defaultMessage: english[id] ?? id }, spokenValues({ id, values }, chosen.language, catalogs[chosen.language]));
  };
}

/** What goes into the record, or is read by programs, is English whatever people read. */
export const inEnglish: FormatText = createText(() => ({ language: 'en', tag: 'en', direction: 'ltr' }));
