import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { Shape } from '../model/tool-profile.ts';

const deepest = 20;
const mostNodes = 2000;

/**
 * SHA-256, lower-case hex, over the JCS form (RFC 8785) of an input schema's property names, types and required
 * properties, at every level. Descriptions, defaults and limits do not count. Undefined for a schema that is larger than
 * any honest one.
 */
export function fingerprintOf(schema: JsonObject): string | undefined {
  const normal = normalize(schema, 0, { left: mostNodes });
  const text = normal === undefined ? undefined : canonicalize(normal);
  return text === undefined ? undefined : hash('sha256', text, 'hex');
}

function normalize(schema: JsonValue | undefined, depth: number, budget: { left: number }): JsonObject | undefined {
  budget.left -= 1;
  if (depth > deepest || budget.left < 0) return undefined;
  if (!isJsonObject(schema)) return {};
  const { properties, required, items, $ref } = schema;
  const normal: Record<string, JsonValue> = { type: typesOf(schema) };
  if (typeof $ref === 'string') normal['$ref'] = $ref;
  if (isJsonObject(properties)) {
    const members: [string, JsonObject][] = [];
    for (const [key, value] of Object.entries(properties)) {
      const member = normalize(value, depth + 1, budget);
      if (member === undefined) return undefined;
      members.push([key, member]);
    }
    normal['properties'] = Object.fromEntries(members);
  }
  if (Array.isArray(required) && required.length > 0) normal['required'] = required.map(String).sort();
  if (isJsonObject(items)) {
    const member = normalize(items, depth + 1, budget);
    if (member === undefined) return undefined;
    normal['items'] = member;
  }
  return normal;
}

/** Its types, sorted, `null` left out: that a value may also be null is how some frameworks write "optional". */
function typesOf(schema: JsonObject, depth = 0): string[] {
  const { type, anyOf, oneOf } = schema;
  const own = typeof type === 'string' ? [type] : Array.isArray(type) ? type.filter((one) => typeof one === 'string') : [];
  const others = depth > 3 ? [] : [anyOf, oneOf].flatMap((list) => (Array.isArray(list) ? list.flatMap((one: JsonValue) => (isJsonObject(one) ? typesOf(one, depth + 1) : [])) : []));
  const all = [...own, ...others].map((one) => (one === 'integer' ? 'number' : one)).filter((one) => one !== 'null');
  return [...new Set(all)].sort();
}

/**
 * Whether a schema has the properties of a shape with those types, and requires none that the shape does not name. Other
 * optional ones may be there: a call that uses one is not described by the profile.
 */
export function hasShape(schema: JsonObject, shape: Shape): boolean {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required: JsonValue | undefined = schema['required'];
  if (Array.isArray(required) && !required.every((key) => typeof key === 'string' && Object.hasOwn(shape, key))) return false;
  return Object.entries(shape).every(([key, type]) => {
    if (!Object.hasOwn(properties, key)) return type.endsWith('?');
    return isOfType(properties[key], type.replace('?', ''));
  });
}

function isOfType(schema: JsonValue | undefined, type: string): boolean {
  if (type === 'any') return true;
  if (!isJsonObject(schema)) return false;
  const [one, ...others] = typesOf(schema);
  if (others.length > 0) return false;
  const item = /^(.+)\[\]$/.exec(type)?.[1];
  if (item === undefined) return one === type;
  return one === 'array' && isOfType(itemsOf(schema), item);
}

/** Of a list, also of one that may be null instead. */
function itemsOf(schema: JsonObject): JsonValue | undefined {
  if (schema['items'] !== undefined) return schema['items'];
  const choices = [schema['anyOf'], schema['oneOf']].flatMap((list) => (Array.isArray(list) ? list : []));
  return choices.map((one: JsonValue) => (isJsonObject(one) ? one['items'] : undefined)).find((items) => items !== undefined);
}
