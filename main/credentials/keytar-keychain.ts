import { randomBytes } from 'node:crypto';
import { createSessionKeychain, KeychainError, type Keychain } from './keychain.ts';

/** The part of `keytar` that is used. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

export const keychainService = 'Countersign';

/** A person may be asked for a password by the system meanwhile. Milliseconds. */
const answerWithin = 60_000;
const probeWithin = 10_000;

/** An item without meaning, to see whether the keychain takes one. */
const probeAccount = 'probe';

/**
 * The real keychain through `keytar`: macOS Keychain, Windows Credential Manager, Secret Service on Linux. `keytar` cannot
 * cancel a call, and each one holds a thread of Node's pool (4 in all), so they go one after the other, and while one is
 * overdue further ones are refused at once. `timeout`: milliseconds for each, its wait for the others included.
 */
export function createKeytarKeychain(keytar: Keytar, timeout = answerWithin): Keychain {
  let isOverdue = false;
  let last: Promise<unknown> = Promise.resolve();

  async function ask<T>(work: () => Promise<T>): Promise<T> {
    if (isOverdue) throw new KeychainError('The keychain has not answered an earlier question yet.');
    let isLate = false;
    let hasBegun = false;
    const answer = last.then(async () => {
      if (isLate) throw new KeychainError('It was given up before its turn.');
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
    } catch {
      // What keytar reports may quote the item; it is not passed on.
      throw new KeychainError('The keychain is locked or not available.');
    } finally {
      clearTimeout(timer);
    }
    throw new KeychainError('The keychain did not answer in time.');
  }

  const get = (account: string): Promise<string | null> => ask(() => keytar.getPassword(keychainService, account));
  const set = (account: string, secret: string): Promise<void> => ask(() => keytar.setPassword(keychainService, account, secret));
  const remove = (account: string): Promise<boolean> => ask(() => keytar.deletePassword(keychainService, account));

  return {
    kind: 'os',
    async get(account) {
      const secret = await get(account);
      // A locked Secret Service says "no such item" of every item, but it refuses to take one.
      if (secret === null) await set(probeAccount, 'probe');
      return secret;
    },
    set,
    delete: remove,
  };
}

/** Loaded only when wanted: the native part needs libsecret on Linux and throws at import without it. */
async function loadKeytar(): Promise<Keytar> {
  const module = await import('keytar');
  // CommonJS: depending on the bundler its exports are the module's own or its `default`'s.
  return 'default' in module ? module.default : module;
}

/**
 * The OS keychain when it keeps, returns and forgets a random item within 10 s; else one for this session only. Never
 * rejects and never writes to a file. The person has to be told when `kind` is `session`.
 */
export async function openKeychain(load: () => Promise<Keytar> = loadKeytar, timeout = probeWithin): Promise<Keychain> {
  try {
    const keytar = await load();
    return (await isWorking(createKeytarKeychain(keytar, timeout))) ? createKeytarKeychain(keytar) : createSessionKeychain();
  } catch {
    return createSessionKeychain();
  }
}

async function isWorking(keychain: Keychain): Promise<boolean> {
  const secret = randomBytes(16).toString('hex');
  await keychain.set(probeAccount, secret);
  const kept = await keychain.get(probeAccount);
  return kept === secret && (await keychain.delete(probeAccount));
}
