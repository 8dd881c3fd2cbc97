import { say } from '../model/say.ts';
import type { State } from '../state/state.ts';
import type { CredentialState, NewCredential } from './credential.ts';
import { KeychainError, type Keychain } from './keychain.ts';
import { createKey, readKey, seal, unseal } from './seal.ts';

export const credentialMigrations: readonly string[] = [
  `CREATE TABLE credential (
    id TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    sealed BLOB NOT NULL,
    since INTEGER NOT NULL
  ) STRICT`,
];

interface Row {
  readonly origin: string;
  readonly kind: string;
  readonly sealed: Uint8Array;
  readonly since: number;
}

export type ReadResult =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: 'missing' | 'wrong_origin' | 'keychain' | 'damaged' };

/** Keeps sealed values and their keys together; knows no listeners. */
export interface SealedValues {
  /** False when the keychain refused; nothing was changed then. */
  write(credential: NewCredential): Promise<boolean>;
  read(id: string, origin: string): Promise<ReadResult>;
  /** A screen waits for it: a keychain that takes more than `describeWithin` ms is a problem, and is not asked again meanwhile. */
  describe(id: string): Promise<CredentialState>;
  /** False when the key could not be deleted; the value is gone all the same. */
  remove(id: string): Promise<boolean>;
}

export function createSealedValues(state: State, keychain: Keychain, now: () => number, describeWithin = 1000): SealedValues {
  const rows = keychain.kind === 'os' ? createDiskRows(state) : createMemoryRows(state);

  const inTurn = createTurns();
  const asking = new Map<string, Promise<boolean | undefined>>();

  /** Undefined: the keychain could not be asked. Who asks while it is being asked shares the answer. */
  function isKept(id: string): Promise<boolean | undefined> {
    const known = asking.get(id);
    if (known !== undefined) return known;
    const asked = orProblem(keychain.get(id)).then((text) => (text instanceof KeychainError ? undefined : text !== null));
    const forgotten = asked.finally(() => asking.delete(id));
    asking.set(id, forgotten);
    return forgotten;
  }

  return {
    write: ({ id, origin, value, kind }) =>
      inTurn(id, async () => {
        // The key is kept when there is one: a crash between key and value then leaves the old value readable.
        const key = await orProblem(keyFor(keychain, id));
        if (key instanceof KeychainError) return false;
        rows.set(id, { origin, kind, sealed: seal(value, key, { credential: id, origin }), since: now() });
        return true;
      }),

    async read(id, origin) {
      const row = rows.get(id);
      if (row === undefined) return { ok: false, reason: 'missing' };
      if (row.origin !== origin) return { ok: false, reason: 'wrong_origin' };
      const text = await orProblem(keychain.get(id));
      if (text instanceof KeychainError) return { ok: false, reason: 'keychain' };
      if (text === null) return { ok: false, reason: 'missing' };
      const key = readKey(text);
      const value = key === undefined ? undefined : unseal(row.sealed, key, { credential: id, origin });
      return value === undefined ? { ok: false, reason: 'damaged' } : { ok: true, value };
    },

    async describe(id) {
      const row = rows.get(id);
      if (row === undefined) return { kept: 'missing', since: 0, problem: null };
      const kept = keychain.kind === 'os' ? 'keychain' : 'session';
      const hasKey = await Promise.race([isKept(id), unansweredWithin(describeWithin)]);
      if (hasKey === undefined) return { kept, since: row.since, problem: say('credential.problem.keychain') };
      return { kept: hasKey ? kept : 'missing', since: row.since, problem: null };
    },

    remove: (id) =>
      inTurn(id, async () => {
        const deleted = await orProblem(keychain.delete(id));
        rows.delete(id);
        return !(deleted instanceof KeychainError);
      }),
  };
}

async function unansweredWithin(milliseconds: number): Promise<undefined> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
  return undefined;
}

/** One change of a credential after the other: two at once could seal a value with a key that is then replaced. */
function createTurns(): <T>(id: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (id, work) => {
    const turn = (last.get(id) ?? Promise.resolve()).then(work, work);
    last.set(id, turn);
    return turn;
  };
}

async function keyFor(keychain: Keychain, id: string): Promise<Buffer> {
  const existing = readKey((await keychain.get(id)) ?? '');
  if (existing !== undefined) return existing;
  const text = createKey();
  await keychain.set(id, text);
  const key = readKey((await keychain.get(id)) ?? '');
  // A keychain that does not give back what it took would lose the credential at the next start.
  if (key === undefined) throw new KeychainError('The keychain did not keep the key.');
  return key;
}

async function orProblem<T>(work: Promise<T>): Promise<T | KeychainError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof KeychainError) return error;
    throw error;
  }
}

interface Rows {
  get(id: string): Row | undefined;
  set(id: string, row: Row): void;
  delete(id: string): void;
}

function createDiskRows({ database }: State): Rows {
  const select = database.prepare('SELECT origin, kind, sealed, since FROM credential WHERE id = ?');
  const upsert = database.prepare(
    `INSERT INTO credential (id, origin, kind, sealed, since) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET origin = excluded.origin, kind = excluded.kind, sealed = excluded.sealed, since = excluded.since`,
  );
  const remove = database.prepare('DELETE FROM credential WHERE id = ?');
  return {
    get(id) {
      const row = select.get(id);
      if (row === undefined) return undefined;
      const { sealed } = row;
      if (!(sealed instanceof Uint8Array)) return undefined;
      return { origin: String(row['origin']), kind: String(row['kind']), sealed, since: Number(row['since']) };
    },
    set: (id, row) => void upsert.run(id, row.origin, row.kind, row.sealed, row.since),
    delete: (id) => void remove.run(id),
  };
}

/** Without a keychain nothing goes to disk, and what an earlier session left there under the same id is replaced. */
function createMemoryRows(state: State): Rows {
  const rows = new Map<string, Row>();
  const disk = createDiskRows(state);
  return {
    get: (id) => rows.get(id),
    set(id, row) {
      rows.set(id, row);
      disk.delete(id);
    },
    delete(id) {
      rows.delete(id);
      disk.delete(id);
    },
  };
}
