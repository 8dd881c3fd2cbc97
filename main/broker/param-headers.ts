import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { UpstreamTool } from '../model/upstream.ts';
import { decodeHeader, mismatch } from './standard-headers.ts';

interface Declared {
  /** The header, lower case. */
  readonly header: string;
  readonly path: readonly string[];
}

const declared = new WeakMap<UpstreamTool, readonly Declared[]>();
const deepest = 64;
const plainTypes: ReadonlySet<JsonValue | undefined> = new Set(['string', 'integer', 'boolean']);
/** What a header's name may hold (RFC 9110, section 5.6.2). */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Arguments that a tool wants repeated in `Mcp-Param-…` headers (`x-mcp-header` in its input schema, SEP-2243) must be
 * there and the same.
 * @throws {RpcFailure} -32020, HTTP 400.
 */
export function checkParamHeaders(tool: UpstreamTool, args: JsonObject, header: (name: string) => string | undefined): void {
  let wanted = declared.get(tool);
  if (wanted === undefined) declared.set(tool, (wanted = [...declarations(tool.inputSchema, [], deepest)]));
  for (const { header: name, path } of wanted) {
    const value = path.reduce<JsonValue | undefined>((inner, key) => (isJsonObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), args);
    const sent = header(name);
    if (value === undefined || value === null) {
      if (sent !== undefined) throw mismatch(`${name} repeats an argument that is not there.`);
      continue;
    }
    if (sent === undefined) throw mismatch(`${name} is missing.`);
    if (!isSame(decodeHeader(sent.trim()), value)) throw mismatch(`${name} is not the argument it repeats.`);
  }
}

function* declarations(schema: JsonObject, path: readonly string[], depth: number): Generator<Declared> {
  const { properties } = schema;
  if (depth === 0 || !isJsonObject(properties)) return;
  for (const [key, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue;
    const name = property['x-mcp-header'];
    // On anything else the mark means nothing.
    if (typeof name === 'string' && token.test(name) && plainTypes.has(property['type'])) yield { header: `mcp-param-${name.toLowerCase()}`, path: [...path, key] };
    yield* declarations(property, [...path, key], depth - 1);
  }
}

/** Only plain values can be repeated in a header; numbers are compared as numbers. */
function isSame(sent: string | undefined, value: JsonValue): boolean {
  if (typeof value === 'number') return sent !== undefined && sent.trim() !== '' && Number(sent) === value;
  return typeof value !== 'object' && sent === String(value);
}
