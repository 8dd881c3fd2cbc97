import type { Language } from '../../preload/contract.ts';
import en from '../../renderer/locales/en.json' with { type: 'json' };

/** ICU messages by their ids. */
export type Catalog = Readonly<Record<string, string>>;

export const english: Catalog = en;

/** The catalogs of every language, the renderer's own. */
export const catalogs: Readonly<Record<Language, Catalog>> = { en };
