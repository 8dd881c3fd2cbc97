import type { State } from '../state/state.ts';
import type { LastUse } from './credential.ts';

export const credentialMigrations: readonly string[] = [
  `CREATE TABLE credential (
    id TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    sealed BLOB NOT NULL,
    since INTEGER NOT NULL
  ) STRICT`,
  // No account: the key is under the credential's id, and the bare value was sealed.
  `ALTER TABLE credential ADD COLUMN account TEXT;
  ALTER TABLE credential ADD COLUMN key_since INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE credential ADD COLUMN used_at INTEGER;
  ALTER TABLE credential ADD COLUMN used_by TEXT;
  CREATE TABLE credential_key_to_delete (account TEXT PRIMARY KEY) STRICT`,
];

export interface Row {
  readonly origin: string;
  readonly kind: string;
  readonly sealed: Uint8Array;
  readonly since: number;
  /** The keychain's item that holds the key; null in rows of the first versions. */
  readonly account: string | null;
  readonly keySince: number;
  readonly lastUse: LastUse | null;
}

/** Whether a keychain took a key before. */
export function hasSealedValues({ database }: State): boolean {
  return database.prepare('SELECT 1 FROM credential LIMIT 1').get() !== undefined;
}

/** Where sealed values are, and which keys are no longer wanted. */
export interface Rows {
  ids(): readonly string[];
  get(id: string): Row | undefined;
  /** Keeps the row; `unwanted` is the account of the key that it replaces. All of it or nothing. */
  set(id: string, row: Row, unwanted: string | null): void;
  /** Forgets the row; its key is to be deleted. */
  delete(id: string, account: string): void;
  noteUse(id: string, use: LastUse): void;
  /** A key that is made now: unwanted until a row is kept that needs it. */
  announceKey(account: string): void;
  unwantedKeys(): readonly string[];
  keyIsDeleted(account: string): void;
}

export function createDiskRows(state: State): Rows {
  const { database } = state;
  const select = database.prepare('SELECT origin, kind, sealed, since, account, key_since, used_at, used_by FROM credential WHERE id = ?');
  const upsert = database.prepare(
    `INSERT INTO credential (id, origin, kind, sealed, since, account, key_since, used_at, used_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET origin = excluded.origin, kind = excluded.kind, sealed = excluded.sealed, since = excluded.since,
       account = excluded.account, key_since = excluded.key_since, used_at = excluded.used_at, used_by = excluded.used_by`,
  );
  const remove = database.prepare('DELETE FROM credential WHERE id = ?');
  const use = database.prepare('UPDATE credential SET used_at = ?, used_by = ? WHERE id = ?');
  const unwant = database.prepare('INSERT OR IGNORE INTO credential_key_to_delete (account) VALUES (?)');
  const want = database.prepare('DELETE FROM credential_key_to_delete WHERE account = ?');
  return {
    ids: () => database.prepare('SELECT id FROM credential ORDER BY id').all().map(({ id }) => String(id)),
    get(id) {
      const row = select.get(id);
      if (!(row?.['sealed'] instanceof Uint8Array)) return undefined;
      const { sealed, account, used_at: usedAt, used_by: usedBy } = row;
      return {
        origin: String(row['origin']),
        kind: String(row['kind']),
        sealed,
        since: Number(row['since']),
        account: typeof account === 'string' ? account : null,
        keySince: Number(row['key_since']),
        lastUse: typeof usedAt === 'number' ? { at: usedAt, by: typeof usedBy === 'string' ? usedBy : null } : null,
      };
    },
    set: (id, row, unwanted) =>
      state.transaction(() => {
        const { origin, kind, sealed, since, account, keySince, lastUse } = row;
        upsert.run(id, origin, kind, sealed, since, account, keySince, lastUse?.at ?? null, lastUse?.by ?? null);
        if (account !== null) want.run(account);
        if (unwanted !== null) unwant.run(unwanted);
      }),
    delete: (id, account) =>
      state.transaction(() => {
        remove.run(id);
        unwant.run(account);
      }),
    noteUse: (id, { at, by }) => void use.run(at, by, id),
    announceKey: (account) => void unwant.run(account),
    unwantedKeys: () => database.prepare('SELECT account FROM credential_key_to_delete').all().map(({ account }) => String(account)),
    keyIsDeleted: (account) => void want.run(account),
  };
}

/** Without a keychain nothing goes to disk, and what an earlier session left there under the same id is replaced. */
export function createMemoryRows(state: State): Rows {
  const rows = new Map<string, Row>();
  const unwantedKeys = new Set<string>();
  const disk = createDiskRows(state);
  const forgetOnDisk = (id: string): void => {
    const left = disk.get(id);
    if (left !== undefined) disk.delete(id, left.account ?? id);
  };
  return {
    ids: () => [...rows.keys()],
    get: (id) => rows.get(id),
    set(id, row, unwanted) {
      rows.set(id, row);
      if (row.account !== null) unwantedKeys.delete(row.account);
      if (unwanted !== null) unwantedKeys.add(unwanted);
      forgetOnDisk(id);
    },
    delete(id, account) {
      rows.delete(id);
      unwantedKeys.add(account);
      forgetOnDisk(id);
    },
    noteUse(id, lastUse) {
      const row = rows.get(id);
      if (row !== undefined) rows.set(id, { ...row, lastUse });
    },
    announceKey: (account) => void unwantedKeys.add(account),
    unwantedKeys: () => [...unwantedKeys],
    keyIsDeleted: (account) => void unwantedKeys.delete(account),
  };
}
