import { languages, type Language, type Locale, type Settings } from '../../preload/contract.ts';
import type { Dispose } from '../model/disposable.ts';

/** Languages read from right to left, by their ISO 639 code. */
const rightToLeft: ReadonlySet<string> = new Set(['ar', 'fa', 'he', 'ur']);

/** What the person gets by their setting and the languages the system prefers (BCP 47 tags, best first; what is no tag is passed over). */
export function chooseLocale(setting: Settings['language'], preferred: readonly string[]): Locale {
  const known = preferred.flatMap(readTag);
  const language = setting === 'system' ? (known.map(({ language }) => languageOf(language)).find((own) => own !== undefined) ?? 'en') : setting;
  const tag = known.find((own) => own.language === language)?.toString() ?? language;
  return { language, tag, direction: rightToLeft.has(language) ? 'rtl' : 'ltr' };
}

function languageOf(code: string): Language | undefined {
  return languages.find((language) => language === code);
}

function readTag(text: string): readonly Intl.Locale[] {
  try {
    return [new Intl.Locale(text)];
  } catch {
    return [];
  }
}

/** The preferences, as far as they matter here. */
export interface LanguageSetting {
  get(): Pick<Settings, 'language'>;
  onChange(listener: () => void): Dispose;
}

/**
 * The one place that decides in which language people are spoken to, and by which region's habits; the same object until it
 * changes. `systemLanguages` may be empty until the shell knows them.
 */
export function createLanguage(settings: LanguageSetting, systemLanguages: () => readonly string[]): () => Locale {
  let setting = settings.get().language;
  let decided: { readonly by: string; readonly locale: Locale } | undefined;
  settings.onChange(() => (setting = settings.get().language));
  return () => {
    const preferred = systemLanguages();
    const by = [setting, ...preferred].join(' ');
    if (decided?.by !== by) decided = { by, locale: chooseLocale(setting, preferred) };
    return decided.locale;
  };
}
