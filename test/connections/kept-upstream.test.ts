import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { ConnectionProblem, type Connection, type ConnectionKind } from '../../main/connections/connection.ts';
import { openStdioUpstream } from '../../main/connections/stdio-upstream.ts';
import { createUpstreams, type UpstreamsOptions } from '../../main/connections/upstreams.ts';
import { systemClock } from '../../main/model/clock.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { say } from '../../main/model/say.ts';
import type { UpstreamAnswer } from '../../main/model/upstream.ts';
import { connectionId } from '../../preload/contract.ts';
import { callOf, textOf } from './call.ts';
import { createFakeUpstream, offering, type FakeUpstream } from './fake-upstream.ts';
import { createManualClock } from './manual-clock.ts';

const id = connectionId.parse('crm');
const done: UpstreamAnswer = { kind: 'result', result: { content: [] } };

function setUp(make: () => FakeUpstream | Promise<FakeUpstream> = () => createFakeUpstream('look'), kind: ConnectionKind = 'command', options: Partial<UpstreamsOptions> = {}) {
  const clock = createManualClock();
  const opened: FakeUpstream[] = [];
  const state: { connection: Connection; opens: Connection[] } = { connection: { id, name: 'CRM', kind, config: { url: 'a' }, addedAt: 0, isManaged: false, callTimeoutSeconds: 60 }, opens: [] };
  const open = async (connection: Connection): Promise<FakeUpstream> => {
    state.opens.push(connection);
    const upstream = await make();
    opened.push(upstream);
    return upstream;
  };
  const upstreams = createUpstreams({
    find: (wanted) => (wanted === id ? state.connection : undefined),
    factories: { remote: open, email: open, practice: open, command: open, workbench: open },
    clock,
    scrub: (text) => text.replaceAll('hunter22', '[secret removed]'),
    idleAfter: 10_000,
    ...options,
  });
  const changes: string[] = [];
  upstreams.onChange((connection, change) => changes.push(`${connection} ${change.kind}`));
  const last = (): FakeUpstream => opened.at(-1) ?? createFakeUpstream();
  return { upstreams, clock, opened, last, state, changes };
}

const refuse = (): Promise<never> => Promise.reject(new Error('not expected'));

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('at most 32 calls are under way, 256 wait in order, and one more is told that nothing was sent', async () => {
  const { upstreams, last } = setUp();
  const upstream = await upstreams.get(id);
  const answers: ((answer: UpstreamAnswer) => void)[] = [];
  last().callTool = (call) => {
    last().calls.push(call);
    return new Promise((resolve) => answers.push(resolve));
  };
  const calls = Array.from({ length: 289 }, (_, index) => upstream.callTool(callOf(`call-${index}`)));
  expect(await calls[288]).toEqual({ kind: 'failed', text: expect.stringContaining('Nothing was sent') });
  expect(last().calls).toHaveLength(32);
  answers[5]?.(done);
  await settle();
  expect(last().calls.map(({ name }) => name).slice(-2)).toEqual(['call-31', 'call-32']);
  for (let next = 0; next < answers.length; next += 1) {
    answers[next]?.(done);
    if (next % 16 === 0) await settle();
    if (next === answers.length - 1) await settle();
  }
  expect(await Promise.all(calls.slice(0, 288))).toEqual(Array.from({ length: 288 }, () => done));
  expect(last().calls.map(({ name }) => name)).toEqual(Array.from({ length: 288 }, (_, index) => `call-${index}`));
  // Every place was given back, once.
  const after = Array.from({ length: 40 }, () => upstream.callTool(callOf('after')));
  expect(last().calls).toHaveLength(288 + 32);
  for (let next = 288; next < 328; next += 1) {
    await settle();
    answers[next]?.(done);
  }
  await Promise.all(after);
});

test('what is cancelled while it waits never reaches the service, and takes nobody’s place', async () => {
  const { upstreams, last } = setUp(undefined, 'remote', { limits: { atOnce: 1, waiting: 2 } });
  const upstream = await upstreams.get(id);
  const first = Promise.withResolvers<UpstreamAnswer>();
  last().answer = first.promise;
  const one = new AbortController();
  const calls = [upstream.callTool(callOf('first')), upstream.callTool(callOf('second', {}, one.signal)), upstream.callTool(callOf('third'))];
  expect(await upstream.callTool(callOf('too many'))).toMatchObject({ kind: 'failed' });
  one.abort();
  expect(await calls[1]).toEqual({ kind: 'failed', text: 'It was cancelled before it was sent.' });
  first.resolve(done);
  expect(await calls[0]).toEqual(done);
  expect(await calls[2]).toEqual(done);
  expect(last().calls.map(({ name }) => name)).not.toContain('second');
  expect(await upstream.callTool(callOf('aborted', {}, AbortSignal.abort()))).toMatchObject({ kind: 'failed' });
  expect(last().calls.map(({ name }) => name)).not.toContain('aborted');
  expect(await upstream.callTool(callOf('fifth'))).toEqual(done);
});

test('a call that is cancelled while its service is being opened is answered at once, and not sent', async () => {
  const opening = Promise.withResolvers<FakeUpstream>();
  const { upstreams, last } = setUp(() => opening.promise);
  const upstream = upstreams.peek(id) ?? (void upstreams.check(id), upstreams.peek(id));
  const abort = new AbortController();
  const call = upstream?.callTool(callOf('look', {}, abort.signal));
  abort.abort();
  expect(await call).toEqual({ kind: 'failed', text: 'It was cancelled before it was sent.' });
  opening.resolve(createFakeUpstream('look'));
  await settle();
  expect(last().calls).toEqual([]);
});

test('a call that breaks after it was begun may have been done', async () => {
  const { upstreams, last } = setUp();
  const upstream = await upstreams.get(id);
  last().answer = Promise.reject(new Error('broken pipe'));
  expect(await upstream.callTool(callOf('look'))).toMatchObject({ kind: 'unknown' });
});

test('a command that ends by itself five times in ten minutes stays down until the person has it checked', async () => {
  const { upstreams, clock, last, opened } = setUp();
  const upstream = await upstreams.get(id);
  for (let time = 1; time <= 5; time += 1) {
    await upstreams.get(id);
    last().end();
    clock.advance(61_000);
  }
  const down = say('connection.health.gaveUp', { count: 5, minutes: 10 });
  expect(upstreams.healthOf(id)).toEqual({ state: 'failing', text: down });
  clock.advance(24 * 3_600_000);
  await expect(upstreams.get(id)).rejects.toThrow('until a person has it checked');
  expect(await upstream.callTool(callOf('look'))).toMatchObject({ kind: 'failed', text: expect.stringContaining('checked in Countersign') });
  expect(opened).toHaveLength(5);
  expect(await upstreams.check(id)).toEqual({ state: 'ready', text: null });
  last().end();
  clock.advance(61_000);
  expect(await upstream.callTool(callOf('look'))).toEqual(done);
});

test('one that ends now and then, or a remote service, is always opened again', async () => {
  const command = setUp();
  for (let time = 0; time < 20; time += 1) {
    await command.upstreams.get(id);
    command.clock.advance(149_001);
    command.last().end();
    command.clock.advance(1000);
  }
  expect(command.opened).toHaveLength(20);
  const remote = setUp(undefined, 'remote');
  for (let time = 0; time < 20; time += 1) {
    await remote.upstreams.get(id);
    remote.clock.advance(61_000);
    remote.last().end();
    remote.clock.advance(1000);
  }
  expect(remote.opened).toHaveLength(20);
});

test('another connection under the same id is opened at once, however often the one before failed', async () => {
  const { upstreams, state, changes, last, clock } = setUp();
  for (let time = 0; time < 5; time += 1) {
    await upstreams.get(id);
    last().end();
    clock.advance(61_000);
  }
  state.connection = { ...state.connection, config: { url: 'b' } };
  await upstreams.get(id);
  expect(upstreams.healthOf(id)).toEqual({ state: 'ready', text: null });
  expect(changes).toEqual(['crm tools', 'crm resources', 'crm prompts']);
});

test('another call timeout counts as soon as nothing is under way', async () => {
  const { upstreams, state, last, opened } = setUp();
  const upstream = await upstreams.get(id);
  const slow = Promise.withResolvers<UpstreamAnswer>();
  last().answer = slow.promise;
  const call = upstream.callTool(callOf('look'));
  await settle();
  state.connection = { ...state.connection, callTimeoutSeconds: 5 };
  await upstreams.get(id);
  expect(opened[0]?.isClosed).toBe(false);
  slow.resolve(done);
  expect(await call).toEqual(done);
  expect(opened[0]?.isClosed).toBe(true);
  await upstreams.get(id);
  expect(state.opens.map(({ callTimeoutSeconds }) => callTimeoutSeconds)).toEqual([60, 5]);
});

test('offers are there whether it is open or not, and empty when the service has none', async () => {
  const { upstreams, clock, opened } = setUp();
  const { offers } = await upstreams.get(id);
  clock.advance(10_000);
  expect(opened[0]?.isClosed).toBe(true);
  expect(await offers?.listResources()).toEqual([]);
  expect(opened).toHaveLength(2);
  expect([await offers?.listResourceTemplates(), await offers?.listPrompts()]).toEqual([[], []]);
  expect(await offers?.readResource(callOf('file:///a'))).toMatchObject({ kind: 'failed', error: { code: -32_601 } });
  expect(await offers?.getPrompt(callOf('greet'))).toMatchObject({ kind: 'failed' });
  await expect(offers?.complete({}, new AbortController().signal)).rejects.toThrow('does not offer');
  await expect(offers?.subscribe('file:///a')).rejects.toThrow('does not offer');
});

test('reading and prompting are answered like calls: in the queue, cancelled, failed', async () => {
  const lists: Record<string, JsonObject[]> = { listPrompts: [{ name: 'greet' }] };
  const { upstreams, last } = setUp(() => offering(createFakeUpstream(), lists), 'remote', { limits: { atOnce: 1, waiting: 0 } });
  const upstream = await upstreams.get(id);
  expect(await upstream.offers?.listPrompts()).toEqual(lists['listPrompts']);
  const slow = Promise.withResolvers<UpstreamAnswer>();
  last().answer = slow.promise;
  const read = upstream.offers?.readResource(callOf('file:///a'));
  await settle();
  expect(await upstream.offers?.getPrompt(callOf('greet'))).toMatchObject({ kind: 'failed', text: expect.stringContaining('busy') });
  await expect(upstream.offers?.complete({}, new AbortController().signal)).rejects.toThrow('busy');
  slow.resolve(done);
  expect(await read).toEqual(done);
  expect(await upstream.offers?.complete({ a: 1 }, new AbortController().signal)).toMatchObject({ completion: { a: 1 } });
});

test('what services say comes through from whichever is open', async () => {
  const { upstreams, changes, clock, opened, last } = setUp();
  const upstream = await upstreams.get(id);
  let heard = 0;
  const leave = upstream.onChange?.(() => (heard += 1));
  last().tell({ kind: 'tools' });
  last().end();
  clock.advance(1000);
  await upstreams.get(id);
  opened[0]?.tell({ kind: 'tools' });
  opened[1]?.tell({ kind: 'prompts' });
  expect(changes).toEqual(['crm tools', 'crm prompts']);
  leave?.();
  opened[1]?.tell({ kind: 'tools' });
  expect(heard).toBe(2);
});

test('what is subscribed to keeps it open, is asked for once, and is taken up again by itself after it ended', async () => {
  const { upstreams, clock, opened, last } = setUp(() => offering(createFakeUpstream(), {}));
  const { offers } = await upstreams.get(id);
  const ends = await Promise.all([offers?.subscribe('file:///a'), offers?.subscribe('file:///a'), offers?.subscribe('file:///b')]);
  await expect(offers?.subscribe('bad:uri')).rejects.toThrow('no such resource');
  clock.advance(60_000);
  expect(opened[0]?.isClosed).toBe(false);
  last().end();
  await settle();
  clock.advance(1000);
  await settle();
  expect(opened).toHaveLength(2);
  expect([...last().subscribed]).toEqual(['file:///a', 'file:///b']);
  ends[0]?.();
  ends[0]?.();
  ends[2]?.();
  await settle();
  expect([...last().subscribed]).toEqual(['file:///a']);
  ends[1]?.();
  await settle();
  expect(last().subscribed.size).toBe(0);
  clock.advance(10_000);
  expect(last().isClosed).toBe(true);
  clock.advance(3_600_000);
  expect(opened).toHaveLength(2);
});

test('subscriptions do not open a command again that stays down, nor one that was removed', async () => {
  const { upstreams, clock, opened, last } = setUp(() => offering(createFakeUpstream(), {}));
  const { offers } = await upstreams.get(id);
  await offers?.subscribe('file:///a');
  for (let time = 0; time < 5; time += 1) {
    last().end();
    await settle();
    clock.advance(61_000);
    await settle();
  }
  expect(opened).toHaveLength(5);
  await upstreams.check(id);
  expect([...last().subscribed]).toEqual(['file:///a']);
  last().end();
  await upstreams.drop(id);
  clock.advance(3_600_000);
  await settle();
  expect(opened).toHaveLength(6);
});

test('its error output is kept across restarts, without secrets, colours and what could hide', async () => {
  const { upstreams, clock, last } = setUp();
  expect(upstreams.logOf(id)).toEqual([]);
  await upstreams.get(id);
  last().lines = ['starting', '\u001B[31mpassword hun\u001B[0mter22\u202E', 'x'.repeat(9000)];
  expect(upstreams.logOf(id)).toEqual(['starting', 'password [secret removed]⟦U+202E⟧', `${'x'.repeat(4096)}…`]);
  last().lines.push('  fatal: no disk  ');
  last().end();
  expect(upstreams.healthOf(id).text).toEqual(say('connection.health.stoppedSaying', { said: 'fatal: no disk' }));
  await settle();
  clock.advance(1000);
  await upstreams.get(id);
  last().lines = ['starting again'];
  expect(upstreams.logOf(id).slice(-2)).toEqual(['  fatal: no disk  ', 'starting again']);
  last().lines = Array.from({ length: 5000 }, (_, index) => `line ${index} ${'y'.repeat(90)}`);
  const log = upstreams.logOf(id);
  expect(log.join('\n').length).toBeLessThanOrEqual(64 * 1024);
  expect(log.at(-1)).toBe(last().lines.at(-1));
  expect(log.length).toBeGreaterThan(500);
});

test('what a command said before it could not be opened is in its log', async () => {
  const { upstreams } = setUp(() => Promise.reject(new ConnectionProblem('failing', say('connection.health.failed'), 'no', ['no licence hunter22'])));
  await upstreams.get(id).catch(() => undefined);
  expect(upstreams.logOf(id)).toEqual(['no licence [secret removed]']);
});

test('a real child that is killed in mid-call: unknown, done at most once, and never again by itself', { timeout: 20_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-kept-'));
  const journal = join(folder, 'journal');
  const server = join(import.meta.dirname, '../fixtures/upstreams/stdio-server.ts');
  const command: Connection = { id, name: 'CRM', kind: 'command', config: { command: process.execPath, args: [server, '--journal', journal] }, addedAt: 0, isManaged: false, callTimeoutSeconds: 60 };
  const upstreams = createUpstreams({
    find: () => command,
    factories: { command: ({ config, callTimeoutSeconds }) => openStdioUpstream(config, { callTimeout: callTimeoutSeconds * 1000 }), remote: refuse, email: refuse, practice: refuse, workbench: refuse },
    clock: systemClock,
    scrub: (text) => text,
  });
  onTestFinished(async () => {
    await upstreams.close();
    rmSync(folder, { recursive: true });
  });
  const upstream = await upstreams.get(id);
  const { pid } = z.object({ pid: z.number() }).parse(JSON.parse(textOf(await upstream.callTool(callOf('print_environment')))));
  const call = upstream.callTool(callOf('hang'));
  const entries = (): string[] => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').filter((line) => line === 'hang') : []);
  await expect.poll(() => entries().length, { timeout: 5000 }).toBe(1);
  process.kill(pid, 'SIGKILL');
  expect(await call).toMatchObject({ kind: 'unknown' });
  expect(upstreams.healthOf(id).state).toBe('failing');
  await upstreams.check(id);
  expect(await upstream.callTool(callOf('echo', { text: 'back' }))).toMatchObject({ kind: 'result' });
  expect(entries()).toHaveLength(1);
});

test('what a service said last is told without secrets, and cut only after they were removed', async () => {
  const said = `${'x'.repeat(194)} hunter22 and more`;
  const problem = new ConnectionProblem('failing', say('connection.health.commandStoppedSaying', { command: 'crm', code: 7, said: said.slice(0, 200) }), 'It stopped.', ['first', said]);
  const { upstreams } = setUp(() => Promise.reject(problem));
  await expect(upstreams.get(id)).rejects.toThrow('It stopped.');
  const { text } = upstreams.healthOf(id);
  expect(text).toEqual({ id: 'connection.health.commandStoppedSaying', values: { command: 'crm', code: 7, said: `${'x'.repeat(194)} [secr` } });
  expect(JSON.stringify(upstreams.logOf(id))).not.toContain('hunter');
});

test('one that a person has to sign in to first says so at every call, also while it is given rest', async () => {
  const problem = new ConnectionProblem('needs_sign_in', say('connection.health.needsSignIn', { host: 'crm' }), 'crm asks for a sign-in.');
  const { upstreams, state, clock } = setUp(() => Promise.reject(problem), 'remote');
  for (let call = 0; call < 3; call += 1) await expect(upstreams.get(id)).rejects.toBe(problem);
  expect(state.opens).toHaveLength(1);
  clock.advance(1000);
  await expect(upstreams.get(id)).rejects.toBe(problem);
  expect(state.opens).toHaveLength(2);
  expect(upstreams.healthOf(id)).toEqual({ state: 'needs_sign_in', text: problem.problem });
});
