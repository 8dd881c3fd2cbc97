import { parseAddresses, type Address } from '../model/address.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { isAllCovered, stepsOf, valuesAt } from '../model/json-pointer.ts';
import type { ProfileField } from '../model/tool-profile.ts';
import { digitsOf, moneyOf, type Money } from './money.ts';

type FieldOf<As extends ProfileField['as']> = Extract<ProfileField, { readonly as: As }>;
type PlainKind = Exclude<ProfileField['as'], 'people' | 'money' | 'instant' | 'json' | 'url'>;

export interface Moment {
  readonly text: string;
  /** Milliseconds since the Unix epoch; null where the text is no date. */
  readonly at: number | null;
  /** `clock`, `day`: a time or a day wherever it is meant, which `at` holds as if it were meant in UTC. */
  readonly precision: 'moment' | 'clock' | 'day';
}

/** What one field of a profile stands for in the arguments: typed, and exactly as it was sent. */
export type Reading =
  | { readonly as: 'people'; readonly field: FieldOf<'people'>; readonly people: readonly Address[] }
  | { readonly as: 'money'; readonly field: FieldOf<'money'>; readonly money: Money }
  | { readonly as: 'instant'; readonly field: FieldOf<'instant'>; readonly moments: readonly Moment[] }
  | { readonly as: 'url'; readonly field: ProfileField; readonly urls: readonly { readonly text: string; readonly host: string; readonly hasUser: boolean }[] }
  | { readonly as: 'json'; readonly field: ProfileField; readonly values: readonly JsonValue[] }
  | { readonly as: PlainKind; readonly field: ProfileField; readonly values: readonly (string | number | boolean)[] };

/**
 * Reads arguments by the fields of a profile, in their order; a field whose argument is missing, `null` or empty is left out.
 * Undefined when a field cannot be read as what it should be, when one that is required is missing, or when the arguments
 * hold anything that no field stands for.
 */
export function readFields(fields: readonly ProfileField[], args: JsonObject): readonly Reading[] | undefined {
  const places = fields.flatMap((field) => [field.at, ...(field.as === 'money' && field.currency.startsWith('/') ? [field.currency] : [])]);
  if (!isAllCovered(args, places.map(stepsOf))) return undefined;
  const readings: Reading[] = [];
  for (const field of fields) {
    const found = valuesAt(args, stepsOf(field.at));
    if (found === undefined) return undefined;
    const values = flat(field, found).filter((value) => value !== null && value !== '');
    if (values.length === 0) {
      if (field.isRequired || (field.as === 'money' && hasCurrency(field, args))) return undefined;
      continue;
    }
    const reading = read(field, values, args);
    if (reading === undefined) return undefined;
    readings.push(reading);
  }
  return readings;
}

/** A field that stands for a text or for a list of texts: services differ in it. */
function flat(field: ProfileField, values: readonly JsonValue[]): readonly JsonValue[] {
  if (field.as === 'json') return values;
  return values.flatMap((value) => (Array.isArray(value) ? value : [value]));
}

function read(field: ProfileField, values: readonly JsonValue[], args: JsonObject): Reading | undefined {
  switch (field.as) {
    case 'people':
      return readPeople(field, values);
    case 'money':
      return readMoney(field, values, args);
    case 'instant':
      return readInstants(field, values);
    case 'url':
      return readUrls(field, values);
    case 'json':
      return { as: 'json', field, values };
    case 'option':
      return values.every(isScalar) ? { as: field.as, field, values: values.filter(isScalar) } : undefined;
    case 'account':
    case 'subject':
    case 'payee':
    case 'query':
    case 'resource':
    case 'text':
    case 'message':
    case 'path':
    case 'file': {
      const texts = values.filter((value) => typeof value === 'string' || typeof value === 'number');
      const isOne = field.as === 'account' || field.as === 'subject' || field.as === 'payee' || field.as === 'query';
      return texts.length === values.length && (!isOne || texts.length === 1) ? { as: field.as, field, values: texts } : undefined;
    }
  }
}

function isScalar(value: JsonValue): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function readPeople(field: FieldOf<'people'>, values: readonly JsonValue[]): Reading | undefined {
  const texts: string[] = [];
  for (const value of values) {
    if (typeof value !== 'string') return undefined;
    texts.push(...(field.separator === undefined ? [value] : value.split(field.separator).filter((text) => text.trim() !== '')));
  }
  const parsed = parseAddresses(texts);
  return parsed.ok && parsed.value.length > 0 ? { as: 'people', field, people: parsed.value } : undefined;
}

function hasCurrency({ currency }: FieldOf<'money'>, args: JsonObject): boolean {
  return currency.startsWith('/') && valuesAt(args, stepsOf(currency))?.length !== 0;
}

function readMoney(field: FieldOf<'money'>, values: readonly JsonValue[], args: JsonObject): Reading | undefined {
  const currencies = field.currency.startsWith('/') ? valuesAt(args, stepsOf(field.currency)) : [field.currency];
  const currency = currencies?.[0];
  // Two amounts cannot be told apart on a card that names one.
  if (values.length !== 1 || currencies?.length !== 1 || typeof currency !== 'string' || !/^[A-Za-z]{3}$/.test(currency)) return undefined;
  const code = currency.toUpperCase();
  const money = moneyOf(values[0], code, field.units === 'major' ? null : (field.digits[code] ?? digitsOf(code)));
  return money && { as: 'money', field, money };
}

function readInstants(field: FieldOf<'instant'>, values: readonly JsonValue[]): Reading | undefined {
  const moments: Moment[] = [];
  for (const value of values) {
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    moments.push(momentOf(value, field.epoch));
  }
  return { as: 'instant', field, moments };
}

const latest = 8.64e15;

/** RFC 3339, with or without a zone, or a number of seconds or milliseconds since 1970. */
export function momentOf(value: string | number, epoch: 'seconds' | 'milliseconds'): Moment {
  const text = String(value);
  if (typeof value === 'number') {
    const at = epoch === 'seconds' ? value * 1000 : value;
    return { text, at: Math.abs(at) <= latest ? at : null, precision: 'moment' };
  }
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})?)?$/.exec(text);
  if (match === null) return { text, at: null, precision: 'moment' };
  const [, year, month, day, hour, , , zone] = match;
  const isClock = hour !== undefined && zone === undefined;
  const at = Date.parse(hour === undefined ? text : `${text.replace(' ', 'T').toUpperCase()}${isClock ? 'Z' : ''}`);
  // `2026-02-31` is taken for a day in March.
  const isReal = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDate() === Number(day);
  return { text, at: Number.isNaN(at) || !isReal ? null : at, precision: isClock ? 'clock' : hour === undefined ? 'day' : 'moment' };
}

function readUrls(field: ProfileField, values: readonly JsonValue[]): Reading | undefined {
  const urls: { text: string; host: string; hasUser: boolean }[] = [];
  for (const value of values) {
    const url = typeof value === 'string' ? URL.parse(value) : null;
    if (typeof value !== 'string' || url === null || url.hostname === '') return undefined;
    urls.push({ text: value, host: url.hostname.toLowerCase(), hasUser: url.username !== '' || url.password !== '' });
  }
  return { as: 'url', field, urls };
}
