import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { ClosableUpstream } from '../../main/connections/mcp-upstream.ts';
import { openStdioUpstream, type StdioUpstreamOptions } from '../../main/connections/stdio-upstream.ts';
import type { Conversation } from '../../main/model/conversation.ts';
import type { JsonObject } from '../../main/model/json.ts';
import type { UpstreamAnswer, UpstreamCall, UpstreamChange } from '../../main/model/upstream.ts';
import { agentId, type AgentId } from '../../preload/contract.ts';
import { callOf, textOf } from './call.ts';
import { canAnswerAll, createTalk } from './talk.ts';

const script = join(import.meta.dirname, '../fixtures/upstreams/older-server.ts');

const opened: ClosableUpstream[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((upstream) => upstream.close()));
});

async function open(options: Partial<StdioUpstreamOptions> = {}, ...args: string[]): Promise<ClosableUpstream> {
  const upstream = await openStdioUpstream({ command: process.execPath, args: [script, ...args] }, options);
  opened.push(upstream);
  return upstream;
}

function talkOf(name: string, conversation: Conversation, args: JsonObject = {}): UpstreamCall {
  return { ...callOf(name, args), conversation };
}

const said = (answer: UpstreamAnswer): JsonObject => JSON.parse(textOf(answer)) as JsonObject;

/** What the server was sent, as it noted it. */
function received(upstream: ClosableUpstream, method?: string): JsonObject[] {
  const notes = (upstream.logLines?.() ?? []).filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as JsonObject);
  return method === undefined ? notes : notes.filter((note) => note['method'] === method);
}

const mine = { 'roots/list': { roots: [{ uri: 'file:///mine' }] } };

const other = agentId.parse('finance');

function of(agent: AgentId, call: UpstreamCall): UpstreamCall {
  return { ...call, agent };
}

test('every page of a list comes, with all that is in it; a list without an end is refused', async () => {
  const { offers, ...upstream } = await open().then((one) => ({ offers: one.offers, listTools: () => one.listTools() }));
  const resources = await offers?.listResources();
  expect(resources).toHaveLength(5);
  expect(resources?.[4]).toEqual({ uri: 'x://4', name: 'page 4', icons: [expect.objectContaining({ sizes: ['1x1'] })], 'x-unknown': true });
  expect(await offers?.listResourceTemplates()).toEqual([]);
  await expect(offers?.listPrompts()).rejects.toThrow('does not end');
  const tools = await upstream.listTools();
  expect(tools.map(({ name }) => name)).not.toContain('no schema');
  expect(tools[0]).toMatchObject({ name: 'strange', icons: [{ mimeType: 'image/png' }], _meta: { 'vendor/tool': 'strange' } });
});

test('a result passes untouched, with parts no specification knows', async () => {
  const upstream = await open();
  const answer = await upstream.callTool(callOf('strange'));
  expect(answer).toEqual({
    kind: 'result',
    result: {
      content: expect.arrayContaining([{ type: 'hologram', beam: [1, 2, 3] }, expect.objectContaining({ annotations: { audience: ['user'], priority: 0.5, 'x-unknown': 1 } })]),
      structuredContent: { count: 1, deep: { list: [null, false] } },
      _meta: { 'vendor/result': { a: 1 } },
      extraField: 'kept',
    },
  });
});

test("trace context and vendor keys reach the server; the connection's own keys do not come from an agent", async () => {
  const upstream = await open();
  const meta = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', baggage: 'a=b', 'vendor/key': [1], progressToken: 'forged', 'io.modelcontextprotocol/protocolVersion': 'forged' };
  const params = said(await upstream.callTool(talkOf('params', createTalk({ meta }))));
  expect(params['_meta']).toEqual({ traceparent: meta.traceparent, baggage: 'a=b', 'vendor/key': [1] });
  expect(said(await upstream.callTool(callOf('params')))).toEqual({ name: 'params', arguments: {} });
});

test('a question is put to the one client that has calls in flight, several of them or one', async () => {
  const upstream = await open();
  const talk = createTalk({ capabilities: canAnswerAll, answers: mine });
  const held = upstream.callTool(talkOf('hold', talk, { name: 'a' }));
  expect(said(await upstream.callTool(talkOf('ask', talk, { method: 'roots/list' })))).toEqual({ result: { roots: [{ uri: 'file:///mine' }] } });
  await upstream.callTool(talkOf('release', talk, { name: 'a' }));
  await held;
  expect(talk.asked).toEqual([{ question: { method: 'roots/list', params: {} } }]);
});

test('with two agents at once nobody is asked, and no roots leak from one to the other', async () => {
  const upstream = await open();
  const first = createTalk({ capabilities: canAnswerAll, answers: mine });
  const second = createTalk({ capabilities: canAnswerAll, answers: { 'roots/list': { roots: [{ uri: 'file:///other' }] } } });
  const held = upstream.callTool(talkOf('hold', first, { name: 'a' }));
  for (const method of ['roots/list', 'elicitation/create', 'sampling/createMessage']) {
    expect(said(await upstream.callTool(of(other, talkOf('ask', second, { method }))))).toMatchObject({ error: { code: -32_001 } });
  }
  await upstream.callTool(talkOf('release', second, { name: 'a' }));
  await held;
  expect([first.asked, second.asked]).toEqual([[], []]);
  expect(said(await upstream.callTool(of(other, talkOf('ask', second, { method: 'roots/list' }))))).toEqual({ result: { roots: [{ uri: 'file:///other' }] } });
});

test('a call that was given up may still be what the server asks for: the next agent is not asked', async () => {
  const upstream = await open();
  const abort = new AbortController();
  const given = upstream.callTool({ ...talkOf('never', createTalk({ answers: mine })), signal: abort.signal });
  abort.abort();
  expect(await given).toMatchObject({ kind: 'unknown' });
  const next = createTalk({ capabilities: canAnswerAll, answers: mine });
  expect(said(await upstream.callTool(of(other, talkOf('ask', next, { method: 'roots/list' }))))).toMatchObject({ error: { code: -32_001 } });
  expect(next.asked).toEqual([]);
});

test('of one agent’s calls the newest that waits for nothing is asked, however many of its questions nobody answers', async () => {
  const upstream = await open();
  const asked = vi.fn<Conversation['ask']>(() => new Promise(() => undefined));
  const never = createTalk({ capabilities: canAnswerAll, ask: asked });
  const abort = new AbortController();
  const parked = upstream.callTool({ ...talkOf('ask', never, { method: 'elicitation/create' }), signal: abort.signal });
  await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(1));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const talk = createTalk({ capabilities: canAnswerAll, answers: mine });
  expect(said(await upstream.callTool(talkOf('ask', talk, { method: 'roots/list' })))).toEqual({ result: { roots: [{ uri: 'file:///mine' }] } });
  abort.abort();
  await parked;
  expect(said(await upstream.callTool(talkOf('ask', talk, { method: 'roots/list' })))).toEqual({ result: { roots: [{ uri: 'file:///mine' }] } });
  expect(asked).toHaveBeenCalledTimes(1);
});

test('roots asked for at the start, when nobody has a call, are refused', async () => {
  const upstream = await open({}, '--roots-at-start');
  await vi.waitFor(() => expect(received(upstream)).toContainEqual({ roots: { error: expect.objectContaining({ code: -32_001 }) } }));
});

test('what a client refuses, the server gets as that error; what no client can answer is refused as unknown', async () => {
  const upstream = await open();
  const talk = createTalk();
  expect(said(await upstream.callTool(talkOf('ask', talk, { method: 'elicitation/create', params: { message: 'Name?', _meta: { progressToken: 1, 'vendor/a': 2 } } })))).toEqual({
    error: { code: -1, message: 'The user rejected it.', data: { why: 'test' } },
  });
  expect(talk.asked).toEqual([{ question: { method: 'elicitation/create', params: { message: 'Name?', _meta: { 'vendor/a': 2 } } } }]);
  expect(said(await upstream.callTool(talkOf('ask', talk, { method: 'tasks/list' })))).toMatchObject({ error: { code: -32_601 } });
});

test("the service's time stands still while somebody answers its question", async () => {
  const upstream = await open({ callTimeout: 400 });
  const slow = createTalk({ ask: () => new Promise((resolve) => setTimeout(() => resolve({ question: { action: 'decline' } }), 1200)) });
  expect(said(await upstream.callTool(talkOf('ask', slow, { method: 'elicitation/create' })))).toEqual({ result: { action: 'decline' } });
});

test('progress begins the time anew, up to the longest a call may take', async () => {
  const upstream = await open({ callTimeout: 400, longestCall: 1500 });
  const talk = createTalk({ wantsProgress: true });
  expect(said(await upstream.callTool(talkOf('progress', talk, { times: 6, every: 150 })))).toBe('arrived');
  expect(talk.progressed).toHaveLength(6);
  expect(talk.progressed[0]).toEqual({ progress: 1, total: 6, message: 'step 1' });
  expect(await upstream.callTool(talkOf('progress', talk, { times: 40, every: 100 }))).toMatchObject({ kind: 'unknown', text: expect.stringContaining('in time') });
  await vi.waitFor(() => expect(received(upstream, 'notifications/cancelled')).toHaveLength(1));
});

test('log messages are for the one agent in flight; the level is raised to the most verbose that anybody wants', async () => {
  const upstream = await open();
  const warnings = createTalk({ logLevel: 'warning' });
  for (const level of ['info', 'error']) await upstream.callTool(talkOf('log', warnings, { level }));
  expect(warnings.logged).toEqual([{ level: 'error', logger: 'older', data: { text: 'at error' } }]);
  const held = upstream.callTool(of(other, talkOf('hold', createTalk(), { name: 'a' })));
  await upstream.callTool(talkOf('log', warnings, { level: 'error' }));
  await upstream.callTool(talkOf('release', warnings, { name: 'a' }));
  await held;
  expect(warnings.logged).toHaveLength(1);
  await upstream.callTool(talkOf('log', createTalk({ logLevel: 'debug' }), { level: 'info' }));
  await upstream.callTool(talkOf('log', warnings, { level: 'info' }));
  expect(received(upstream, 'logging/setLevel').map(({ params }) => params)).toEqual([{ level: 'warning' }, { level: 'debug' }]);
});

test.each([
  [-32_602, 'failed'],
  [-32_002, 'failed'],
  [-32_042, 'failed'],
  [-32_603, 'unknown'],
  [-32_000, 'unknown'],
  [1, 'unknown'],
])('error %i of the service is %s, and comes with it whole', async (code, kind) => {
  const upstream = await open();
  const answer = await upstream.callTool(callOf('fail', { code, data: { urls: ['https://x.example'] } }));
  expect(answer).toMatchObject({ kind, error: { code, message: 'the secret is hunter22', data: { urls: ['https://x.example'] } } });
  expect(answer.kind === 'result' ? '' : answer.text).not.toContain('hunter22');
});

test.each(['deep', 'broken'])('an answer that cannot be read (%s) is unknown', async (name) => {
  const upstream = await open();
  expect(await upstream.callTool(callOf(name))).toMatchObject({ kind: 'unknown' });
  expect(said(await upstream.callTool(callOf('params')))).toMatchObject({ name: 'params' });
});

test('a server that floods is cut down to what a client can bear, and still answered', async () => {
  const upstream = await open();
  const heard: UpstreamChange[] = [];
  upstream.onChange?.((change) => heard.push(change));
  const talk = createTalk({ wantsProgress: true, logLevel: 'debug' });
  const start = Date.now();
  expect(said(await upstream.callTool(talkOf('flood', talk)))).toBe('flooded');
  const seconds = Math.ceil((Date.now() - start) / 1000) + 1;
  expect(talk.progressed.length).toBeGreaterThan(0);
  expect(talk.progressed.length).toBeLessThanOrEqual(100 * seconds);
  expect(talk.logged.length).toBeLessThanOrEqual(100 * seconds);
  expect(heard).toEqual(expect.arrayContaining([{ kind: 'tools' }, { kind: 'resource', uri: 'x://0' }]));
  expect(heard.length).toBeLessThanOrEqual(6 * 4 * seconds);
});

test('a resource is followed once for all, and let go with the last one', async () => {
  const upstream = await open();
  const first = await upstream.offers?.subscribe('x://1');
  const second = await upstream.offers?.subscribe('x://1');
  first?.();
  expect(received(upstream, 'resources/unsubscribe')).toEqual([]);
  second?.();
  await vi.waitFor(() => expect(received(upstream, 'resources/unsubscribe')).toEqual([{ method: 'resources/unsubscribe', params: { uri: 'x://1' } }]));
  expect(received(upstream, 'resources/subscribe')).toHaveLength(1);
});

test('what a server does not offer is not asked for', async () => {
  const upstream = await openStdioUpstream({ command: process.execPath, args: [join(import.meta.dirname, '../fixtures/upstreams/stdio-server.ts')] });
  opened.push(upstream);
  expect(await Promise.all([upstream.offers?.listResources(), upstream.offers?.listResourceTemplates(), upstream.offers?.listPrompts()])).toEqual([[], [], []]);
  await expect(upstream.offers?.subscribe('x://1')).rejects.toThrow('does not tell');
  await expect(upstream.offers?.complete({}, new AbortController().signal)).rejects.toThrow('completes nothing');
});
