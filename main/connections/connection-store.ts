import { callTimeoutSeconds, connectionId, type ConnectionId } from '../../preload/contract.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { theNetwork } from '../model/network-place.ts';
import { openclawsOwn } from '../model/openclaw-place.ts';
import type { State } from '../state/state.ts';
import { defaultCallTimeoutSeconds, type Connection, type ConnectionKind } from './connection.ts';

export const connectionMigrations: readonly string[] = [
  `CREATE TABLE connection (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('email', 'practice', 'command', 'remote')),
    config TEXT NOT NULL CHECK (json_valid(config)),
    added_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE retired_connection (id TEXT PRIMARY KEY) STRICT`,
  // Null: nobody chose.
  `ALTER TABLE connection ADD COLUMN call_timeout_seconds INTEGER CHECK (call_timeout_seconds BETWEEN 1 AND 600)`,
  // SQLite changes no constraint in place; what kinds there are, the app itself says.
  `CREATE TABLE connection_of_any_kind (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    config TEXT NOT NULL CHECK (json_valid(config)),
    added_at INTEGER NOT NULL,
    call_timeout_seconds INTEGER CHECK (call_timeout_seconds BETWEEN 1 AND 600)
  ) STRICT;
  INSERT INTO connection_of_any_kind SELECT id, name, kind, config, added_at, call_timeout_seconds FROM connection;
  DROP TABLE connection;
  ALTER TABLE connection_of_any_kind RENAME TO connection`,
];

export interface NewConnection {
  readonly name: string;
  readonly kind: ConnectionKind;
  /** No secrets: a credential is kept under the connection's id. */
  readonly config: JsonObject;
}

/** The organization's own connections carry their ids with them, and may carry `callTimeoutSeconds` in their `config`. */
export interface ManagedConnection extends NewConnection {
  readonly id: ConnectionId;
}

export type ConnectionAnswer = 'ok' | 'unknown_connection' | 'managed';

/** Held in memory too: a call may look connections up as often as it likes. */
export interface ConnectionStore {
  /** The organization's first, then the person's, oldest first. The same objects until something changes. */
  list(): readonly Connection[];
  find(id: ConnectionId): Connection | undefined;
  /** Gives it an id made from its name, which no other connection has or ever had. */
  add(connection: NewConnection): Connection;
  /** False when there is none of the person's own under this id. */
  remove(id: ConnectionId): boolean;
  /** `seconds`: 1 to 600, whole; throws for any other. The organization decides for its own connections. */
  setCallTimeout(id: ConnectionId, seconds: number): ConnectionAnswer;
  /** Replaces its settings; the id, the name and the kind stay. */
  setConfig(id: ConnectionId, config: JsonObject): ConnectionAnswer;
  /** Replaces what the organization delivers. One with the id of a person's own takes its place while it is delivered. */
  setManaged(connections: readonly ManagedConnection[]): void;
  onChange(listener: () => void): Dispose;
}

export function createConnectionStore(state: State, now: () => number): ConnectionStore {
  const { database } = state;
  const changed = new Emitter<undefined>();
  const select = database.prepare('SELECT id, name, kind, config, added_at, call_timeout_seconds FROM connection ORDER BY added_at, id');
  const insert = database.prepare('INSERT INTO connection (id, name, kind, config, added_at) VALUES (?, ?, ?, ?, ?)');
  const remove = database.prepare('DELETE FROM connection WHERE id = ?');
  // An id that was used once is not given to another service: grants, rules and the record still name it.
  const retire = database.prepare('INSERT OR IGNORE INTO retired_connection (id) VALUES (?)');
  const isRetired = database.prepare('SELECT 1 FROM retired_connection WHERE id = ?');
  const setTimeoutOf = database.prepare('UPDATE connection SET call_timeout_seconds = ? WHERE id = ?');
  const setConfigOf = database.prepare('UPDATE connection SET config = ? WHERE id = ?');
  let own = readOwn();
  let managed: readonly Connection[] = [];
  let byId = index();

  function readOwn(): readonly Connection[] {
    return select.all().flatMap((row) => readRow(row) ?? []);
  }

  function index(): ReadonlyMap<ConnectionId, Connection> {
    const taken = new Set<string>(managed.map(({ id }) => id));
    return new Map([...managed, ...own.filter(({ id }) => !taken.has(id))].map((connection) => [connection.id, connection]));
  }

  function changedTo(next: { readonly own?: readonly Connection[]; readonly managed?: readonly Connection[] }): void {
    own = next.own ?? own;
    managed = next.managed ?? managed;
    byId = index();
    changed.emit(undefined);
  }

  return {
    list: () => [...byId.values()],
    find: (id) => byId.get(id),
    add({ name, kind, config }) {
      const used = new Set<string>([...managed, ...own].map(({ id }) => id));
      const id = freeId(name, (candidate) => candidate === theNetwork || candidate === openclawsOwn || used.has(candidate) || isRetired.get(candidate) !== undefined);
      const connection: Connection = { id, name, kind, config, addedAt: now(), isManaged: false, callTimeoutSeconds: defaultCallTimeoutSeconds };
      insert.run(id, name, kind, JSON.stringify(config), connection.addedAt);
      changedTo({ own: readOwn() });
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
      changedTo({ own: readOwn() });
      return true;
    },
    setCallTimeout(id, seconds) {
      const connection = byId.get(id);
      if (connection === undefined) return 'unknown_connection';
      if (connection.isManaged) return 'managed';
      if (connection.callTimeoutSeconds === seconds) return 'ok';
      setTimeoutOf.run(callTimeoutSeconds.parse(seconds), id);
      changedTo({ own: readOwn() });
      return 'ok';
    },
    setConfig(id, config) {
      const connection = byId.get(id);
      if (connection === undefined) return 'unknown_connection';
      if (connection.isManaged) return 'managed';
      setConfigOf.run(JSON.stringify(config), id);
      changedTo({ own: readOwn() });
      return 'ok';
    },
    setManaged(connections) {
      changedTo({ managed: connections.map((connection) => readManaged(connection)) });
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
  const timeout = timeoutOr(row['call_timeout_seconds']);
  return { id: id.data, name: String(row['name']), kind, config, addedAt: Number(row['added_at']), isManaged: false, callTimeoutSeconds: timeout };
}

/** How long a call may take is no part of what a connection leads to. */
function readManaged({ config: { callTimeoutSeconds: timeout, ...config }, ...connection }: ManagedConnection): Connection {
  return { ...connection, config, addedAt: 0, isManaged: true, callTimeoutSeconds: timeoutOr(timeout) };
}

function timeoutOr(value: unknown): number {
  return callTimeoutSeconds.catch(defaultCallTimeoutSeconds).parse(value);
}

function parseConfig(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const kinds: readonly unknown[] = ['email', 'practice', 'command', 'remote', 'workbench'] satisfies readonly ConnectionKind[];

function isKind(value: unknown): value is ConnectionKind {
  return kinds.includes(value);
}
