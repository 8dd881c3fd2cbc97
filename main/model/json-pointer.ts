import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** The steps of a JSON Pointer (RFC 6901); `*` stands for every item of a list. */
export type Steps = readonly string[];

export function stepsOf(pointer: string): Steps {
  return pointer.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value at a JSON Pointer (RFC 6901) that goes through objects alone. Undefined: nothing stands there. */
export function valueAt(value: JsonValue, pointer: string): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const step of stepsOf(pointer)) {
    if (!isJsonObject(found) || !Object.hasOwn(found, step)) return undefined;
    found = found[step];
  }
  return found;
}

/** A copy with another value there, or with none (undefined). What lies on the way to it is copied, all else is the same. */
export function withValueAt(value: JsonObject, pointer: string, next: JsonValue | undefined): JsonObject {
  const [step, ...rest] = stepsOf(pointer);
  return step === undefined ? value : withSteps(value, step, rest, next);
}

function withSteps(value: JsonObject, step: string, [following, ...rest]: readonly string[], next: JsonValue | undefined): JsonObject {
  const inner = Object.hasOwn(value, step) ? value[step] : undefined;
  const replaced = following === undefined ? next : withSteps(isJsonObject(inner) ? inner : {}, following, rest, next);
  const entries = Object.entries(value).filter(([key]) => key !== step || replaced !== undefined);
  const isNew = !Object.hasOwn(value, step) && replaced !== undefined;
  // `fromEntries` defines its properties, so a key such as `__proto__` is one like any other.
  return Object.fromEntries([...entries.map(([key, old]) => [key, key === step ? (replaced ?? null) : old] as const), ...(isNew ? [[step, replaced] as const] : [])]);
}

/** Everything that stands there, in order. Undefined where a list is meant and something else stands, or the other way round. */
export function valuesAt(value: JsonValue, steps: Steps): readonly JsonValue[] | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return [value];
  if (step === '*') {
    if (!Array.isArray(value)) return undefined;
    const found: JsonValue[] = [];
    for (const item of value) {
      const values = valuesAt(item, rest);
      if (values === undefined) return undefined;
      found.push(...values);
    }
    return found;
  }
  if (!isJsonObject(value)) return undefined;
  return Object.hasOwn(value, step) ? valuesAt(value[step] ?? null, rest) : [];
}

/** Whether every value of the arguments stands in one of those places, or under one: then nothing is left out of what is shown. */
export function isAllCovered(args: JsonObject, places: readonly Steps[]): boolean {
  return Object.keys(args).every((key) => isCovered(args[key] ?? null, within(places, key)));
}

function isCovered(value: JsonValue, places: readonly Steps[]): boolean {
  if (places.length === 0) return false;
  if (places.some((steps) => steps.length === 0)) return true;
  if (typeof value !== 'object' || value === null) return false;
  if (isJsonObject(value)) return Object.keys(value).every((key) => isCovered(value[key] ?? null, within(places, key)));
  const items = places.filter(([step]) => step === '*').map((steps) => steps.slice(1));
  return items.length > 0 && value.every((item: JsonValue) => isCovered(item, items));
}

function within(places: readonly Steps[], key: string): readonly Steps[] {
  // A star means lists alone: an argument of that name is somebody's trick.
  return places.filter(([step]) => step === key && key !== '*').map((steps) => steps.slice(1));
}
