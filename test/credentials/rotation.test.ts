import { assert, asyncProperty, boolean, nat } from 'fast-check';
import { expect, test } from 'vitest';
import { createCredentialStore } from '../../main/credentials/credential-store.ts';
import { createDiskRows, credentialMigrations } from '../../main/credentials/credential-rows.ts';
import { guardKeychain } from '../../main/credentials/guarded-keychain.ts';
import { createSessionKeychain, type Keychain } from '../../main/credentials/keychain.ts';
import { createKey, readKey, seal } from '../../main/credentials/seal.ts';
import { openState, type State } from '../../main/state/state.ts';

const origin = 'https://crm.example';
const day = 24 * 60 * 60 * 1000;
const crm = (value: string, secrets: readonly string[] = []) => ({ id: 'crm', origin, value, kind: 'token' as const, secrets });
const newState = (): State => openState(':memory:', [{ component: 'credentials', migrations: credentialMigrations }]);

/** `items` can be looked into and changed behind the store's back. */
function osKeychain(items = new Map<string, string>()): Keychain & { readonly items: Map<string, string> } {
  return {
    kind: 'os',
    items,
    get: (account) => Promise.resolve(items.get(account) ?? null),
    set: (account, secret) => Promise.resolve(void items.set(account, secret)),
    delete: (account) => Promise.resolve(items.delete(account)),
  };
}

function start(state: State, keychain: Keychain, now = 5, usedBy?: () => string | undefined) {
  return createCredentialStore({ state, keychain: guardKeychain(keychain), now: () => now, ...(usedBy && { usedBy }) });
}

test('each value has a key of its own: the earlier key is gone, and an old copy of the file opens no more', async () => {
  const state = newState();
  const keychain = osKeychain();
  const store = start(state, keychain);
  await store.put(crm('the first value'));
  const oldRow = createDiskRows(state).get('crm');
  await store.put(crm('the second value'));
  expect(keychain.items.size).toBe(1);
  expect(oldRow && keychain.items.has(oldRow.account ?? '')).toBe(false);

  // state.db restored from yesterday's backup.
  const restored = newState();
  if (oldRow === undefined) throw new Error('There was a row.');
  createDiskRows(restored).set('crm', oldRow, null);
  const later = start(restored, keychain);
  const heard: string[] = [];
  later.onChange((id) => heard.push(id));
  await later.load();
  for (let time = 0; time < 10; time += 1) {
    expect(await later.use('crm', origin, (value) => value)).toMatchObject({ ok: false, reason: 'missing' });
    expect(await later.describe('crm')).toMatchObject({ kept: 'missing' });
  }
  expect(heard).toEqual(['crm']);
  await later.put(crm('signed in afresh'));
  expect(await later.use('crm', origin, (value) => value)).toEqual({ ok: true, value: 'signed in afresh' });
  expect(await later.describe('crm')).toMatchObject({ kept: 'keychain', problem: null });
});

test('restored onto a machine whose keychain has another key under that name: told once, and a fresh sign-in seals it anew', async () => {
  const state = newState();
  const keychain = osKeychain();
  await start(state, keychain).put(crm('of the old machine'));
  for (const account of keychain.items.keys()) keychain.items.set(account, createKey());
  const store = start(state, keychain);
  const heard: string[] = [];
  store.onChange((id) => heard.push(id));
  await store.load();
  for (let time = 0; time < 10; time += 1) expect(await store.use('crm', origin, (value) => value)).toMatchObject({ ok: false, reason: 'damaged' });
  expect(await store.describe('crm')).toMatchObject({ kept: 'missing', problem: { id: 'credential.problem.damaged' } });
  expect(heard).toEqual(['crm']);
  await store.put(crm('signed in afresh'));
  expect(await store.describe('crm')).toMatchObject({ kept: 'keychain', problem: null });
  expect(await store.use('crm', origin, (value) => value)).toEqual({ ok: true, value: 'signed in afresh' });
});

test('a stop between any two steps leaves the old value or the new one readable, and no key behind', async () => {
  class Stopped extends Error {}
  await assert(
    asyncProperty(nat(3), boolean(), async (stopAt, isAfter) => {
      const state = newState();
      const inner = osKeychain();
      await start(state, inner).put(crm('the old value'));
      let step = 0;
      const stopping = async <T>(work: () => Promise<T>): Promise<T> => {
        const isHere = step++ === stopAt;
        if (isHere && !isAfter) throw new Stopped();
        const answer = await work();
        if (isHere) throw new Stopped();
        return answer;
      };
      const keychain: Keychain = {
        kind: 'os',
        get: (account) => stopping(() => inner.get(account)),
        set: (account, secret) => stopping(() => inner.set(account, secret)),
        delete: (account) => stopping(() => inner.delete(account)),
      };
      await start(state, keychain).put(crm('the new value')).catch((error: unknown) => {
        if (!(error instanceof Stopped)) throw error;
      });
      const next = start(state, inner);
      await next.load();
      const found = await next.use('crm', origin, (value) => value);
      expect(found.ok && ['the old value', 'the new value'].includes(found.value)).toBe(true);
      expect(inner.items.size).toBe(1);
    }),
    { numRuns: 40 },
  );
});

test('a call that reads while the value is renewed has the old one or the new one, never none', async () => {
  const state = newState();
  const inner = osKeychain();
  const slow: Keychain = {
    ...inner,
    async get(account) {
      await new Promise((next) => setImmediate(next));
      return inner.get(account);
    },
  };
  const store = start(state, slow);
  await store.put(crm('value 0'));
  const reads = Array.from({ length: 20 }, async (_, index) => {
    for (let turn = 0; turn < index; turn += 1) await new Promise((next) => setImmediate(next));
    return store.use('crm', origin, (value) => value);
  });
  for (let version = 1; version <= 5; version += 1) await store.put(crm(`value ${version}`));
  for (const read of await Promise.all(reads)) expect(read).toMatchObject({ ok: true });
});

test('a key that is over 90 days old is replaced at the next start; the value, its date and its last use stay', async () => {
  const state = newState();
  const keychain = osKeychain();
  await start(state, keychain, 5, () => 'marketing').put(crm('kept for long', ['kept']));
  await start(state, keychain, 7, () => 'marketing').use('crm', origin, () => null);
  const account = createDiskRows(state).get('crm')?.account;
  await start(state, keychain, 80 * day).load();
  expect(createDiskRows(state).get('crm')?.account).toBe(account);
  const later = start(state, keychain, 91 * day);
  await later.load();
  expect(createDiskRows(state).get('crm')?.account).not.toBe(account);
  expect([...keychain.items.keys()]).toEqual([createDiskRows(state).get('crm')?.account]);
  expect(await later.describe('crm')).toEqual({ kept: 'keychain', since: 5, lastUse: { at: 7, by: 'marketing' }, problem: null });
  expect(later.secrets.list()).toEqual(['kept for long', 'kept']);
});

test('a row of the first version is read, and sealed anew at the first start', async () => {
  const state = newState();
  const keychain = osKeychain();
  const text = createKey();
  keychain.items.set('crm', text);
  const sealed = seal('from before', readKey(text) ?? Buffer.alloc(0), { credential: 'crm', origin });
  state.database.prepare('INSERT INTO credential (id, origin, kind, sealed, since) VALUES (?, ?, ?, ?, ?)').run('crm', origin, 'password', sealed, 3);
  const store = start(state, keychain, 100 * day);
  await store.load();
  expect(await store.use('crm', origin, (value) => value)).toEqual({ ok: true, value: 'from before' });
  expect(await store.describe('crm')).toMatchObject({ since: 3 });
  expect(keychain.items.has('crm')).toBe(false);
  expect(keychain.items.size).toBe(1);
});

test('the last use tells when and for whom; it is written down once a minute, and at once for another Claw', async () => {
  const state = newState();
  const keychain = osKeychain();
  let now = 1_000_000;
  let agent: string | undefined = 'marketing';
  const store = createCredentialStore({ state, keychain: guardKeychain(keychain), now: () => now, usedBy: () => agent });
  await store.put(crm('tok-1234567890'));
  expect(store.lastUse('crm')).toBeNull();
  let told = 0;
  store.onUse(() => (told += 1));
  for (let second = 0; second < 59; second += 1) {
    now += 1000;
    await store.use('crm', origin, () => null);
  }
  expect(told).toBe(1);
  expect(store.lastUse('crm')).toEqual({ at: 1_059_000, by: 'marketing' });
  expect(createDiskRows(state).get('crm')?.lastUse).toEqual({ at: 1_001_000, by: 'marketing' });
  agent = undefined;
  await store.use('crm', origin, () => null);
  expect(start(state, keychain).lastUse('crm')).toEqual({ at: 1_059_000, by: null });
  await store.use('crm', 'https://evil.example', () => null);
  expect(told).toBe(2);
  await store.remove('crm');
  expect(store.lastUse('crm')).toBeNull();
});

test('without a keychain the last use is known too, and nothing is written', async () => {
  const state = newState();
  const store = start(state, createSessionKeychain(), 5, () => 'finance');
  await store.put(crm('tok-1234567890'));
  await store.use('crm', origin, () => null);
  expect(await store.describe('crm')).toEqual({ kept: 'session', since: 5, lastUse: { at: 5, by: 'finance' }, problem: null });
  expect(state.database.prepare('SELECT (SELECT count(*) FROM credential) + (SELECT count(*) FROM credential_key_to_delete) AS n').get()).toEqual({ n: 0 });
});
