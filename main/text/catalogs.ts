import type { Language } from '../../preload/contract.ts';
import de from '../../renderer/locales/de.json' with { type: 'json' };
import en from '../../renderer/locales/en.json' with { type: 'json' };
import fr from '../../renderer/locales/fr.json' with { type: 'json' };
import ja from '../../renderer/locales/ja.json' with { type: 'json' };

/** ICU messages by their ids. */
export type Catalog = Readonly<Record<string, string>>;

export const english: Catalog = en;

/** The catalogs of every language, the renderer's own. */
export const catalogs: Readonly<Record<Language, Catalog>> = { en, de, fr, ja };
