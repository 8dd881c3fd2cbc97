import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';

/** An argument that goes into a header too. */
interface Declaration {
  readonly path: readonly string[];
  readonly header: string;
}

const mark = 'x-mcp-header';
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const types: ReadonlySet<JsonValue | undefined> = new Set(['string', 'integer', 'boolean']);
const deepest = 64;

/**
 * The `Mcp-Param-*` headers of a tool call (specification 2026-07-28, Streamable HTTP, "Custom headers from tool
 * parameters", SEP-2243). An argument that is absent or null gives none.
 */
export function paramHeaders(inputSchema: JsonObject, args: JsonObject): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const { path, header } of declarations(inputSchema) ?? []) {
    const text = asText(valueAt(args, path));
    if (text !== undefined) headers[`Mcp-Param-${header}`] = encoded(text);
  }
  return headers;
}

/** Whether a schema declares its headers as the specification allows; a tool that does not must be left out of the list. */
export function hasValidHeaders(inputSchema: JsonObject): boolean {
  return declarations(inputSchema) !== undefined;
}

/** Undefined: one of them stands where it must not, or twice, or on what is no text, whole number or yes and no. */
function declarations(inputSchema: JsonObject): readonly Declaration[] | undefined {
  const found: Declaration[] = [];
  const names = new Set<string>();
  const isValid = (schema: JsonValue | undefined, path: readonly string[]): boolean => {
    if (!isJsonObject(schema) || path.length > deepest) return true;
    for (const [key, value] of Object.entries(schema)) {
      if (key === mark) {
        if (path.length === 0 || typeof value !== 'string' || !token.test(value) || !types.has(schema['type']) || names.has(value.toLowerCase())) return false;
        names.add(value.toLowerCase());
        found.push({ path, header: value });
      } else if (key === 'properties') {
        if (isJsonObject(value) && !Object.entries(value).every(([name, inner]) => isValid(inner, [...path, name]))) return false;
      } else if (!literals.has(key) && isMarked(value, 0)) return false;
    }
    return true;
  };
  return isValid(inputSchema, []) ? found : undefined;
}

/** What stands under these is a value, no schema. */
const literals: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples']);

function isMarked(value: JsonValue, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth > deepest) return false;
  if (isJsonObject(value) && mark in value) return true;
  return Object.entries(value).some(([key, inner]: [string, JsonValue]) => !literals.has(key) && isMarked(inner, depth + 1));
}

function valueAt(args: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = args;
  for (const key of path) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

function asText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' && (!Number.isInteger(value) || Number.isSafeInteger(value)) ? String(value) : undefined;
}

/** Plain ASCII goes as it is; anything else, and what could be taken for the encoded form, as base64 of its UTF-8. */
function encoded(text: string): string {
  const isPlain = /^[\t\x20-\x7e]+$/.test(text) && text === text.trim() && !(text.startsWith('=?base64?') && text.endsWith('?='));
  return isPlain ? text : `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}
