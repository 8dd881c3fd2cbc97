import { expect, test } from 'vitest';
import { AgentCatalog } from '../../main/agent-catalog.ts';
import { createCatalog } from '../../main/connections/catalog.ts';
import { createKeptScrub, createScrubber } from '../../main/credentials/scrubber.ts';
import type { Connection } from '../../main/connections/connection.ts';
import { createUpstreams } from '../../main/connections/upstreams.ts';
import { Emitter } from '../../main/model/disposable.ts';
import type { UpstreamTool } from '../../main/model/upstream.ts';
import { agentId, connectionId, type AgentId, type ConnectionId } from '../../preload/contract.ts';
import { createFakeUpstream, offering, type FakeUpstream } from '../connections/fake-upstream.ts';
import { createManualClock } from '../connections/manual-clock.ts';

const marketing = agentId.parse('marketing');
const finance = agentId.parse('finance');
const mailId = connectionId.parse('mail');
const crmId = connectionId.parse('crm');

const secrets = ['hunter2'];
const scrubListed = createKeptScrub(createScrubber(() => secrets), () => secrets);

function setUp(fakes: Record<string, FakeUpstream>) {
  const clock = createManualClock();
  const connections = new Map(
    Object.keys(fakes).map((name): [ConnectionId, Connection] => {
      const id = connectionId.parse(name);
      return [id, { id, name, kind: 'remote', config: {}, addedAt: 0, isManaged: false, callTimeoutSeconds: 60 }];
    }),
  );
  const open = ({ id }: Connection): Promise<FakeUpstream> => (fakes[id] === undefined ? Promise.reject(new Error('down')) : Promise.resolve(fakes[id]));
  const upstreams = createUpstreams({ find: (id) => connections.get(id), factories: { remote: open, email: open, practice: open, command: open, workbench: open }, clock, scrub: (text) => text });
  const rules = new Emitter<undefined>();
  const asked: string[] = [];
  const state = { forbidden: new Set<string>(), barred: new Set<string>() };
  const catalog = new AgentCatalog({
    profiles: { of: () => undefined },
    upstreams,
    catalog: createCatalog({ upstreams, isKnown: (id) => connections.has(id), clock }),
    connections: () => [...connections.values()],
    mayUse: (agent, connection) => connections.has(connection) && !state.barred.has(`${agent} ${connection}`),
    isHidden({ kind, agent, name, effect }) {
      asked.push(`${kind} ${name} ${effect}`);
      return state.forbidden.has(`${agent} ${name}`) || state.forbidden.has(name);
    },
    scrub: (listed) => scrubListed(listed),
    onRulesChange: (listener) => rules.on(listener),
  });
  const changes: string[] = [];
  catalog.onChange((connection, change) => changes.push(`${connection} ${change.kind}`));
  const visible = async (agent: AgentId, only?: ConnectionId): Promise<string[]> =>
    (await catalog.listTools(agent, only)).filter(({ isHidden }) => !isHidden).map(({ connection, name }) => `${connection}/${name}`);
  return { catalog, upstreams, connections, clock, state, asked, changes, rules, visible };
}

test('what a service says of its tools and resources is listed without our secrets', async () => {
  const upstream = createFakeUpstream();
  upstream.listTools = () => Promise.resolve([{ name: 'look', description: 'the key is hunter2', inputSchema: { type: 'object', properties: { hunter2: {} } } }]);
  const { catalog } = setUp({ crm: upstream });
  const listed = [await catalog.listTools(marketing), await catalog.findTool(marketing, crmId, 'look')];
  expect(JSON.stringify(listed)).toContain('[secret removed]');
  expect(JSON.stringify(listed)).not.toContain('hunter2');
});

test('an agent sees the connections it may use, without what is hidden from it; another sees its own', async () => {
  const { catalog, visible, state } = setUp({ mail: createFakeUpstream('send', 'search'), crm: createFakeUpstream('search') });
  state.barred.add('finance mail');
  state.forbidden.add('marketing send');
  expect(await visible(marketing)).toEqual(['mail/search', 'crm/search']);
  expect(await visible(finance)).toEqual(['crm/search']);
  expect(await visible(marketing, crmId)).toEqual(['crm/search']);
  expect(await visible(finance, mailId)).toEqual([]);
  expect(catalog.connections(finance)).toEqual(['crm']);
  expect(await catalog.findTool(marketing, mailId, 'send')).toMatchObject({ connection: 'mail', name: 'send', isHidden: true });
  expect(await catalog.findTool(finance, mailId, 'search')).toBeUndefined();
  expect(await catalog.findTool(marketing, mailId, 'none')).toBeUndefined();
});

test('finding a tool touches its own connection alone', async () => {
  const [mail, crm] = [createFakeUpstream('send'), createFakeUpstream('search')];
  const { catalog, asked } = setUp({ mail, crm });
  expect(await catalog.findTool(marketing, mailId, 'send')).toMatchObject({ isHidden: false });
  await catalog.findTool(marketing, mailId, 'send');
  expect([mail.listed, crm.listed]).toEqual([1, 0]);
  // What our own description says of it counts, and the rules are asked once.
  expect(asked).toEqual(['invokeTool send read']);
});

test('the rules are asked once for a list, and again as soon as one changes', async () => {
  const names = Array.from({ length: 5000 }, (_, index) => `tool_${index}`);
  const { visible, catalog, asked, state, rules, changes } = setUp({ mail: createFakeUpstream(...names) });
  expect(await visible(marketing)).toHaveLength(5000);
  expect(await visible(marketing)).toHaveLength(5000);
  expect(asked).toHaveLength(5000);
  await catalog.findTool(marketing, mailId, 'tool_7');

  // Whoever puts the rule in force hears of the change after the catalog does.
  rules.on(() => state.forbidden.add('tool_7'));
  rules.emit(undefined);
  expect(changes).toEqual([]);
  await Promise.resolve();
  expect(changes).toEqual(['null tools', 'null resources', 'null prompts']);
  expect(await visible(marketing)).toHaveLength(4999);
  expect(await catalog.findTool(marketing, mailId, 'tool_7')).toMatchObject({ isHidden: true });
});

test('resources and prompts are sifted by their own rules; templates are shown', async () => {
  const lists = {
    listResources: [{ uri: 'file:///open', name: 'open' }, { uri: 'file:///secret', name: 'open too' }],
    listResourceTemplates: [{ uriTemplate: 'file:///{name}', name: 'files' }],
    listPrompts: [{ name: 'greet' }, { name: 'fire' }],
  };
  const mail = offering(createFakeUpstream('send'), lists);
  const { catalog, state, asked } = setUp({ mail, crm: createFakeUpstream() });
  state.forbidden.add('file:///secret').add('fire');
  expect(await catalog.listResources(marketing)).toEqual([{ connection: 'mail', item: lists.listResources[0] }]);
  expect(await catalog.listPrompts(marketing, mailId)).toEqual([{ connection: 'mail', item: lists.listPrompts[0] }]);
  expect(await catalog.listResourceTemplates(marketing)).toEqual([{ connection: 'mail', item: lists.listResourceTemplates[0] }]);
  await catalog.listResources(marketing);
  expect(asked).toEqual(['readResource file:///open read', 'readResource file:///secret read', 'getPrompt greet read', 'getPrompt fire read']);
});

test('a resource that is hidden, or at a connection that the agent may not use, cannot be subscribed to', async () => {
  const mail = offering(createFakeUpstream(), {});
  const { catalog, state } = setUp({ mail, crm: createFakeUpstream() });
  state.forbidden.add('file:///secret');
  state.barred.add('finance mail');
  await expect(catalog.subscribe(marketing, mailId, 'file:///secret')).rejects.toThrow('no such resource');
  await expect(catalog.subscribe(finance, mailId, 'file:///a')).rejects.toThrow('no such connection');
  await expect(catalog.subscribe(marketing, crmId, 'file:///a')).rejects.toThrow('does not offer');
  expect(mail.subscribed.size).toBe(0);
  const end = await catalog.subscribe(marketing, mailId, 'file:///a');
  expect([...mail.subscribed]).toEqual(['file:///a']);
  end();
  await Promise.resolve();
  expect(mail.subscribed.size).toBe(0);
});

test('what services say is told with their connection, until it is closed', async () => {
  const mail = createFakeUpstream('send');
  const { catalog, visible, changes, rules } = setUp({ mail });
  await visible(marketing);
  mail.tell({ kind: 'prompts' });
  expect(changes).toEqual(['mail prompts']);
  catalog.close();
  mail.tell({ kind: 'tools' });
  rules.emit(undefined);
  await Promise.resolve();
  expect(changes).toHaveLength(1);
});

/** Median microseconds of one `findTool`, among that many connections and tools. */
async function timeOf({ catalog, visible }: ReturnType<typeof setUp>, connection: ConnectionId, tool: UpstreamTool['name']): Promise<() => Promise<number>> {
  await visible(marketing);
  return async () => {
    const start = performance.now();
    for (let round = 0; round < 200; round += 1) await catalog.findTool(marketing, connection, tool);
    return ((performance.now() - start) / 200) * 1000;
  };
}

test('finding a tool among 5,000 in 50 connections takes what it takes when there is one', { timeout: 20_000 }, async () => {
  const names = Array.from({ length: 100 }, (_, index) => `tool_${index}`);
  const many = setUp(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`service-${index}`, createFakeUpstream(...names)])));
  const one = setUp({ 'service-0': createFakeUpstream('tool_0') });
  const inMany = await timeOf(many, connectionId.parse('service-42'), 'tool_77');
  const inOne = await timeOf(one, connectionId.parse('service-0'), 'tool_0');
  const times: [number, number][] = [];
  for (let round = 0; round < 300; round += 1) times.push([await inOne(), await inMany()]);
  const median = (which: 0 | 1): number => times.map((pair) => pair[which]).sort((a, b) => a - b)[150] ?? Number.NaN;
  const [small, large] = [median(0), median(1)];
  if (process.env['SHOW_FIGURES'] !== undefined) console.log(`findTool: ${small.toFixed(2)} µs of 1, ${large.toFixed(2)} µs of 50 × 100`);
  // 1.2 is the aim and what it takes on a quiet machine; beyond 1.5 something looks through the list.
  expect(large / small).toBeLessThan(1.5);
});
