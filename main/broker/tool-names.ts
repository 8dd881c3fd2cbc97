import { createHash } from 'node:crypto';
import type { ConnectionId } from '../../preload/contract.ts';
import type { CatalogTool } from './catalog.ts';

/** The longest name that today's clients and models take. */
const longestName = 64;
const hashLength = 16;
const plainName = /^[A-Za-z0-9_-]{1,64}$/;
const hashedEnding = new RegExp(`_[0-9a-f]{${hashLength}}$`);

/**
 * The name agents see: `connection__tool`, at most 64 characters of `[A-Za-z0-9_-]`, the same for the same pair every
 * time. A pair that does not fit gets a cut name with a hash; a name that merely looks hashed gets one too, so that no
 * tool can be named to pass for another. A connection's id has no underscore, so the first `__` ends it.
 */
export function exposedName(connection: ConnectionId, name: string): string {
  const plain = `${connection}__${name}`;
  if (plainName.test(plain) && !hashedEnding.test(plain)) return plain;
  const hash = createHash('sha256').update(`${connection}\0${name}`).digest('hex').slice(0, hashLength);
  const room = longestName - hashLength - 1;
  const start = `${connection.slice(0, 32)}__${name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`;
  return `${start.slice(0, room)}_${hash}`;
}

/** Tools by the name agents call them. The first of two with one name stays; the other is hidden. */
export function indexByName(tools: readonly CatalogTool[]): ReadonlyMap<string, CatalogTool> {
  const index = new Map<string, CatalogTool>();
  for (const tool of tools) {
    const name = exposedName(tool.connection, tool.name);
    if (!index.has(name)) index.set(name, tool);
  }
  return index;
}
