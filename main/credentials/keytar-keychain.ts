import { randomBytes } from 'node:crypto';
import { guardKeychain, probeAccount, type GuardedKeychain } from './guarded-keychain.ts';
import { createSessionKeychain, KeychainError, type Keychain } from './keychain.ts';

/** The part of `keytar` that is used. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

const keychainService = 'Countersign';

/** A person may be asked for a password by the system meanwhile. Milliseconds. */
const answerWithin = 60_000;
const probeWithin = 10_000;

/**
 * What the systems say of a keychain that a person can open: libsecret of a locked collection or of a question that was
 * closed, macOS of a wrong password, of a question that was closed or that it may not show (errSecAuthFailed,
 * errSecUserCanceled, errSecInteractionNotAllowed), Windows before the person has logged on (1312).
 */
const lockedWords = /locked|dismissed|cancell?ed|interaction is not allowed|user name or passphrase|logon session/i;

/**
 * The real keychain through `keytar`: macOS Keychain, Windows Credential Manager, Secret Service on Linux. `keytar` cannot
 * cancel a call, and each one holds a thread of Node's pool (4 in all), so they go one after the other, and while one is
 * overdue further ones are refused at once. `timeout`: milliseconds for each, its wait for the others included.
 */
export function createKeytarKeychain(keytar: Keytar, timeout = answerWithin): Keychain {
  let isOverdue = false;
  let last: Promise<unknown> = Promise.resolve();

  async function ask<T>(work: () => Promise<T>): Promise<T> {
    if (isOverdue) throw new KeychainError('The keychain has not answered an earlier question yet.', 'late');
    let isLate = false;
    let hasBegun = false;
    const answer = last.then(async () => {
      if (isLate) throw new KeychainError('It was given up before its turn.', 'late');
      hasBegun = true;
      try {
        return await work();
      } finally {
        if (isLate) isOverdue = false;
      }
    });
    last = answer.catch(() => undefined);
    const late = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => late.resolve('late'), timeout);
    try {
      const first = await Promise.race([answer.then((value) => ({ value })), late.promise]);
      if (first !== 'late') return first.value;
      isLate = true;
      if (hasBegun) isOverdue = true;
    } catch (error) {
      if (error instanceof KeychainError) throw error;
      // What keytar reports may quote the item; it is not passed on.
      throw isAboutLock(error) ? new KeychainError('The keychain is locked.', 'locked') : new KeychainError('The keychain is not available.');
    } finally {
      clearTimeout(timer);
    }
    throw new KeychainError('The keychain did not answer in time.', 'late');
  }

  const get = (account: string): Promise<string | null> => ask(() => keytar.getPassword(keychainService, account));
  const set = (account: string, secret: string): Promise<void> => ask(() => keytar.setPassword(keychainService, account, secret));
  const remove = (account: string): Promise<boolean> => ask(() => keytar.deletePassword(keychainService, account));

  /** A locked Secret Service says "no such item" of every item, but it refuses to take one. */
  const takesAnItem = (): Promise<void> => set(probeAccount, 'probe');

  return {
    kind: 'os',
    async get(account) {
      const secret = await get(account);
      if (secret === null) await takesAnItem();
      return secret;
    },
    set,
    async delete(account) {
      const isDeleted = await remove(account);
      if (!isDeleted) await takesAnItem();
      return isDeleted;
    },
  };
}

/** Loaded only when wanted: the native part needs libsecret on Linux and throws at import without it. */
async function loadKeytar(): Promise<Keytar> {
  const module = await import('keytar');
  // CommonJS: depending on the bundler its exports are the module's own or its `default`'s.
  return 'default' in module ? module.default : module;
}

function isAboutLock(error: unknown): boolean {
  return error instanceof Error && lockedWords.test(error.message);
}

export interface OpenKeychainOptions {
  readonly load?: () => Promise<Keytar>;
  /** Milliseconds for the whole look. Default: 10 s. */
  readonly timeout?: number;
  /** Credentials were sealed for a keychain before: one that does not answer now is taken for locked, not for absent. */
  readonly hasSealed: boolean;
}

/**
 * The OS keychain when it keeps, returns and forgets a random item in time, or says that it is locked; else one for this
 * session only. Never rejects and never writes to a file. The person has to be told when `kind` is `session`.
 */
export async function openKeychain({ load = loadKeytar, timeout = probeWithin, hasSealed }: OpenKeychainOptions): Promise<GuardedKeychain> {
  const keytar = await load().catch(() => undefined);
  if (keytar === undefined) return guardKeychain(createSessionKeychain());
  switch (await look(createKeytarKeychain(keytar, timeout))) {
    case 'works':
      return guardKeychain(createKeytarKeychain(keytar));
    case 'locked':
      return guardKeychain(createKeytarKeychain(keytar), true);
    case 'late':
      return hasSealed ? guardKeychain(createKeytarKeychain(keytar), true) : guardKeychain(createSessionKeychain());
    case 'useless':
      return guardKeychain(createSessionKeychain());
  }
}

async function look(keychain: Keychain): Promise<'works' | 'locked' | 'late' | 'useless'> {
  const secret = randomBytes(16).toString('hex');
  try {
    await keychain.set(probeAccount, secret);
    const kept = await keychain.get(probeAccount);
    return kept === secret && (await keychain.delete(probeAccount)) ? 'works' : 'useless';
  } catch (error) {
    if (!(error instanceof KeychainError)) throw error;
    return error.reason === 'unavailable' ? 'useless' : error.reason;
  }
}
