import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';
import { wholeView, type View } from './sight.ts';

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
 *
 * @param view what will be looked at. The rest is held to the same limits and then left out; of a value that is only asked
 *   for by `has`, or that has no members though one is looked for, no more is told than that it is there and no record.
 */
export function toCedarRecord(value: object, view: View = wholeView): Conversion {
  const budget = { values: maximumValues, text: maximumText };
  try {
    return { ok: true, value: convertRecord(value, 0, budget, view) };
  } catch (error) {
    if (error instanceof ConversionFailure) return { ok: false, why: error.why };
    // A getter or proxy that throws: no JSON parser makes one, so it is not data we can vouch for.
    return { ok: false, why: 'not JSON' };
  }
}

/** Undefined for what is left out: null, and what nobody looks at (`view` is null). */
function convert(value: unknown, depth: number, budget: Budget, view: View | null): CedarValueJson | undefined {
  if (--budget.values < 0) throw new ConversionFailure('too large');
  if (typeof value === 'string') {
    spendText(value, budget);
    return view?.isWhole === true ? value.toWellFormed() : presence(view);
  }
  if (typeof value === 'number') return view?.isWhole === true ? convertNumber(value) : presence(view);
  if (typeof value === 'boolean') return view?.isWhole === true ? value : presence(view);
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return convertList(value, depth, budget, view);
  if (typeof value !== 'object') throw new ConversionFailure('not JSON');
  const record = convertRecord(value, depth, budget, view);
  return view === null ? undefined : record;
}

/** To Cedar, whatever has no members is alike for somebody who only asks for members, or only whether it is there. */
function presence(view: View | null): true | undefined {
  return view === null ? undefined : true;
}

function spendText(value: string, budget: Budget): void {
  budget.text -= value.length;
  if (budget.text < 0) throw new ConversionFailure('too large');
}

function convertList(list: readonly unknown[], depth: number, budget: Budget, view: View | null): CedarValueJson | undefined {
  if (depth >= maximumDepth) throw new ConversionFailure('too deep');
  if (view?.isWhole === true) return list.map((element) => convert(element, depth + 1, budget, view)).filter((element) => element !== undefined);
  // Like `map`, without the holes of a sparse list.
  list.forEach((element) => convert(element, depth + 1, budget, null));
  return presence(view);
}

function convertRecord(record: object, depth: number, budget: Budget, view: View | null): Record<string, CedarValueJson> {
  if (depth >= maximumDepth) throw new ConversionFailure('too deep');
  const entries = Object.entries(record);
  // Only a key that is not well-formed can fall together with another one.
  const keys = entries.every(([name]) => name.isWellFormed()) ? null : new Set<string>();
  const members: [string, CedarValueJson][] = [];
  for (const [name, member] of entries) {
    spendText(name, budget);
    const key = escapeKey(name.toWellFormed());
    if (keys?.has(key) === true) throw new ConversionFailure('ambiguous keys');
    keys?.add(key);
    const value = convert(member, depth + 1, budget, view?.isWhole === true ? view : (view?.members.get(key) ?? null));
    if (value !== undefined) members.push([key, value]);
  }
  return Object.fromEntries(members);
}

/** `_`* + a reserved word: one more underscore keeps the mapping one-to-one. */
export function escapeKey(key: string): string {
  return key.startsWith('__') && /^_*__(?:entity|extn|expr)$/.test(key) ? `_${key}` : key;
}

/** Cedar's `decimal`: 64 bits with four digits after the point. */
const largestDecimal = 922_337_203_685_477;

function convertNumber(value: number): CedarValueJson {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  const text = String(value);
  const isDecimal = /^-?\d+\.\d{1,4}$/.test(text) && Math.abs(value) < largestDecimal;
  return isDecimal ? { __extn: { fn: 'decimal', arg: text } } : text;
}
