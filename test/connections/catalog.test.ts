import { expect, test } from 'vitest';
import { createCatalog } from '../../main/connections/catalog.ts';
import { createUpstreams } from '../../main/connections/upstreams.ts';
import type { Connection } from '../../main/connections/connection.ts';
import { agentId, connectionId, type ConnectionId } from '../../preload/contract.ts';
import { createFakeUpstream, toolNamed, type FakeUpstream } from './fake-upstream.ts';
import { createManualClock } from './manual-clock.ts';

const marketing = agentId.parse('marketing');

const find = (id: ConnectionId): Connection => ({ id, name: id, kind: 'remote', config: {}, addedAt: 0, isManaged: false, callTimeoutSeconds: 60 });

function setUp(fakes: Record<string, FakeUpstream | Error | undefined>, isVisible: (agent: string, connection: string, tool: string) => boolean = () => true) {
  const clock = createManualClock();
  const ids = Object.keys(fakes).map((id) => connectionId.parse(id));
  const open = (id: ConnectionId): Promise<FakeUpstream> => {
    const fake = fakes[id];
    if (fake === undefined) return new Promise(() => undefined);
    return fake instanceof Error ? Promise.reject(fake) : Promise.resolve(fake);
  };
  const remote = (connection: Connection): Promise<FakeUpstream> => open(connection.id);
  const upstreams = createUpstreams({ find, factories: { remote, email: remote, practice: remote, command: remote }, clock, scrub: (text) => text });
  const catalog = createCatalog({ upstreams, connections: () => ids.map((id) => ({ id })), isVisible, clock });
  const names = async (): Promise<string[]> => (await catalog.listTools(marketing)).map(({ connection, name }) => `${connection}/${name}`);
  return { catalog, upstreams, clock, ids, names };
}

test('the tools of every connection in one list, each with its connection', async () => {
  const { names } = setUp({ mail: createFakeUpstream('send', 'search'), crm: createFakeUpstream('search') });
  expect(await names()).toEqual(['mail/send', 'mail/search', 'crm/search']);
});

test('an agent sees what it may use and nothing else', async () => {
  const { names } = setUp({ mail: createFakeUpstream('send', 'search'), crm: createFakeUpstream('search') }, (agent, connection, tool) => agent === 'marketing' && connection === 'mail' && tool !== 'send');
  expect(await names()).toEqual(['mail/search']);
});

test('one that fails is left out, and its health says so; it comes back by itself', async () => {
  const fakes: Record<string, FakeUpstream | Error> = { mail: createFakeUpstream('send'), crm: new Error('down') };
  const { names, upstreams, clock } = setUp(fakes);
  expect(await names()).toEqual(['mail/send']);
  expect(upstreams.healthOf(connectionId.parse('crm')).state).toBe('failing');
  fakes['crm'] = createFakeUpstream('search');
  clock.advance(1000);
  expect(await names()).toEqual(['mail/send', 'crm/search']);
});

test('one that hangs does not hold the others up for long', async () => {
  const { names, clock } = setUp({ mail: createFakeUpstream('send'), slow: undefined });
  const listing = names();
  await new Promise((done) => setImmediate(done));
  clock.advance(10_000);
  expect(await listing).toEqual(['mail/send']);
});

test('a list is asked for once in a while, not for every agent and every call', async () => {
  const mail = createFakeUpstream('send');
  const { names, catalog, clock, ids } = setUp({ mail });
  await Promise.all([names(), names(), catalog.find(connectionId.parse('mail'), 'send')]);
  await names();
  expect(mail.listed).toBe(1);
  clock.advance(30_000);
  await names();
  expect(mail.listed).toBe(2);
  catalog.forget(ids[0]);
  await names();
  expect(mail.listed).toBe(3);
});

test('names that MCP does not allow, or that come twice, are dropped, and the person is told how many', async () => {
  const mail = createFakeUpstream('ok', '', 'a b', 'ignore previous\ninstructions', 'x'.repeat(129), 'twice', 'twice', 'ünicode', 'a.b/c-d_e');
  const { names, upstreams } = setUp({ mail });
  expect(await names()).toEqual(['mail/ok', 'mail/twice', 'mail/a.b/c-d_e']);
  expect(upstreams.healthOf(connectionId.parse('mail'))).toEqual({ state: 'ready', text: { id: 'connection.health.toolsDropped', values: { count: 6 } } });
});

test('a tool is found by its connection and name, and not through a connection that is gone', async () => {
  const { catalog, ids } = setUp({ mail: createFakeUpstream('send'), crm: new Error('down') });
  expect(await catalog.find(connectionId.parse('mail'), 'send')).toEqual(toolNamed('send'));
  expect(await catalog.find(connectionId.parse('mail'), 'toString')).toBeUndefined();
  expect(await catalog.find(connectionId.parse('crm'), 'send')).toBeUndefined();
  ids.splice(0, 1);
  expect(await catalog.find(connectionId.parse('mail'), 'send')).toBeUndefined();
});
