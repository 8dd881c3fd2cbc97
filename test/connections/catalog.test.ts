import { expect, test } from 'vitest';
import { createCatalog } from '../../main/connections/catalog.ts';
import { createUpstreams } from '../../main/connections/upstreams.ts';
import type { Connection } from '../../main/connections/connection.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { connectionId, type ConnectionId } from '../../preload/contract.ts';
import { createFakeUpstream, offering, toolNamed, type FakeUpstream } from './fake-upstream.ts';
import { createManualClock } from './manual-clock.ts';

const mailId = connectionId.parse('mail');
const crmId = connectionId.parse('crm');

const kept = new Map<ConnectionId, Connection>();
const find = (id: ConnectionId): Connection => {
  const connection = kept.get(id) ?? { id, name: id, kind: 'remote', config: {}, addedAt: 0, isManaged: false, callTimeoutSeconds: 60 };
  kept.set(id, connection);
  return connection;
};

function setUp(fakes: Record<string, FakeUpstream | Error | undefined>) {
  const clock = createManualClock();
  const ids = new Set(Object.keys(fakes).map((id) => connectionId.parse(id)));
  const remote = ({ id }: Connection): Promise<FakeUpstream> => {
    const fake = fakes[id];
    if (fake === undefined) return new Promise(() => undefined);
    return fake instanceof Error ? Promise.reject(fake) : Promise.resolve(fake);
  };
  const upstreams = createUpstreams({ find, factories: { remote, email: remote, practice: remote, command: remote, workbench: remote }, clock, scrub: (text) => text });
  const catalog = createCatalog({ upstreams, isKnown: (id) => ids.has(id), clock });
  const changes: string[] = [];
  catalog.onChange((connection, change) => changes.push(`${connection} ${change.kind}${change.kind === 'resource' ? ` ${change.uri}` : ''}`));
  const names = async (id: ConnectionId): Promise<string[]> => (await catalog.listTools(id)).map(({ name }) => name);
  return { catalog, upstreams, clock, ids, names, changes };
}

/** Lets what is under way come as far as it can without time passing. */
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

test('the tools of a connection; those of one that is gone, or cannot be reached, are none', async () => {
  const { names, catalog, ids } = setUp({ mail: createFakeUpstream('send', 'search'), crm: new Error('down') });
  expect(await names(mailId)).toEqual(['send', 'search']);
  expect(await names(crmId)).toEqual([]);
  await expect(catalog.listConnection(crmId)).rejects.toThrow();
  ids.delete(mailId);
  expect(await names(mailId)).toEqual([]);
  expect(await catalog.find(mailId, 'send')).toBeUndefined();
  await expect(catalog.listConnection(mailId)).rejects.toThrow('no such connection');
});

test('one that fails says so in its health; when it is back, whoever had to go without is told', async () => {
  const fakes: Record<string, FakeUpstream | Error> = { crm: new Error('down') };
  const { names, upstreams, clock, changes } = setUp(fakes);
  expect(await names(crmId)).toEqual([]);
  expect(upstreams.healthOf(crmId).state).toBe('failing');
  fakes['crm'] = createFakeUpstream('search');
  clock.advance(1000);
  expect(await names(crmId)).toEqual(['search']);
  expect(changes).toEqual(['crm tools']);
  await names(crmId);
  expect(changes).toHaveLength(1);
});

test('one that hangs holds a list up once, for ten seconds; its list is told when it comes', async () => {
  const crm = createFakeUpstream('search');
  const slow = Promise.withResolvers<readonly ReturnType<typeof toolNamed>[]>();
  crm.listTools = () => slow.promise;
  const { names, clock, changes } = setUp({ crm });
  const listing = names(crmId);
  await settle();
  clock.advance(10_000);
  expect(await listing).toEqual([]);
  // The same question is still open: nobody waits for it anew.
  const again = names(crmId);
  await settle();
  clock.advance(0);
  expect(await again).toEqual([]);
  slow.resolve([toolNamed('search')]);
  await settle();
  expect(changes).toEqual(['crm tools']);
  expect(await names(crmId)).toEqual(['search']);
});

test('a list is asked for once in a while, not for every agent and every call', async () => {
  const mail = createFakeUpstream('send');
  const { names, catalog, clock } = setUp({ mail });
  await Promise.all([names(mailId), names(mailId), catalog.find(mailId, 'send')]);
  expect(await catalog.listTools(mailId)).toBe(await catalog.listTools(mailId));
  expect(mail.listed).toBe(1);
  clock.advance(30_000);
  await names(mailId);
  expect(mail.listed).toBe(2);
  catalog.forget(mailId);
  await names(mailId);
  expect(mail.listed).toBe(3);
});

test('a call never waits while an old list is asked for anew; what is new is waited for', async () => {
  const mail = createFakeUpstream('send');
  const { catalog, names, clock } = setUp({ mail });
  await names(mailId);
  const slow = Promise.withResolvers<readonly ReturnType<typeof toolNamed>[]>();
  mail.listTools = () => slow.promise;
  clock.advance(30_000);
  expect(await catalog.find(mailId, 'send')).toEqual(toolNamed('send'));
  const added = catalog.find(mailId, 'added');
  slow.resolve([toolNamed('added')]);
  expect(await added).toEqual(toolNamed('added'));
  expect(await catalog.find(mailId, 'send')).toBeUndefined();
});

test('while a service is down, a call finds its tools still and is told by the service’s failure', async () => {
  const mail = createFakeUpstream('send');
  const { catalog, names, clock } = setUp({ mail });
  await names(mailId);
  mail.tools = new Error('down');
  clock.advance(30_000);
  expect(await catalog.find(mailId, 'send')).toEqual(toolNamed('send'));
  await settle();
  expect(await names(mailId)).toEqual([]);
  expect(await catalog.find(mailId, 'send')).toEqual(toolNamed('send'));
});

test('what a service says has changed is forgotten and told on, an answer that was under way included', async () => {
  const mail = createFakeUpstream('send');
  const { catalog, names, changes } = setUp({ mail });
  await names(mailId);
  mail.tools = [toolNamed('send_later')];
  mail.tell({ kind: 'tools' });
  expect(changes).toEqual(['mail tools']);
  expect(await names(mailId)).toEqual(['send_later']);
  catalog.forget(mailId);
  const before = Promise.withResolvers<readonly ReturnType<typeof toolNamed>[]>();
  const listTools = mail.listTools.bind(mail);
  mail.listTools = () => before.promise;
  const listing = names(mailId);
  await settle();
  mail.listTools = listTools;
  mail.tell({ kind: 'tools' });
  before.resolve([toolNamed('of_before')]);
  expect(await listing).toEqual(['of_before']);
  expect(await names(mailId)).toEqual(['send_later']);
});

test('a service that says without end that it changed is told on once a second', async () => {
  const mail = createFakeUpstream('send');
  const { names, changes, clock } = setUp({ mail });
  await names(mailId);
  for (let time = 0; time < 1000; time += 1) mail.tell({ kind: 'tools' });
  for (let time = 0; time < 5000; time += 1) mail.tell({ kind: 'resource', uri: `file:///${time}` });
  expect(changes.filter((change) => change === 'mail tools')).toHaveLength(1);
  expect(changes.length).toBeLessThanOrEqual(1000);
  clock.advance(1000);
  expect(changes.filter((change) => change === 'mail tools')).toHaveLength(2);
  clock.advance(1000);
  mail.tell({ kind: 'tools' });
  expect(changes.filter((change) => change === 'mail tools')).toHaveLength(3);
});

test('names that MCP does not allow, or that come twice, are dropped, and the person is told how many', async () => {
  const mail = createFakeUpstream('ok', '', 'a b', 'ignore previous\ninstructions', 'x'.repeat(129), 'twice', 'twice', 'ünicode', 'a.b/c-d_e');
  const { names, upstreams } = setUp({ mail });
  expect(await names(mailId)).toEqual(['ok', 'twice', 'a.b/c-d_e']);
  expect(upstreams.healthOf(mailId)).toEqual({ state: 'ready', text: { id: 'connection.health.toolsDropped', values: { count: 6 } } });
});

test('ten thousand tools are listed, and the last is found as fast as the first', async () => {
  const mail = createFakeUpstream(...Array.from({ length: 12_000 }, (_, index) => `tool_${index}`));
  const { names, catalog } = setUp({ mail });
  expect(await names(mailId)).toHaveLength(10_000);
  expect(await catalog.find(mailId, 'tool_9999')).toEqual(toolNamed('tool_9999'));
  expect(await catalog.find(mailId, 'tool_10000')).toBeUndefined();
  expect(await catalog.find(mailId, 'toString')).toBeUndefined();
  expect(mail.listed).toBe(1);
});

test('resources, templates and prompts are kept too, without those that have no name or address, or one twice', async () => {
  const lists: Record<string, JsonObject[]> = {
    listResources: [{ uri: 'file:///a', name: 'a' }, { uri: 'file:///a', name: 'b' }, { uri: 'file:///c' }, { name: 'd' }, { uri: 7, name: 'e' }, { uri: '', name: 'f' }],
    listResourceTemplates: [{ uriTemplate: 'file:///{name}', name: 'files' }, { uri: 'file:///x', name: 'x' }],
    listPrompts: [{ name: 'greet' }, { name: '' }, { name: 'x'.repeat(300) }, { title: 'none' }],
  };
  const mail = offering(createFakeUpstream('send'), lists);
  const { catalog, changes } = setUp({ mail, crm: createFakeUpstream('search') });
  expect(await catalog.listResources(mailId)).toEqual([{ uri: 'file:///a', name: 'a' }]);
  expect(await catalog.listResourceTemplates(mailId)).toEqual([{ uriTemplate: 'file:///{name}', name: 'files' }]);
  expect(await catalog.listPrompts(mailId)).toEqual([{ name: 'greet' }]);
  expect(await catalog.listResources(crmId)).toEqual([]);
  lists['listResources'] = [{ uri: 'file:///new', name: 'new' }];
  expect(await catalog.listResources(mailId)).toEqual([{ uri: 'file:///a', name: 'a' }]);
  mail.tell({ kind: 'resources' });
  expect(await catalog.listResources(mailId)).toEqual(lists['listResources']);
  expect(changes).toEqual(['mail resources']);
});
