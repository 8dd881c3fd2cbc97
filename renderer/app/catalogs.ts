import { useEffect, useState } from 'react';
import type { Language, Locale } from '../../preload/contract.ts';
import english from '../locales/en.json';

/** ICU messages by their ids. */
export type Catalog = Readonly<Record<string, string>>;

/** Every language but English, which is always there, in a file of its own that is loaded when it is needed. */
const others: Readonly<Record<Exclude<Language, 'en'>, () => Promise<{ readonly default: Catalog }>>> = {
  de: () => import('../locales/de.json'),
  fr: () => import('../locales/fr.json'),
  ja: () => import('../locales/ja.json'),
};

/** How the window speaks: a locale with its texts. */
export interface Speech {
  readonly locale: Locale;
  readonly messages: Catalog;
}

const inEnglish: Speech = { locale: { language: 'en', tag: 'en', direction: 'ltr' }, messages: english };

/** What a catalog lacks is said in English. */
async function speechIn(locale: Locale): Promise<Speech> {
  const { language } = locale;
  if (language === 'en') return { locale, messages: english };
  const { default: own } = await others[language]();
  return { locale, messages: { ...english, ...own } };
}

/**
 * The speech for that locale once its texts are there; until then the one before, so that words and what the page says of its
 * language change together. Undefined at first. Where texts cannot be loaded: English.
 */
export function useSpeech(locale: Locale | null): Speech | undefined {
  const [speech, setSpeech] = useState<Speech>();
  useEffect(() => {
    if (locale === null) return undefined;
    let isWanted = true;
    const take = (loaded: Speech): void => {
      if (isWanted) setSpeech(loaded);
    };
    speechIn(locale).then(take, () => take(inEnglish));
    return () => {
      isWanted = false;
    };
  }, [locale]);
  return speech;
}
