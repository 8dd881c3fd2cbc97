import { createHash } from 'node:crypto';
import { connectionId, type ConnectionId } from '../../preload/contract.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { isJsonObject } from '../model/json.ts';

/** The longest name that today's clients and models take. */
const longestName = 64;
const hashLength = 16;
const plainName = /^[A-Za-z0-9_-]{1,64}$/;
const hashedEnding = new RegExp(`_[0-9a-f]{${hashLength}}$`);

/**
 * The name agents see of a tool or prompt at `/mcp`: `connection__name`, at most 64 characters of `[A-Za-z0-9_-]`, the
 * same for the same pair every time. A pair that does not fit gets a cut name with a hash; a name that merely looks
 * hashed gets one too, so that no tool can be named to pass for another. A connection's id has no underscore, so the
 * first `__` ends it.
 */
export function exposedName(connection: ConnectionId, name: string): string {
  const plain = `${connection}__${name}`;
  if (plainName.test(plain) && !hashedEnding.test(plain)) return plain;
  const hash = createHash('sha256').update(`${connection}\0${name}`).digest('hex').slice(0, hashLength);
  const room = longestName - hashLength - 1;
  return `${hashedStart(connection)}${name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`.slice(0, room) + `_${hash}`;
}

/** What every hashed name of a connection begins with. */
function hashedStart(connection: ConnectionId): string {
  return `${connection.slice(0, 32)}__`;
}

export type ReadName =
  | { readonly kind: 'plain'; readonly connection: ConnectionId; readonly name: string }
  /** The original name is in nobody's head: it has to be looked for in the lists of these connections. */
  | { readonly kind: 'hashed'; readonly connections: readonly ConnectionId[] }
  | { readonly kind: 'none' };

/** Takes an exposed name apart again. */
export function readExposedName(exposed: string, connections: readonly ConnectionId[]): ReadName {
  if (hashedEnding.test(exposed)) {
    return { kind: 'hashed', connections: connections.filter((id) => exposed.startsWith(hashedStart(id))) };
  }
  const end = exposed.indexOf('__');
  const id = connectionId.safeParse(exposed.slice(0, Math.max(0, end)));
  if (end < 0 || !id.success || !connections.includes(id.data)) return { kind: 'none' };
  return { kind: 'plain', connection: id.data, name: exposed.slice(end + 2) };
}

/** A scheme must begin with a letter (RFC 3986, section 3.1), which a connection's id need not. */
const uriPrefix = 'via-';

/** The URI agents see of a resource at `/mcp`: `via-CONNECTION+URI`, itself a URI; templates keep their braces. */
export function exposedUri(connection: ConnectionId, uri: string): string {
  return `${uriPrefix}${connection}+${uri}`;
}

export function readExposedUri(exposed: string): { readonly connection: ConnectionId; readonly uri: string } | undefined {
  if (!exposed.startsWith(uriPrefix)) return undefined;
  const end = exposed.indexOf('+');
  const id = connectionId.safeParse(exposed.slice(uriPrefix.length, Math.max(0, end)));
  return id.success ? { connection: id.data, uri: exposed.slice(end + 1) } : undefined;
}

/** Renames what links to resources in content blocks (`resource_link`, `resource`), so that an agent can read them here. */
export function withExposedUris(connection: ConnectionId, blocks: JsonValue | undefined): JsonValue | undefined {
  return Array.isArray(blocks) ? blocks.map((block: JsonValue) => exposedBlock(connection, block)) : blocks;
}

export function exposedBlock(connection: ConnectionId, block: JsonValue): JsonValue {
  if (!isJsonObject(block)) return block;
  const { type, resource } = block;
  if (type === 'resource_link') return withExposedUri(connection, block);
  if (type === 'resource' && isJsonObject(resource)) return { ...block, resource: withExposedUri(connection, resource) };
  return block;
}

export function withExposedUri(connection: ConnectionId, item: JsonObject): JsonObject {
  const { uri } = item;
  return typeof uri === 'string' ? { ...item, uri: exposedUri(connection, uri) } : item;
}
