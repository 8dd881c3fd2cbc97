import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { say } from '../model/say.ts';
import type { CredentialProblem, CredentialState, NewCredential } from './credential.ts';
import type { Row, Rows } from './credential-rows.ts';
import { KeychainError, type Keychain } from './keychain.ts';
import { createKey, readKey, seal, unseal } from './seal.ts';

/** What is sealed: the value, and the secrets in it that the scrubber has to know. */
const sealedContent = z.object({ value: z.string(), secrets: z.array(z.string()) });
export type Content = Readonly<z.infer<typeof sealedContent>>;

export type ReadProblem = CredentialProblem;
export type ReadResult = { readonly ok: true; readonly content: Content } | { readonly ok: false; readonly reason: ReadProblem };

/** Keeps sealed values and their keys together; knows no listeners. */
export interface SealedValues {
  /**
   * Seals it under a new key: the keychain's item for the earlier one is deleted, and with it every old copy of the file
   * is worth nothing. What is undefined came to be; else the keychain refused, and nothing was changed.
   */
  write(credential: NewCredential): Promise<'keychain' | 'locked' | undefined>;
  /** For the origin it was made for, or whatever that is (undefined). */
  read(id: string, origin?: string): Promise<ReadResult>;
  /** The same value under a new key; since when it is kept and how it was used stay as they are. */
  renewKey(id: string): Promise<'renewed' | ReadProblem>;
  /** A screen waits for it: a keychain that takes more than `describeWithin` ms is a problem, and is not asked again meanwhile. */
  describe(id: string, origin?: string): Promise<CredentialState>;
  /** `keychain` or `locked`: the value is gone, but its key is still to be deleted; see `deleteUnwantedKeys`. */
  remove(id: string): Promise<'keychain' | 'locked' | undefined>;
  /** Deletes the keys that nothing needs any more and that could not be deleted before. */
  deleteUnwantedKeys(): Promise<void>;
}

export function createSealedValues(rows: Rows, keychain: Keychain, now: () => number, describeWithin = 1000): SealedValues {
  const inTurn = createTurns();
  const asking = new Map<string, Promise<boolean | KeychainError>>();

  /** Who asks while it is being asked shares the answer. */
  function isKept(account: string): Promise<boolean | KeychainError> {
    const known = asking.get(account);
    if (known !== undefined) return known;
    const asked = orProblem(keychain.get(account)).then((text) => (text instanceof KeychainError ? text : text !== null));
    const forgotten = asked.finally(() => asking.delete(account));
    asking.set(account, forgotten);
    return forgotten;
  }

  /** At every instant there is a row with its key: a crash leaves the old one or the new one, and one key to delete. */
  async function put(id: string, row: Omit<Row, 'sealed' | 'account' | 'keySince'>, content: Content): Promise<'keychain' | 'locked' | undefined> {
    const account = `${id}.${randomBytes(6).toString('hex')}`;
    rows.announceKey(account);
    const key = await orProblem(newKey(keychain, account));
    if (key instanceof KeychainError) return problemOf(key);
    const sealed = seal(JSON.stringify(content), key, { credential: id, origin: row.origin, form: 'with_secrets' });
    const earlier = rows.get(id);
    rows.set(id, { ...row, sealed, account, keySince: now() }, earlier === undefined ? null : accountOf(id, earlier));
    await deleteUnwanted();
    return undefined;
  }

  async function deleteUnwanted(): Promise<'keychain' | 'locked' | undefined> {
    for (const account of rows.unwantedKeys()) {
      const deleted = await orProblem(keychain.delete(account));
      // One that refuses now refuses the others too; they are kept in mind.
      if (deleted instanceof KeychainError) return problemOf(deleted);
      rows.keyIsDeleted(account);
    }
    return undefined;
  }

  function isRenewed(id: string, { account }: Row): boolean {
    const current = rows.get(id);
    return current !== undefined && current.account !== account;
  }

  async function read(id: string, origin?: string): Promise<ReadResult> {
    const row = rows.get(id);
    if (row === undefined) return { ok: false, reason: 'missing' };
    if (origin !== undefined && row.origin !== origin) return { ok: false, reason: 'wrong_origin' };
    const text = await orProblem(keychain.get(accountOf(id, row)));
    if (text instanceof KeychainError) return { ok: false, reason: problemOf(text) };
    // It was put anew meanwhile, and its earlier key deleted.
    if (text === null && isRenewed(id, row)) return read(id, origin);
    if (text === null) return { ok: false, reason: 'missing' };
    const key = readKey(text);
    const content = key && open(id, row, key);
    return content === undefined ? { ok: false, reason: 'damaged' } : { ok: true, content };
  }

  async function describe(id: string, origin?: string): Promise<CredentialState> {
    const row = rows.get(id);
    if (row === undefined) return { kept: 'missing', since: 0, lastUse: null, problem: null };
    const { since, lastUse } = row;
    if (origin !== undefined && row.origin !== origin) return { kept: 'missing', since, lastUse, problem: say('credential.problem.elsewhere') };
    const kept = keychain.kind === 'os' ? 'keychain' : 'session';
    const hasKey = await Promise.race([isKept(accountOf(id, row)), unansweredWithin(describeWithin)]);
    if (hasKey === undefined || hasKey instanceof KeychainError) {
      const isLocked = hasKey?.reason === 'locked';
      return { kept: isLocked ? 'locked' : kept, since, lastUse, problem: say(isLocked ? 'credential.problem.locked' : 'credential.problem.keychain') };
    }
    if (!hasKey && isRenewed(id, row)) return describe(id, origin);
    return { kept: hasKey ? kept : 'missing', since, lastUse, problem: null };
  }

  return {
    write: ({ id, origin, value, kind, secrets = [] }) =>
      inTurn(() => put(id, { origin, kind, since: now(), lastUse: rows.get(id)?.lastUse ?? null }, { value, secrets: [...secrets] })),

    read,

    renewKey: (id) =>
      inTurn(async () => {
        const row = rows.get(id);
        const found = await read(id);
        if (row === undefined || !found.ok) return found.ok ? 'missing' : found.reason;
        return (await put(id, row, found.content)) ?? 'renewed';
      }),

    describe,

    remove: (id) =>
      inTurn(() => {
        const row = rows.get(id);
        rows.delete(id, row === undefined ? id : accountOf(id, row));
        return deleteUnwanted();
      }),

    deleteUnwantedKeys: () => inTurn(async () => void (await deleteUnwanted())),
  };
}

function accountOf(id: string, { account }: Row): string {
  return account ?? id;
}

function open(id: string, { origin, sealed, account }: Row, key: Buffer): Content | undefined {
  if (account === null) {
    const value = unseal(sealed, key, { credential: id, origin });
    return value === undefined ? undefined : { value, secrets: [] };
  }
  const text = unseal(sealed, key, { credential: id, origin, form: 'with_secrets' });
  // What opens was sealed here: it is bound to its form.
  return text === undefined ? undefined : sealedContent.parse(JSON.parse(text));
}

function problemOf({ reason }: KeychainError): 'keychain' | 'locked' {
  return reason === 'locked' ? 'locked' : 'keychain';
}

async function unansweredWithin(milliseconds: number): Promise<undefined> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
  return undefined;
}

/** One change after the other: two at once could seal a value with a key that the other deletes. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };
}

async function newKey(keychain: Keychain, account: string): Promise<Buffer> {
  const text = createKey();
  await keychain.set(account, text);
  // A keychain that does not give back what it took would lose the credential at the next start.
  if ((await keychain.get(account)) !== text) throw new KeychainError('The keychain did not keep the key.');
  return Buffer.from(text, 'base64');
}

async function orProblem<T>(work: Promise<T>): Promise<T | KeychainError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof KeychainError) return error;
    throw error;
  }
}
