import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';

/** What checking one value against a schema can take at most. */
export interface SchemaCost {
  /** Checks that one value of the arguments can meet, references followed. Infinite where no bound is known. */
  readonly checks: number;
  /** Some check takes time that grows with the square of what it looks at. */
  readonly isQuadratic: boolean;
}

/** Nodes, levels and characters; real schemas are far below. */
const mostNodes = 20_000;
const deepest = 100;
const longest = 500_000;

/** Whether a schema is larger than any honest one. Looks at a bounded part of it. */
export function isOversized(schema: JsonObject): boolean {
  const open: { readonly value: JsonValue; readonly depth: number }[] = [{ value: schema, depth: 1 }];
  let nodes = 0;
  let characters = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value === 'string') characters += value.length;
    if (isJsonObject(value)) {
      // Not `Object.entries`, which would look at all of a value that is too large.
      for (const key in value) {
        nodes += 1;
        characters += key.length;
        if (nodes > mostNodes) return true;
        open.push({ value: value[key] ?? null, depth: depth + 1 });
      }
    } else if (typeof value === 'object' && value !== null) {
      nodes += value.length;
      if (nodes > mostNodes) return true;
      for (const part of value) open.push({ value: part, depth: depth + 1 });
    }
    if (depth > deepest || characters > longest) return true;
  }
  return false;
}

/** Keywords that hold one schema or a list of them. */
const holders = ['items', 'prefixItems', 'additionalItems', 'contains', 'additionalProperties', 'propertyNames', 'not', 'if', 'then', 'else', 'allOf', 'anyOf', 'oneOf'];
/** Keywords that hold schemas under names. */
const named = ['properties', 'dependentSchemas', 'dependencies'];
/** A server's own regular expression, and what depends on where the validator came from: no bound is known. */
const unbounded = ['pattern', 'patternProperties', 'unevaluatedProperties', 'unevaluatedItems', '$dynamicRef', '$recursiveRef'];
const quadratic = ['format', 'uniqueItems'];

/** How far references may lead; beyond it no bound is taken to be known. */
const longestWay = 300;

/**
 * Bounds the work of a schema that is not oversized (JSON Schema 2020-12, 2019-09, draft-07). Errs on the careful side:
 * a reference that is not a plain pointer into the same schema has no known bound.
 */
export function costOf(schema: JsonObject): SchemaCost {
  const known = new Map<JsonObject, number>();
  let isQuadratic = false;

  function cost(value: JsonValue | undefined, way: number): number {
    if (typeof value !== 'object' || value === null) return 1;
    if (!isJsonObject(value)) return value.reduce<number>((sum, part) => sum + cost(part, way), 0);
    const before = known.get(value);
    if (before !== undefined) return before;
    // What is met again on its own way refers to itself.
    known.set(value, Number.POSITIVE_INFINITY);
    const own = way > longestWay ? Number.POSITIVE_INFINITY : costOfOne(value, way + 1);
    known.set(value, own);
    return own;
  }

  function costOfOne(one: JsonObject, way: number): number {
    const has = (keyword: string): boolean => Object.hasOwn(one, keyword);
    if (unbounded.some(has) || (one !== schema && (has('$id') || has('id')))) return Number.POSITIVE_INFINITY;
    if (quadratic.some(has)) isQuadratic = true;
    let sum = 1 + lengthOf(one['enum']) + lengthOf(one['required']) + lengthOf(one['dependentRequired']) + lengthOf(one['const']);
    for (const keyword of holders) if (has(keyword)) sum += cost(one[keyword], way);
    for (const keyword of named) {
      const schemas = one[keyword];
      if (schemas !== undefined && isJsonObject(schemas)) for (const part of Object.values(schemas)) sum += cost(part, way);
    }
    if (has('$ref')) {
      const target = pointedTo(schema, one['$ref']);
      sum += target === undefined ? Number.POSITIVE_INFINITY : cost(target, way);
    }
    return sum;
  }

  const checks = cost(schema, 0);
  return { checks, isQuadratic };
}

/** JSON Pointer in a fragment (RFC 6901, section 6). Undefined for any other reference. */
function pointedTo(schema: JsonObject, reference: JsonValue | undefined): JsonValue | undefined {
  if (reference === '#') return schema;
  if (typeof reference !== 'string' || !reference.startsWith('#/') || reference.includes('%')) return undefined;
  let place: JsonValue | undefined = schema;
  for (const step of reference.slice(2).split('/')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, key)) return undefined;
    place = isJsonObject(place) ? place[key] : place[Number(key)];
  }
  return place;
}

function lengthOf(value: JsonValue | undefined): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts: readonly JsonValue[] = Object.values(value);
  return parts.reduce<number>((sum, part) => sum + 1 + lengthOf(part), 0);
}

/** Values, keys and characters of the arguments, counted up to `most`. */
export function isWithinWeight(value: JsonValue, most: number): boolean {
  return remaining(value, most) >= 0;
}

function remaining(value: JsonValue, most: number): number {
  let left = most - 1;
  if (typeof value === 'string') return left - value.length;
  if (isJsonObject(value)) {
    for (const key in value) {
      if (left < 0) return left;
      left = remaining(value[key] ?? null, left - key.length);
    }
    return left;
  }
  if (typeof value !== 'object' || value === null) return left;
  for (let index = 0; index < value.length && left >= 0; index += 1) left = remaining(value[index] ?? null, left);
  return left;
}
