import { createIntl, createIntlCache } from '@formatjs/intl';
import type { Message } from '../../preload/contract.ts';
import english from '../../renderer/locales/en.json' with { type: 'json' };

/** Formats the same messages as the renderer, for the tray, notifications, the console and the agents' results. */
export type FormatText = (message: Message) => string;

/** Text falls back to its message id when a locale lacks it, so that nothing is ever blank. */
export function createText(locale: 'en'): FormatText {
  const messages: Record<string, string> = english;
  const intl = createIntl({ locale, messages, onError: () => undefined }, createIntlCache());
  return ({ id, values }) => intl.formatMessage({ id, defaultMessage: id }, values);
}
