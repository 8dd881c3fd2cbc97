import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';

/** How deep arguments may nest. Cedar itself throws near 500 levels; nothing a person could be shown nests this far. */
export const maximumDepth = 16;
/** How many values (members, elements and the containers themselves) arguments may hold. */
export const maximumValues = 50_000;
/** How much text (UTF-16 code units, keys included) arguments may hold. */
export const maximumText = 2 * 1024 * 1024;

export type Unreadable = 'too deep' | 'too large' | 'ambiguous keys' | 'not JSON';

export type Conversion =
  | { readonly ok: true; readonly value: Record<string, CedarValueJson> }
  /** Nothing can be said of such arguments, so they are refused. */
  | { readonly ok: false; readonly why: Unreadable };

class ConversionFailure extends Error {
  readonly why: Unreadable;
  constructor(why: Unreadable) {
    super(why);
    this.why = why;
  }
}

interface Budget {
  values: number;
  text: number;
}

/**
 * Turns a JSON object into a Cedar record, so that nothing in it is taken for anything but data. Pure; never throws.
 *
 * - `null` is dropped (Cedar has none), in lists too. Lists become Cedar sets: no order, no repeats.
 * - Whole numbers stay numbers within ±(2^53-1) and become text beyond.
 * - Fractions with at most four digits after the point become `decimal`; others become text.
 * - A key that Cedar would read as an entity or extension (`__entity`, `__extn`, `__expr`) gets one more underscore in front,
 *   and so does a key that already has more, so that no two keys fall together.
 * - Unpaired surrogates become U+FFFD (Cedar's parser rejects them). Keys that become equal by that are refused.
 */
export function toCedarRecord(value: object): Conversion {
  const budget = { values: maximumValues, text: maximumText };
  try {
    return { ok: true, value: convertRecord(value, 0, budget) };
  } catch (error) {
    if (error instanceof ConversionFailure) return { ok: false, why: error.why };
    // A getter or proxy that throws: no JSON parser makes one, so it is not data we can vouch for.
    return { ok: false, why: 'not JSON' };
  }
}

function convert(value: unknown, depth: number, budget: Budget): CedarValueJson | undefined {
  if (--budget.values < 0) throw new ConversionFailure('too large');
  if (typeof value === 'string') return convertText(value, budget);
  if (typeof value === 'number') return convertNumber(value);
  if (typeof value === 'boolean') return value;
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return convertList(value, depth, budget);
  if (typeof value === 'object') return convertRecord(value, depth, budget);
  throw new ConversionFailure('not JSON');
}

function convertText(value: string, budget: Budget): string {
  budget.text -= value.length;
  if (budget.text < 0) throw new ConversionFailure('too large');
  return value.toWellFormed();
}

function convertList(list: readonly unknown[], depth: number, budget: Budget): CedarValueJson[] {
  if (depth >= maximumDepth) throw new ConversionFailure('too deep');
  return list.map((element) => convert(element, depth + 1, budget)).filter((element) => element !== undefined);
}

function convertRecord(record: object, depth: number, budget: Budget): Record<string, CedarValueJson> {
  if (depth >= maximumDepth) throw new ConversionFailure('too deep');
  const keys = new Set<string>();
  const members: [string, CedarValueJson][] = [];
  for (const [name, member] of Object.entries(record)) {
    const key = escapeKey(convertText(name, budget));
    if (keys.has(key)) throw new ConversionFailure('ambiguous keys');
    keys.add(key);
    const value = convert(member, depth + 1, budget);
    if (value !== undefined) members.push([key, value]);
  }
  return Object.fromEntries(members);
}

/** `_`* + a reserved word: one more underscore keeps the mapping one-to-one. */
export function escapeKey(key: string): string {
  return /^_*__(?:entity|extn|expr)$/.test(key) ? `_${key}` : key;
}

/** Cedar's `decimal`: 64 bits with four digits after the point. */
const largestDecimal = 922_337_203_685_477;

function convertNumber(value: number): CedarValueJson {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  const text = String(value);
  const isDecimal = /^-?\d+\.\d{1,4}$/.test(text) && Math.abs(value) < largestDecimal;
  return isDecimal ? { __extn: { fn: 'decimal', arg: text } } : text;
}
