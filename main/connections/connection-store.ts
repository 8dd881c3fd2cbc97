import { connectionId, type ConnectionId } from '../../preload/contract.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { State } from '../state/state.ts';
import type { Connection, ConnectionKind } from './connection.ts';

export const connectionMigrations: readonly string[] = [
  `CREATE TABLE connection (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('email', 'practice', 'command', 'remote')),
    config TEXT NOT NULL CHECK (json_valid(config)),
    added_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE retired_connection (id TEXT PRIMARY KEY) STRICT`,
];

export interface NewConnection {
  readonly name: string;
  readonly kind: ConnectionKind;
  /** No secrets: a credential is kept under the connection's id. */
  readonly config: JsonObject;
}

/** The organization's own connections carry their ids with them. */
export interface ManagedConnection extends NewConnection {
  readonly id: ConnectionId;
}

export interface ConnectionStore {
  /** The organization's first, then the person's, oldest first. */
  list(): readonly Connection[];
  find(id: ConnectionId): Connection | undefined;
  /** Gives it an id made from its name, which no other connection has or ever had. */
  add(connection: NewConnection): Connection;
  /** False when there is none of the person's own under this id. */
  remove(id: ConnectionId): boolean;
  /** Replaces what the organization delivers. One with the id of a person's own takes its place while it is delivered. */
  setManaged(connections: readonly ManagedConnection[]): void;
  onChange(listener: () => void): Dispose;
}

export function createConnectionStore(state: State, now: () => number): ConnectionStore {
  const { database } = state;
  const changed = new Emitter<undefined>();
  const select = database.prepare('SELECT id, name, kind, config, added_at FROM connection ORDER BY added_at, id');
  const insert = database.prepare('INSERT INTO connection (id, name, kind, config, added_at) VALUES (?, ?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM connection WHERE id = ?');
  // An id that was used once is not given to another service: grants, rules and the record still name it.
  const retire = database.prepare('INSERT OR IGNORE INTO retired_connection (id) VALUES (?)');
  const isRetired = database.prepare('SELECT 1 FROM retired_connection WHERE id = ?');
  let managed: readonly Connection[] = [];

  function own(): Connection[] {
    return select.all().flatMap((row) => readRow(row) ?? []);
  }

  function list(): Connection[] {
    const taken = new Set<string>(managed.map(({ id }) => id));
    return [...managed, ...own().filter(({ id }) => !taken.has(id))];
  }

  return {
    list,
    find: (id) => list().find((connection) => connection.id === id),
    add({ name, kind, config }) {
      const used = new Set<string>([...managed, ...own()].map(({ id }) => id));
      const id = freeId(name, (candidate) => used.has(candidate) || isRetired.get(candidate) !== undefined);
      const connection: Connection = { id, name, kind, config, addedAt: now(), isManaged: false };
      insert.run(id, name, kind, JSON.stringify(config), connection.addedAt);
      changed.emit(undefined);
      return connection;
    },
    remove(id) {
      if (managed.some((connection) => connection.id === id)) return false;
      const isRemoved = state.transaction(() => {
        if (remove.run(id).changes === 0) return false;
        retire.run(id);
        return true;
      });
      if (!isRemoved) return false;
      changed.emit(undefined);
      return true;
    },
    setManaged(connections) {
      managed = connections.map((connection) => ({ ...connection, addedAt: 0, isManaged: true }));
      changed.emit(undefined);
    },
    onChange: (listener) => changed.on(listener),
  };
}

const longestSlug = 50;

/** Lower-case ASCII letters, digits and hyphens; `work-mail`, then `work-mail-2`. A name in another script gives `connection`. */
function freeId(name: string, isTaken: (id: string) => boolean): ConnectionId {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const slug = plain.replaceAll(/[^a-z0-9]+/g, '-').slice(0, longestSlug).replaceAll(/^-+|-+$/g, '');
  const base = slug === '' ? 'connection' : slug;
  for (let number = 1; ; number += 1) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!isTaken(id)) return connectionId.parse(id);
  }
}

/** Undefined for a row that is not one of ours; the others must still be usable. */
function readRow(row: Readonly<Record<string, unknown>>): Connection | undefined {
  const id = connectionId.safeParse(row['id']);
  const { kind } = row;
  const config = parseConfig(String(row['config']));
  if (!id.success || config === undefined || !isKind(kind)) return undefined;
  return { id: id.data, name: String(row['name']), kind, config, addedAt: Number(row['added_at']), isManaged: false };
}

function parseConfig(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const kinds: readonly unknown[] = ['email', 'practice', 'command', 'remote'] satisfies readonly ConnectionKind[];

function isKind(value: unknown): value is ConnectionKind {
  return kinds.includes(value);
}
