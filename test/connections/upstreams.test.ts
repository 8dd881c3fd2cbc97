import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ConnectionProblem, type Connection, type ConnectionKind } from '../../main/connections/connection.ts';
import { openHttpUpstream } from '../../main/connections/http-upstream.ts';
import { openStdioUpstream } from '../../main/connections/stdio-upstream.ts';
import { createUpstreams, type KeptUpstreams, type UpstreamFactory } from '../../main/connections/upstreams.ts';
import { systemClock } from '../../main/model/clock.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { say } from '../../main/model/say.ts';
import type { UpstreamAnswer } from '../../main/model/upstream.ts';
import { connectionId } from '../../preload/contract.ts';
import { startHttpServer } from '../fixtures/upstreams/http-server.ts';
import { callOf, textOf } from './call.ts';
import { createFakeUpstream, type FakeUpstream } from './fake-upstream.ts';
import { createManualClock } from './manual-clock.ts';

const id = connectionId.parse('crm');

const connection = (kind: ConnectionKind, config: JsonObject = {}): Connection => ({ id, name: 'CRM', kind, config, addedAt: 0, isManaged: false, callTimeoutSeconds: 60 });

const noFactory: UpstreamFactory = () => Promise.reject(new Error('not expected'));

function setUp(open: () => Promise<FakeUpstream> = () => Promise.resolve(createFakeUpstream('look'))) {
  const clock = createManualClock();
  const opened: FakeUpstream[] = [];
  const changes: string[] = [];
  let tries = 0;
  const remote: UpstreamFactory = async () => {
    tries += 1;
    const upstream = await open();
    opened.push(upstream);
    return upstream;
  };
  const upstreams = createUpstreams({
    find: (wanted) => (wanted === id ? connection('remote') : undefined),
    factories: { remote, email: noFactory, practice: noFactory, command: noFactory, workbench: noFactory },
    clock,
    scrub: (text) => text.replaceAll('hunter2', '[secret removed]'),
    idleAfter: 10_000,
  });
  upstreams.onHealthChange((changed) => changes.push(`${changed} ${upstreams.healthOf(changed).state}`));
  return { upstreams, clock, opened, changes, tries: () => tries };
}

test('it is opened when first wanted, once for all who want it at the same time, and kept open', async () => {
  const { upstreams, opened, changes } = setUp();
  expect(upstreams.healthOf(id)).toEqual({ state: 'idle', text: null });
  expect(opened).toHaveLength(0);
  const [first, second] = await Promise.all([upstreams.get(id), upstreams.get(id)]);
  expect(first).toBe(second);
  await first?.listTools();
  await upstreams.get(id);
  expect(opened).toHaveLength(1);
  expect(changes).toEqual(['crm ready']);
});

test('after ten idle minutes it is closed, and opened again when it is wanted', async () => {
  const { upstreams, clock, opened, changes } = setUp();
  const upstream = await upstreams.get(id);
  clock.advance(9_999);
  await upstream.listTools();
  clock.advance(9_999);
  expect(opened[0]?.isClosed).toBe(false);
  clock.advance(1);
  expect(opened[0]?.isClosed).toBe(true);
  expect(upstream.profile('look')?.effect).toBe('read');
  expect(await upstream.callTool(callOf('look'))).toMatchObject({ kind: 'result' });
  expect(opened).toHaveLength(2);
  expect(changes).toEqual(['crm ready', 'crm idle', 'crm ready']);
});

test('a long call is not cut off by the idle rule', async () => {
  const { upstreams, clock, opened } = setUp();
  const upstream = await upstreams.get(id);
  const { promise, resolve } = Promise.withResolvers<UpstreamAnswer>();
  if (opened[0] !== undefined) opened[0].answer = promise;
  const call = upstream.callTool(callOf('look'));
  await Promise.resolve();
  clock.advance(60_000);
  expect(opened[0]?.isClosed).toBe(false);
  resolve({ kind: 'result', result: { content: [] } });
  expect(await call).toMatchObject({ kind: 'result' });
  clock.advance(10_000);
  expect(opened[0]?.isClosed).toBe(true);
});

test('one that cannot be opened is left alone longer each time, never tried unasked, and says so', async () => {
  const { upstreams, clock, tries } = setUp(() => Promise.reject(new ConnectionProblem('failing', say('connection.health.unreachable', { host: 'crm' }), 'crm cannot be reached.')));
  await expect(upstreams.get(id)).rejects.toThrow('crm cannot be reached.');
  expect(upstreams.healthOf(id)).toEqual({ state: 'failing', text: say('connection.health.unreachable', { host: 'crm' }) });
  await expect(upstreams.get(id)).rejects.toThrow('Try again in 1 s');
  expect(tries()).toBe(1);
  for (const [rest, expected] of [[1000, 2], [1999, 2], [1, 3], [3999, 3], [1, 4]] as const) {
    clock.advance(rest);
    await upstreams.get(id).catch(() => undefined);
    expect(tries()).toBe(expected);
  }
  for (let time = 0; time < 20; time += 1) {
    clock.advance(5 * 60_000);
    await upstreams.get(id).catch(() => undefined);
  }
  expect(tries()).toBe(24);
  clock.advance(24 * 3_600_000);
  expect(tries()).toBe(24);
});

test('the person can have it checked at once', async () => {
  let isUp = false;
  const { upstreams, tries } = setUp(() => (isUp ? Promise.resolve(createFakeUpstream()) : Promise.reject(new Error('down'))));
  await upstreams.get(id).catch(() => undefined);
  expect(await upstreams.check(id)).toEqual({ state: 'failing', text: say('connection.health.failed') });
  isUp = true;
  expect(await upstreams.check(id)).toEqual({ state: 'ready', text: null });
  expect(tries()).toBe(3);
  expect(await upstreams.check(connectionId.parse('gone'))).toEqual({ state: 'failing', text: say('connection.problem.unknown') });
});

test('a sign-in that is missing is told apart from a failure', async () => {
  const { upstreams } = setUp(() => Promise.reject(new ConnectionProblem('needs_sign_in', say('connection.health.needsSignIn', { host: 'crm' }), 'crm asks for a sign-in.')));
  await upstreams.get(id).catch(() => undefined);
  expect(upstreams.healthOf(id).state).toBe('needs_sign_in');
});

test('one that ends by itself is opened again after a rest; one that keeps ending rests longer', async () => {
  const { upstreams, clock, opened, tries } = setUp();
  const upstream = await upstreams.get(id);
  opened[0]?.end();
  expect(upstreams.healthOf(id)).toEqual({ state: 'failing', text: say('connection.health.stopped') });
  expect(await upstream.callTool(callOf('look'))).toMatchObject({ kind: 'failed' });
  expect(tries()).toBe(1);
  clock.advance(1000);
  expect(await upstream.callTool(callOf('look'))).toMatchObject({ kind: 'result' });
  opened[1]?.end();
  clock.advance(1000);
  await upstreams.get(id).catch(() => undefined);
  expect(tries()).toBe(2);
  clock.advance(1000);
  await upstreams.get(id);
  expect(tries()).toBe(3);
  clock.advance(9000);
  await upstream.listTools();
});

test('a list that fails closes it, but not under a call that is under way', async () => {
  const { upstreams, opened, clock } = setUp();
  const upstream = await upstreams.get(id);
  const fake = opened[0];
  if (fake === undefined) throw new Error('It was not opened.');
  const { promise, resolve } = Promise.withResolvers<UpstreamAnswer>();
  fake.answer = promise;
  const call = upstream.callTool(callOf('look'));
  fake.tools = new Error('no list');
  await expect(upstream.listTools()).rejects.toThrow('no list');
  expect(fake.isClosed).toBe(false);
  expect(upstreams.healthOf(id).state).toBe('failing');
  resolve({ kind: 'result', result: { content: [] } });
  await call;
  await expect(upstream.listTools()).rejects.toThrow('no list');
  expect(fake.isClosed).toBe(true);
  clock.advance(10_000);
  await upstreams.get(id);
  expect(opened).toHaveLength(2);
});

test('a dropped connection is closed, and cannot be used by who still holds it', async () => {
  const { upstreams, opened } = setUp();
  const upstream = await upstreams.get(id);
  await upstreams.drop(id);
  expect(opened[0]?.isClosed).toBe(true);
  expect(await upstream.callTool(callOf('look'))).toMatchObject({ kind: 'failed' });
  await expect(upstream.listTools()).rejects.toThrow('removed');
  await expect(upstreams.get(connectionId.parse('gone'))).rejects.toThrow('no such connection');
});

test('closing while one is being opened leaves nothing open', async () => {
  const { promise, resolve } = Promise.withResolvers<FakeUpstream>();
  const { upstreams } = setUp(() => promise);
  const waiting = upstreams.get(id).catch((error: unknown) => String(error));
  const closing = upstreams.close();
  const late = createFakeUpstream();
  resolve(late);
  await closing;
  expect(await waiting).toContain('removed');
  expect(late.isClosed).toBe(true);
  await expect(upstreams.get(id)).rejects.toThrow('removed');
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function realUpstreams(kept: Connection): KeptUpstreams {
  const upstreams = createUpstreams({
    find: () => kept,
    factories: { command: ({ config }) => openStdioUpstream(config), remote: ({ config }) => openHttpUpstream(config), email: noFactory, practice: noFactory, workbench: noFactory },
    clock: systemClock,
    scrub: (text) => text,
  });
  closers.push(() => upstreams.close());
  return upstreams;
}

test('a real command that crashed in a call is started anew, and the crashed call is not done again', async () => {
  const server = join(import.meta.dirname, '../fixtures/upstreams/stdio-server.ts');
  const upstreams = realUpstreams(connection('command', { command: process.execPath, args: [server] }));
  const upstream = await upstreams.get(id);
  expect(await upstream.callTool(callOf('crash'))).toMatchObject({ kind: 'unknown' });
  expect(upstreams.healthOf(id)).toEqual({ state: 'failing', text: say('connection.health.stopped') });
  expect(await upstreams.check(id)).toEqual({ state: 'ready', text: null });
  expect(textOf(await upstream.callTool(callOf('echo', { text: 'back' })))).toBe('back');
});

test('a real remote server that forgot the session gets a new one with the next call', async () => {
  const server = await startHttpServer();
  closers.push(() => server.stop());
  const upstreams = realUpstreams(connection('remote', { url: server.url }));
  const upstream = await upstreams.get(id);
  await upstream.listTools();
  server.intercept = (request, response) => {
    server.intercept = undefined;
    request.resume().on('end', () => response.writeHead(404).end());
    return true;
  };
  expect(await upstream.callTool(callOf('echo', { text: 'x' }))).toMatchObject({ kind: 'failed' });
  await upstreams.check(id);
  expect(textOf(await upstream.callTool(callOf('echo', { text: 'again' })))).toBe('again');
});
