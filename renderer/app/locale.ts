import type { Settings } from '../../preload/contract.ts';

export type Language = Exclude<Settings['language'], 'system'>;

export interface ChosenLocale {
  /** Whose texts are shown. */
  readonly language: Language;
  /** For dates and numbers: the person's own region of that language. */
  readonly locale: string;
  readonly direction: 'ltr' | 'rtl';
}

/** What the person gets by their setting and the languages the system prefers (BCP 47 tags, best first). */
export function chooseLocale(setting: Settings['language'], preferred: readonly string[]): ChosenLocale {
  const language: Language = setting === 'system' ? 'en' : setting;
  const locale = preferred.find((tag) => tag.split('-')[0] === language) ?? language;
  // Chromium has it; TypeScript's own description of ES2025 does not yet (ECMA-402, Intl.Locale.prototype.getTextInfo).
  const tag = new Intl.Locale(locale) as Intl.Locale & { getTextInfo(): { readonly direction?: string } };
  return { language, locale, direction: tag.getTextInfo().direction === 'rtl' ? 'rtl' : 'ltr' };
}
