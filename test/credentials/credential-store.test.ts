import { expect, test } from 'vitest';
import { createCredentialStore } from '../../main/credentials/credential-store.ts';
import { createSessionKeychain, KeychainError, type Keychain } from '../../main/credentials/keychain.ts';
import { createKeytarKeychain, openKeychain, type Keytar } from '../../main/credentials/keytar-keychain.ts';
import { createDiskRows, credentialMigrations } from '../../main/credentials/credential-rows.ts';
import { guardKeychain } from '../../main/credentials/guarded-keychain.ts';
import { createSealedValues } from '../../main/credentials/sealed-values.ts';
import { openState } from '../../main/state/state.ts';

const origin = 'https://crm.example';

/** A keychain that keeps its items here, so that values are sealed into the database. */
function osKeychain(): Keychain {
  return { ...createSessionKeychain(), kind: 'os' };
}

function setUp(keychain: Keychain = osKeychain()) {
  const state = openState(':memory:', [{ component: 'credentials', migrations: credentialMigrations }]);
  return { state, keychain, store: createCredentialStore({ state, keychain: guardKeychain(keychain), now: () => 5 }) };
}

/** Which of the keychain's items holds the key. */
function accountOf(state: ReturnType<typeof setUp>['state'], id: string): string {
  return createDiskRows(state).get(id)?.account ?? '';
}

const put = (id: string, value: string, at = origin) => ({ id, origin: at, value, kind: 'token' as const });

test('it is lent to its own origin and to no other', async () => {
  const { store } = setUp();
  await store.put(put('crm', 'tok-1234567890'));
  expect(await store.use('crm', origin, (value) => value.length)).toEqual({ ok: true, value: 14 });
  for (const other of ['https://crm.example.evil.example', 'http://crm.example', 'https://crm.example/', 'https://CRM.example', '']) {
    let wasLent = false;
    const refused = await store.use('crm', other, () => (wasLent = true));
    expect(refused).toMatchObject({ ok: false, reason: 'wrong_origin' });
    expect(wasLent).toBe(false);
  }
});

test('a changed ciphertext, a changed origin and a swapped row do not open', async () => {
  const { state, store } = setUp();
  await store.put(put('crm', 'tok-of-the-crm'));
  await store.put(put('bank', 'tok-of-the-bank', 'https://bank.example'));
  const row = (id: string) => state.database.prepare('SELECT origin, sealed FROM credential WHERE id = ?').get(id);
  const sealed = row('crm')?.['sealed'];
  if (!(sealed instanceof Uint8Array)) throw new Error('It was not sealed.');
  const update = state.database.prepare('UPDATE credential SET sealed = ?, origin = ? WHERE id = ?');

  for (const index of [0, 12, sealed.length - 1]) {
    const bent = Uint8Array.from(sealed);
    bent[index] = (bent[index] ?? 0) ^ 1;
    update.run(bent, origin, 'crm');
    expect(await store.use('crm', origin, (value) => value)).toMatchObject({ ok: false, reason: 'damaged' });
  }
  update.run(sealed.subarray(0, 10), origin, 'crm');
  expect(await store.use('crm', origin, (value) => value)).toMatchObject({ ok: false, reason: 'damaged' });
  update.run(sealed, 'https://evil.example', 'crm');
  expect(await store.use('crm', 'https://evil.example', (value) => value)).toMatchObject({ ok: false, reason: 'damaged' });
  update.run(sealed, 'https://bank.example', 'bank');
  expect(await store.use('bank', 'https://bank.example', (value) => value)).toMatchObject({ ok: false, reason: 'damaged' });
});

test('even with the same key a value does not open under another id', async () => {
  const { state, store } = setUp();
  await store.put(put('a', 'value-of-a'));
  state.database.exec("INSERT INTO credential SELECT 'b', origin, kind, sealed, since, account, key_since, used_at, used_by FROM credential WHERE id = 'a'");
  expect(await store.use('b', origin, (value) => value)).toMatchObject({ ok: false, reason: 'damaged' });
});

test('the same value is sealed differently each time', async () => {
  const { state, store } = setUp();
  const sealed = new Set<string>();
  for (let time = 0; time < 20; time += 1) {
    await store.put(put('crm', 'the same'));
    sealed.add(JSON.stringify(state.database.prepare('SELECT sealed FROM credential').get()));
  }
  expect(sealed.size).toBe(20);
});

test('changes at the same time do not spoil each other', async () => {
  const quick = osKeychain();
  const slowToDelete: Keychain = {
    ...quick,
    async delete(account) {
      await new Promise((next) => setImmediate(next));
      return quick.delete(account);
    },
  };
  const { store } = setUp(slowToDelete);
  await Promise.all(['first', 'second', 'third'].map((value) => store.put(put('crm', value))));
  expect(await store.use('crm', origin, (value) => value)).toEqual({ ok: true, value: 'third' });
  await Promise.all([store.remove('crm'), store.put(put('crm', 'fourth')), store.remove('crm'), store.put(put('crm', 'fifth'))]);
  expect(await store.use('crm', origin, (value) => value)).toEqual({ ok: true, value: 'fifth' });
});

test('a value is known to the scrubber from the moment it is given to the end of the session, also when it was replaced or removed', async () => {
  const { store } = setUp();
  await store.put({ ...put('crm', '{"access":"acc-1"}'), secrets: ['acc-1'] });
  expect(store.secrets.list()).toEqual(['{"access":"acc-1"}', 'acc-1']);
  expect(store.secrets.list()).toBe(store.secrets.list());
  await store.put({ ...put('crm', '{"access":"acc-2"}'), secrets: ['acc-2'] });
  await store.put(put('bank', 'tok-of-the-bank'));
  await store.remove('crm');
  expect(new Set(store.secrets.list())).toEqual(new Set(['tok-of-the-bank', '{"access":"acc-1"}', 'acc-1', '{"access":"acc-2"}', 'acc-2']));
  expect(new Map(store.secrets.byOwner()).get('crm')).toEqual(['{"access":"acc-1"}', 'acc-1', '{"access":"acc-2"}', 'acc-2']);
});

test('listeners hear of a put, a removal and, once, of a loss; never after they left', async () => {
  const { state, store, keychain } = setUp();
  const heard: string[] = [];
  const leave = store.onChange((id) => heard.push(id));
  await store.put(put('crm', 'tok-1234567890'));
  await keychain.delete(accountOf(state, 'crm'));
  await store.use('crm', origin, (value) => value);
  await store.use('crm', origin, (value) => value);
  expect(heard).toEqual(['crm', 'crm']);
  await store.remove('crm');
  leave();
  await store.remove('crm');
  expect(heard).toHaveLength(3);
});

test('a keychain that fails changes nothing and is asked once, not again and again', async () => {
  let asked = 0;
  const refuse = (): Promise<never> => {
    asked += 1;
    return Promise.reject(new KeychainError('locked'));
  };
  const { state, store } = setUp({ kind: 'os', get: refuse, set: refuse, delete: refuse });
  expect(await store.put(put('crm', 'tok-1234567890'))).toMatchObject({ ok: false, reason: 'keychain' });
  expect(asked).toBe(1);
  expect(state.database.prepare('SELECT count(*) AS n FROM credential').get()).toEqual({ n: 0 });
});

test('a removal with a failing keychain still forgets the value, and says that the key is left', async () => {
  const working = osKeychain();
  const { state, store } = setUp({ ...working, delete: () => Promise.reject(new KeychainError('locked')) });
  await store.put(put('crm', 'tok-1234567890'));
  expect(await store.remove('crm')).toMatchObject({ ok: false, reason: 'keychain' });
  expect(state.database.prepare('SELECT count(*) AS n FROM credential').get()).toEqual({ n: 0 });
});

function keytarThat(answers: Partial<Keytar>): Keytar {
  const items = new Map<string, string>();
  return {
    getPassword: (_, account) => Promise.resolve(items.get(account) ?? null),
    setPassword: (_, account, password) => Promise.resolve(void items.set(account, password)),
    deletePassword: (_, account) => Promise.resolve(items.delete(account)),
    ...answers,
  };
}

function opened(keytar: Partial<Keytar> | Error, hasSealed = false) {
  const load = (): Promise<Keytar> => (keytar instanceof Error ? Promise.reject(keytar) : Promise.resolve(keytarThat(keytar)));
  return openKeychain({ load, timeout: 50, hasSealed });
}

test('a keychain that loads, but hangs, forgets or lies is not trusted', async () => {
  const never = new Promise<never>(() => undefined);
  const kinds = await Promise.all([
    opened(new Error('libsecret-1.so.0: cannot open shared object file')),
    opened({ setPassword: () => never }),
    opened({ getPassword: () => Promise.resolve(null) }),
    opened({ getPassword: () => Promise.resolve('something else') }),
    opened({}),
  ]);
  expect(kinds.map(({ kind }) => kind)).toEqual(['session', 'session', 'session', 'session', 'os']);
});

test('while the keychain hangs, further questions are refused at once and not queued', async () => {
  let asked = 0;
  let { promise, resolve } = Promise.withResolvers<string | null>();
  const keychain = createKeytarKeychain(
    keytarThat({
      getPassword: () => {
        asked += 1;
        return promise;
      },
    }),
    20,
  );
  await expect(keychain.get('a')).rejects.toThrow(KeychainError);
  await expect(keychain.get('b')).rejects.toThrow('has not answered an earlier question');
  expect(asked).toBe(1);
  resolve('late');
  await new Promise((done) => setImmediate(done));
  ({ promise, resolve } = Promise.withResolvers<string | null>());
  const third = keychain.get('c');
  await new Promise((done) => setImmediate(done));
  resolve('in time');
  expect(await third).toBe('in time');
});

test('questions go to the keychain one after the other, and one given up in the queue is never asked', async () => {
  const asked: string[] = [];
  const answers = new Map<string, (value: string | null) => void>();
  const keychain = createKeytarKeychain(
    keytarThat({
      getPassword: (_, account) => {
        asked.push(account);
        return new Promise((resolve) => answers.set(account, resolve));
      },
    }),
    20,
  );
  const late = [keychain.get('a'), keychain.get('b')].map((question) => question.catch((error: unknown) => String(error)));
  expect(await Promise.all(late)).toEqual([expect.stringContaining('in time'), expect.stringContaining('in time')]);
  answers.get('a')?.('x');
  await new Promise((next) => setImmediate(next));
  expect(asked).toEqual(['a']);
  const next = keychain.get('c');
  await new Promise((done) => setImmediate(done));
  answers.get('c')?.('y');
  expect(await next).toBe('y');
});

test('a screen does not wait for a keychain that hangs, and asks it once', async () => {
  let asked = 0;
  const quick = osKeychain();
  const state = openState(':memory:', [{ component: 'credentials', migrations: credentialMigrations }]);
  await createSealedValues(createDiskRows(state), quick, () => 5).write(put('crm', 'tok-1234567890'));
  const hanging: Keychain = {
    ...quick,
    get: () => {
      asked += 1;
      return new Promise(() => undefined);
    },
  };
  const values = createSealedValues(createDiskRows(state), hanging, () => 5, 20);
  for (let time = 0; time < 5; time += 1) {
    expect(await values.describe('crm')).toEqual({ kept: 'keychain', since: 5, lastUse: null, problem: { id: 'credential.problem.keychain', values: {} } });
  }
  expect(asked).toBe(1);
});

test('what keytar says when it fails is not passed on', async () => {
  const keychain = createKeytarKeychain(keytarThat({ setPassword: (_, __, password) => Promise.reject(new Error(`cannot keep ${password}`)) }));
  const error: unknown = await keychain.set('a', 'hunter22').catch((reason: unknown) => reason);
  expect(String(error)).not.toContain('hunter22');
  expect(error instanceof Error ? error.cause : 'none').toBeUndefined();
});
