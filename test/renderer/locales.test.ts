import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { describe, expect, test } from 'vitest';
import { languages } from '../../preload/contract.ts';

const folder = join(import.meta.dirname, '../../renderer/locales');
const files = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();

/** A catalog's ids with their texts, in the order of the file. */
function readCatalog(language: string): ReadonlyMap<string, string> {
  // The file is a flat object of texts; a test below says so of each.
  return new Map(Object.entries(JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8')) as Record<string, string>));
}

const english = readCatalog('en');

/** Calls back with every part of a message, those of plurals and selections included. */
function walk(parts: readonly MessageFormatElement[], visit: (part: MessageFormatElement) => void): void {
  for (const part of parts) {
    visit(part);
    if (part.type === TYPE.plural || part.type === TYPE.select) for (const { value } of Object.values(part.options)) walk(value, visit);
    if (part.type === TYPE.tag) walk(part.children, visit);
  }
}

function partsOf(text: string): readonly MessageFormatElement[] {
  return parse(text, { captureLocation: false, shouldParseSkeletons: true });
}

function parseProblem(text: string): string | null {
  try {
    partsOf(text);
    return null;
  } catch (error) {
    return String(error);
  }
}

/** What the code hands to a message: names with what is made of them, and tags. The cases of a selection are the code's words too. */
function interfaceOf(text: string): readonly string[] {
  const found = new Set<string>();
  walk(partsOf(text), (part) => {
    if (part.type === TYPE.argument) found.add(part.value);
    if (part.type === TYPE.number || part.type === TYPE.date || part.type === TYPE.time) found.add(`${part.value}: ${TYPE[part.type]}`);
    if (part.type === TYPE.plural) found.add(part.value);
    if (part.type === TYPE.select) found.add(`${part.value}: ${Object.keys(part.options).sort().join(' ')}`);
    if (part.type === TYPE.tag) found.add(`<${part.value}>`);
  });
  return [...found].sort();
}

/** Everything somebody reads of a message, without its arguments. */
function wordsOf(text: string): string {
  const words: string[] = [];
  walk(partsOf(text), (part) => {
    if (part.type === TYPE.literal) words.push(part.value);
  });
  return words.join(' ');
}

/** The numbers of a message of which one is told from many. */
function countedFromOne(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  walk(partsOf(text), (part) => {
    if (part.type === TYPE.plural && part.options['one'] !== undefined) found.add(part.value);
  });
  return found;
}

/** Texts of a language that fail, with why. */
function failing(catalog: ReadonlyMap<string, string>, problem: (text: string, id: string) => string | null | false): readonly string[] {
  return [...catalog].flatMap(([id, text]) => {
    const found = problem(text, id);
    return found === null || found === false ? [] : [`${id}: ${found}`];
  });
}

/** Quotation marks that the language does not use, and signs that a typewriter puts in place of others. */
const foreign: Readonly<Record<string, RegExp>> = {
  en: /[„«»「」『』]|["']|\.\.\./,
  de: /["']|\.\.\.|[«»‹›「」『』”]/,
  fr: /["']|\.\.\.|[„“”‚「」『』]/,
  ja: /["']|\.\.\.|[„“”«»‚]/,
};

test('there is a catalog for each language of the app, and none beside', () => expect(files).toEqual(languages.map((language) => `${language}.json`).toSorted()));

describe.each(languages)('the catalog of %s', (language) => {
  const catalog = readCatalog(language);

  test('is a flat list of texts with the same ids as English, sorted, none empty', () => {
    expect([...catalog.keys()].filter((id) => !english.has(id))).toEqual([]);
    expect([...english.keys()].filter((id) => !catalog.has(id))).toEqual([]);
    expect([...catalog.keys()]).toEqual([...catalog.keys()].sort());
    expect(failing(catalog, (text, id) => (typeof text !== 'string' || text.trim() === '' || (text !== text.trim() && english.get(id) === english.get(id)?.trim())) && 'is empty, or has a space at its edge that English has not')).toEqual([]);
  });

  test('has messages that can be read as ICU (MessageFormat)', () => {
    expect(failing(catalog, parseProblem)).toEqual([]);
  });

  test('takes the same values, the same cases and the same tags as English', () => {
    expect(failing(catalog, (text, id) => {
      const [own, theirs] = [interfaceOf(text), interfaceOf(english.get(id) ?? '')].map((names) => names.join(', '));
      return own !== theirs && `{${own}} in place of {${theirs}}`;
    })).toEqual([]);
  });

  test('counts by the rules of the language (CLDR), whole numbers and each with a case for all others', () => {
    const rules = { cardinal: new Intl.PluralRules(language), ordinal: new Intl.PluralRules(language, { type: 'ordinal' }) };
    expect(failing(catalog, (text, id) => {
      // Some only tell none from some; where English tells one from many, every language does that has the difference.
      const tellsOne = countedFromOne(english.get(id) ?? '');
      let wrong: string | null = null;
      walk(partsOf(text), (part) => {
        if (part.type === TYPE.select && part.options['other'] === undefined) wrong = `{${part.value}} has no case “other”`;
        if (part.type !== TYPE.plural) return;
        const { pluralCategories } = rules[part.pluralType ?? 'cardinal'].resolvedOptions();
        const cases = Object.keys(part.options).filter((name) => !name.startsWith('='));
        // French has "many" for millions, which these texts never reach.
        const missing = pluralCategories.filter((category) => tellsOne.has(part.value) && category !== 'many' && !cases.includes(category) && !(category === 'one' && part.options['=1'] !== undefined));
        const unknown = cases.filter((name) => !pluralCategories.some((category) => category === name));
        if (part.options['other'] === undefined) wrong = `{${part.value}} has no case “other”`;
        if (missing.length + unknown.length > 0) wrong = `{${part.value}}: missing ${missing.join(' ') || 'nothing'}, unknown ${unknown.join(' ') || 'nothing'}`;
      });
      return wrong;
    })).toEqual([]);
  });

  test('is set as the language is set: its own quotation marks, real apostrophes and ellipses', () => {
    expect(failing(catalog, (text) => foreign[language]?.test(wordsOf(text)) === true && text)).toEqual([]);
  });
});
