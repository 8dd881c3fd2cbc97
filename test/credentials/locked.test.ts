import { expect, test } from 'vitest';
import { createCredentialStore } from '../../main/credentials/credential-store.ts';
import { createDiskRows, credentialMigrations } from '../../main/credentials/credential-rows.ts';
import { guardKeychain } from '../../main/credentials/guarded-keychain.ts';
import { createSessionKeychain, KeychainError, type Keychain } from '../../main/credentials/keychain.ts';
import { createKeytarKeychain, openKeychain, type Keytar } from '../../main/credentials/keytar-keychain.ts';
import { openState } from '../../main/state/state.ts';

const origin = 'https://crm.example';

/** A keychain with a lock, that counts how often it is asked: each time it is locked, a person would see a window. */
function lockable() {
  const inner = createSessionKeychain();
  const lock = { isLocked: false, asked: 0 };
  const ask = <T>(question: () => Promise<T>): Promise<T> => {
    lock.asked += 1;
    return lock.isLocked ? Promise.reject(new KeychainError('locked', 'locked')) : question();
  };
  const keychain: Keychain = {
    kind: 'os',
    get: (account) => ask(() => inner.get(account)),
    set: (account, secret) => ask(() => inner.set(account, secret)),
    delete: (account) => ask(() => inner.delete(account)),
  };
  return { lock, keychain };
}

function open(keychain: Keychain, state = openState(':memory:', [{ component: 'credentials', migrations: credentialMigrations }])) {
  return { state, store: createCredentialStore({ state, keychain: guardKeychain(keychain), now: () => 5 }) };
}

const crm = { id: 'crm', origin, value: 'tok-1234567890', kind: 'token' as const };

test('a locked keychain is asked once, whatever agents and screens do; one unlock asks it once more', async () => {
  const { lock, keychain } = lockable();
  const { store } = open(keychain);
  await store.put(crm);
  lock.isLocked = true;
  lock.asked = 0;
  const heard: string[] = [];
  store.onChange((id) => heard.push(id));
  for (let time = 0; time < 50; time += 1) {
    let wasLent = false;
    expect(await store.use('crm', origin, () => (wasLent = true))).toEqual({ ok: false, reason: 'locked', problem: { id: 'credential.problem.locked', values: {} } });
    expect(wasLent).toBe(false);
    expect(await store.describe('crm')).toMatchObject({ kept: 'locked', since: 5 });
    expect(await store.put({ ...crm, id: 'new' })).toMatchObject({ ok: false, reason: 'locked' });
  }
  expect(lock.asked).toBe(1);
  expect(store.isLocked).toBe(true);
  expect(heard).toEqual(['crm']);

  expect(await Promise.all([store.unlock(), store.unlock()])).toEqual([false, false]);
  expect(lock.asked).toBe(2);
  expect(store.isLocked).toBe(true);
  lock.isLocked = false;
  expect(await store.unlock()).toBe(true);
  expect(store.isLocked).toBe(false);
  expect(heard).toEqual(['crm', 'crm']);
  expect(await store.use('crm', origin, (value) => value)).toEqual({ ok: true, value: 'tok-1234567890' });
});

test('what a locked keychain holds is known to the scrubber once it is unlocked', async () => {
  const { lock, keychain } = lockable();
  const { state, store } = open(keychain);
  await store.put({ ...crm, value: '{"access":"acc-1"}', secrets: ['acc-1'] });
  lock.isLocked = true;
  const next = open(keychain, state).store;
  await next.load();
  expect(next.secrets.list()).toEqual([]);
  lock.isLocked = false;
  await next.unlock();
  expect(next.secrets.list()).toEqual(['{"access":"acc-1"}', 'acc-1']);
});

test('forgetting under a locked keychain shreds at once, and the key goes as soon as it is unlocked', async () => {
  const { lock, keychain } = lockable();
  const { state, store } = open(keychain);
  await store.put(crm);
  const account = createDiskRows(state).get('crm')?.account ?? '';
  lock.isLocked = true;
  expect(await store.remove('crm')).toMatchObject({ ok: false, reason: 'locked' });
  expect(state.database.prepare('SELECT count(*) AS n FROM credential').get()).toEqual({ n: 0 });
  lock.isLocked = false;
  expect(await keychain.get(account)).not.toBeNull();
  await store.unlock();
  expect(await keychain.get(account)).toBeNull();
  expect(createDiskRows(state).unwantedKeys()).toEqual([]);
});

function keytarThat(answers: Partial<Keytar>): Keytar {
  return { getPassword: () => Promise.resolve(null), setPassword: () => Promise.resolve(), deletePassword: () => Promise.resolve(true), ...answers };
}

test.each([
  ['libsecret', 'Cannot create an item in a locked collection', 'locked'],
  ['a closed question on Linux', 'Prompt was dismissed', 'locked'],
  ['a closed question on macOS', 'User canceled the operation.', 'locked'],
  ['macOS with nobody there', 'User interaction is not allowed.', 'locked'],
  ['a wrong password on macOS', 'The user name or passphrase you entered is not correct.', 'locked'],
  ['Windows before logging on', 'A specified logon session does not exist. It may already have been terminated.', 'locked'],
  ['no bus', 'Could not connect: No such file or directory', 'unavailable'],
  ['no service', 'The name org.freedesktop.secrets was not provided by any .service files', 'unavailable'],
])('%s: “%s” means %s', async (_name, words, reason) => {
  const keychain = createKeytarKeychain(keytarThat({ setPassword: () => Promise.reject(new Error(words)) }));
  await expect(keychain.set('a', 'b')).rejects.toMatchObject({ reason });
  // A locked Secret Service denies that it has an item, and that it deleted one.
  await expect(keychain.get('a')).rejects.toMatchObject({ reason });
  await expect(createKeytarKeychain(keytarThat({ deletePassword: () => Promise.resolve(false), setPassword: () => Promise.reject(new Error(words)) })).delete('a')).rejects.toMatchObject({ reason });
});

async function opened(keytar: Keytar, hasSealed: boolean) {
  const { kind, isLocked } = await openKeychain({ load: () => Promise.resolve(keytar), timeout: 30, hasSealed });
  return { kind, isLocked };
}

test('locked at the start is not absent: nothing is kept for this session only, and nothing sealed is lost', async () => {
  const locked = keytarThat({ setPassword: () => Promise.reject(new Error('Cannot create an item in a locked collection')) });
  const silent = keytarThat({ setPassword: () => new Promise(() => undefined) });
  expect(await opened(locked, false)).toEqual({ kind: 'os', isLocked: true });
  expect(await opened(locked, true)).toEqual({ kind: 'os', isLocked: true });
  // It may be asking the person; what was sealed for it must not be taken for gone.
  expect(await opened(silent, true)).toEqual({ kind: 'os', isLocked: true });
  expect(await opened(silent, false)).toEqual({ kind: 'session', isLocked: false });
});
