import { expect, test } from 'vitest';
import { connectionMigrations, createConnectionStore } from '../../main/connections/connection-store.ts';
import { openState } from '../../main/state/state.ts';
import { connectionId } from '../../preload/contract.ts';

function setUp() {
  const state = openState(':memory:', [{ component: 'connections', migrations: connectionMigrations }]);
  let time = 0;
  const open = () => createConnectionStore(state, () => (time += 1));
  return { state, open, store: open() };
}

const remote = (name: string) => ({ name, kind: 'remote' as const, config: { url: 'https://crm.example/mcp' } });

test('ids are made from names, and no two are the same', () => {
  const { store } = setUp();
  const names = ['Work mail', 'Work mail', 'Büro: Größe & Maß', '  -- ', '会計', 'x'.repeat(200), 'Ünïcode'];
  const ids = names.map((name) => store.add(remote(name)).id);
  expect(ids).toEqual(['work-mail', 'work-mail-2', 'buro-gro-e-ma', 'connection', 'connection-2', 'x'.repeat(50), 'unicode']);
});

test('what was added is found again, also after a restart, oldest first', () => {
  const { store, open } = setUp();
  const first = store.add(remote('B'));
  const second = store.add({ name: 'A', kind: 'command', config: { command: 'node', args: ['x'] } });
  expect(open().list()).toEqual([first, second]);
  expect(open().find(second.id)).toEqual({ id: 'a', name: 'A', kind: 'command', config: { command: 'node', args: ['x'] }, addedAt: 2, isManaged: false, callTimeoutSeconds: 60 });
});

test('an id that was removed is not given to another service, not even after a restart', () => {
  const { store, open } = setUp();
  const { id } = store.add(remote('CRM'));
  expect(store.remove(id)).toBe(true);
  expect(store.remove(id)).toBe(false);
  expect(open().add(remote('CRM')).id).toBe('crm-2');
});

test('the organization comes first, cannot be removed, and is not written down', () => {
  const { state, store } = setUp();
  const own = store.add(remote('CRM'));
  const managed = { ...remote('Company CRM'), id: connectionId.parse('company-crm') };
  store.setManaged([managed]);
  expect(store.list()).toEqual([{ ...managed, addedAt: 0, isManaged: true, callTimeoutSeconds: 60 }, own]);
  expect(store.remove(managed.id)).toBe(false);
  expect(store.add(remote('Company CRM')).id).toBe('company-crm-2');
  expect(state.database.prepare("SELECT count(*) AS n FROM connection WHERE id = 'company-crm'").get()).toEqual({ n: 0 });
});

test('a managed one takes the place of a person’s own with the same id, and gives it back', () => {
  const { store } = setUp();
  const own = store.add(remote('CRM'));
  store.setManaged([{ ...remote('Company CRM'), id: own.id, config: { url: 'https://company.example/mcp' } }]);
  expect(store.list()).toHaveLength(1);
  expect(store.find(own.id)).toMatchObject({ name: 'Company CRM', isManaged: true });
  expect(store.remove(own.id)).toBe(false);
  store.setManaged([]);
  expect(store.list()).toEqual([own]);
});

test('a row that cannot be read is left out; the others work', () => {
  const { state, open, store } = setUp();
  const good = store.add(remote('Good'));
  state.database.exec(`INSERT INTO connection (id, name, kind, config, added_at) VALUES ('NOT A SLUG', 'x', 'remote', '{}', 0), ('list', 'x', 'remote', '[]', 0)`);
  expect(open().list()).toEqual([good]);
});

test('listeners hear of every change until they leave', () => {
  const { store } = setUp();
  let heard = 0;
  const leave = store.onChange(() => (heard += 1));
  const { id } = store.add(remote('CRM'));
  store.remove(id);
  store.setManaged([]);
  expect(heard).toBe(3);
  leave();
  store.add(remote('CRM'));
  expect(heard).toBe(3);
});

test('how long a call may take is kept for the person’s own connections, and the organization decides for its own', () => {
  const { store, open } = setUp();
  const own = store.add(remote('CRM'));
  const company = connectionId.parse('company-crm');
  const elsewhere = { url: 'https://crm.example/mcp' };
  store.setManaged([{ ...remote('Company CRM'), id: company, config: { ...elsewhere, callTimeoutSeconds: 240 } }]);
  let heard = 0;
  store.onChange(() => (heard += 1));

  expect(store.setCallTimeout(own.id, 5)).toBe('ok');
  expect(store.setCallTimeout(own.id, 5)).toBe('ok');
  expect(heard).toBe(1);
  expect(store.setCallTimeout(company, 5)).toBe('managed');
  expect(store.setCallTimeout(connectionId.parse('gone'), 5)).toBe('unknown_connection');
  expect(open().find(own.id)).toEqual({ ...own, callTimeoutSeconds: 5 });
  expect(store.find(company)).toMatchObject({ config: elsewhere, callTimeoutSeconds: 240 });
  expect(store.find(company)?.config).toEqual(elsewhere);
});

test.each([0, 601, 2.5, Number.NaN])('a timeout of %s seconds is not kept', (seconds) => {
  const { store, open } = setUp();
  const own = store.add(remote('CRM'));
  expect(() => store.setCallTimeout(own.id, seconds)).toThrow();
  expect(open().find(own.id)?.callTimeoutSeconds).toBe(60);
  store.setManaged([{ ...remote('CRM'), id: own.id, config: { callTimeoutSeconds: seconds } }]);
  expect(store.find(own.id)?.callTimeoutSeconds).toBe(60);
});

test('a connection that an earlier version kept has the usual timeout', () => {
  const state = openState(':memory:', [{ component: 'connections', migrations: connectionMigrations.slice(0, 1) }]);
  state.database.exec(`INSERT INTO connection VALUES ('crm', 'CRM', 'remote', '{}', 7)`);
  const [, second = ''] = connectionMigrations;
  state.database.exec(second);
  expect(createConnectionStore(state, () => 0).list()).toEqual([{ id: 'crm', name: 'CRM', kind: 'remote', config: {}, addedAt: 7, isManaged: false, callTimeoutSeconds: 60 }]);
});

test('looking a connection up asks no database', () => {
  const { state, store } = setUp();
  const ids = Array.from({ length: 50 }, (_, index) => store.add(remote(`Service ${index}`)).id);
  state.close();
  expect(ids.map((id) => store.find(id)?.id)).toEqual(ids);
  expect(store.list()).toHaveLength(50);
});
