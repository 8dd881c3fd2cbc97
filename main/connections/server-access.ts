import { serverAccess, type ServerAccess } from '../../preload/contract.ts';
import type { Connection } from './connection.ts';

/** Of a setting that cannot be read: what can do the least. */
const nothing: ServerAccess = { kind: 'sandbox', readable: [], writable: [], hosts: [] };

/**
 * What the program of a connection can reach; null: it starts none. Connections of the versions before this choice hold none, and
 * go on as they did.
 */
export function accessOf({ kind, config }: Pick<Connection, 'kind' | 'config'>): ServerAccess | null {
  if (kind !== 'command') return null;
  const { access } = config;
  if (access === undefined) return { kind: 'full' };
  const read = serverAccess.safeParse(access);
  return read.success ? read.data : nothing;
}
