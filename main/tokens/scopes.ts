import { connectionId, type ConnectionId } from '../../preload/contract.ts';
import type { ConnectionReach, Reach } from '../model/reach.ts';

/** Characters of a `scope` parameter. */
const longestScope = 8192;
const form = /^connection:([a-z0-9-]{1,63})(?::(read|act))?$/;

/**
 * Reads a `scope` parameter (RFC 6749, section 3.3): `connection:ID`, `connection:ID:read` and `connection:ID:act`, each
 * adding to the others. None at all: everything the agent may use. Undefined for anything else: what is not understood must
 * not be left out, or asking for something unknown would give all.
 */
export function parseScope(scope: string | undefined): { readonly reach: Reach } | undefined {
  if (scope === undefined || scope === '') return { reach: null };
  if (scope.length > longestScope) return undefined;
  const found = new Map<ConnectionId, ConnectionReach>();
  for (const word of scope.split(' ')) {
    const [, name, part] = form.exec(word) ?? [];
    const id = connectionId.safeParse(name);
    if (!id.success) return undefined;
    const before = found.get(id.data);
    found.set(id.data, { connection: id.data, mayRead: before?.mayRead === true || part !== 'act', mayAct: before?.mayAct === true || part !== 'read' });
  }
  return { reach: [...found.values()].sort((a, b) => (a.connection < b.connection ? -1 : 1)) };
}

/** The `scope` that means this reach; null: none, which means everything. */
export function formatScope(reach: Reach): string | null {
  return reach === null ? null : reach.map(({ connection, mayRead, mayAct }) => `connection:${connection}${mayRead && mayAct ? '' : mayRead ? ':read' : ':act'}`).join(' ');
}

/** As it is kept in `state.db`. */
export function reachFromKept(kept: string | null): Reach {
  if (kept === null || kept === '') return kept === null ? null : [];
  // Written by `formatScope`; what cannot be read reaches nothing.
  return parseScope(kept)?.reach ?? [];
}

