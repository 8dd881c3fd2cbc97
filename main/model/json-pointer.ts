import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

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

function stepsOf(pointer: string): readonly string[] {
  return pointer.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
