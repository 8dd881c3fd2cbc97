import { afterEach, describe, expect, test } from 'vitest';
import { sessionIdle, sessionsPerAgent } from '../../main/broker/http-sessions.ts';
import { returnTime } from '../../main/broker/resumable-stream.ts';
import { done, financeToken, marketingToken, startBroker, type Broker } from './harness.ts';
import { ManualClock } from './manual-clock.ts';

const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } } };
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'work-mail__send_email', arguments: {} } };

const opened: AbortController[] = [];
afterEach(() => opened.splice(0).forEach((controller) => controller.abort()));

interface Sent {
  readonly token?: string;
  readonly session?: string | undefined;
  readonly headers?: Record<string, string>;
  readonly controller?: AbortController;
}

function request(broker: Broker, method: 'POST' | 'GET' | 'DELETE', body: unknown, { token = marketingToken, session, headers = {}, controller = new AbortController() }: Sent = {}): Promise<Response> {
  opened.push(controller);
  return fetch(broker.endpoint.url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json, text/event-stream',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(session === undefined ? {} : { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: controller.signal,
  });
}

async function open(broker: Broker, token = marketingToken): Promise<string> {
  const response = await request(broker, 'POST', initialize, { token });
  await response.text();
  return response.headers.get('mcp-session-id') ?? '';
}

async function statusOf(response: Promise<Response>): Promise<number> {
  const { status, body } = await response;
  await body?.cancel();
  return status;
}

/** Reads a stream until its text satisfies; gives that text. */
async function readUntil(response: Response, isEnough: (text: string) => boolean): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  if (response.body === null) return text;
  for await (const chunk of response.body.values({ preventCancel: true })) {
    text += decoder.decode(chunk, { stream: true });
    if (isEnough(text)) break;
  }
  return text;
}

describe('sessions of the older revisions', () => {
  test('a session nobody uses ends; one in use stays', async () => {
    const clock = new ManualClock();
    await using broker = await startBroker({ clock });
    const idle = await open(broker);
    const used = await open(broker);
    clock.pass(sessionIdle / 2);
    expect(await statusOf(request(broker, 'POST', list, { session: used }))).toBe(200);
    clock.pass(sessionIdle / 2 + 60_000);
    expect(await statusOf(request(broker, 'POST', list, { session: idle }))).toBe(404);
    expect(await statusOf(request(broker, 'POST', list, { session: used }))).toBe(200);
  });

  test('a session with an open stream is in use, however long it is silent', async () => {
    const clock = new ManualClock();
    await using broker = await startBroker({ clock });
    const session = await open(broker);
    const controller = new AbortController();
    const stream = await request(broker, 'GET', undefined, { session, controller });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    clock.pass(sessionIdle * 3);
    expect(await statusOf(request(broker, 'GET', undefined, { session }))).toBe(409);
    expect(await statusOf(request(broker, 'POST', list, { session }))).toBe(200);
    await stream.body?.cancel();
  });

  test('one agent cannot fill the house: its own oldest idle session goes, and no one else’s', async () => {
    const clock = new ManualClock();
    await using broker = await startBroker({ clock });
    const other = await open(broker, financeToken);
    const first = await open(broker);
    clock.pass(1);
    for (let count = 1; count <= sessionsPerAgent; count += 1) await open(broker);
    expect(await statusOf(request(broker, 'POST', list, { session: first }))).toBe(404);
    expect(await statusOf(request(broker, 'POST', list, { session: other, token: financeToken }))).toBe(200);
  });

  test('when all of them are in use, one more is refused', async () => {
    await using broker = await startBroker({ clock: new ManualClock() });
    const streams: Response[] = [];
    for (let count = 0; count < sessionsPerAgent; count += 1) streams.push(await request(broker, 'GET', undefined, { session: await open(broker) }));
    expect(await statusOf(request(broker, 'POST', initialize))).toBe(503);
    await Promise.all(streams.map(async (stream) => stream.body?.cancel()));
  });

  test('a session ends at its client’s wish, and is no other agent’s', async () => {
    await using broker = await startBroker();
    const session = await open(broker);
    expect(await statusOf(request(broker, 'DELETE', undefined, { session, token: financeToken }))).toBe(404);
    expect(broker.refusals).toEqual(['foreign_session']);
    expect(await statusOf(request(broker, 'DELETE', undefined, { session }))).toBe(200);
    expect(await statusOf(request(broker, 'POST', list, { session }))).toBe(404);
  });

  test('a session of one endpoint is none of another', async () => {
    await using broker = await startBroker();
    const session = await open(broker);
    const other = await fetch(`${broker.endpoint.url}/work-mail`, {
      method: 'POST',
      headers: { authorization: `Bearer ${marketingToken}`, 'content-type': 'application/json', accept: 'application/json', 'mcp-session-id': session },
      body: JSON.stringify(list),
    });
    expect(other.status).toBe(404);
  });
});

/** Makes a call whose answer has become a stream, and loses it. */
async function loseCall(broker: Broker, clock: ManualClock) {
  const started = Promise.withResolvers<AbortSignal>();
  const finish = Promise.withResolvers<undefined>();
  broker.gate.script = async (attempt, action) => {
    started.resolve(attempt.signal);
    await finish.promise;
    return done(action, 'sent at last');
  };
  const session = await open(broker);
  const controller = new AbortController();
  const answering = request(broker, 'POST', call, { session, controller });
  const signal = await started.promise;
  clock.pass(1_000);
  const response = await answering;
  const beginning = await readUntil(response, (text) => text.includes('\n\n'));
  controller.abort();
  await new Promise((resolve) => setTimeout(resolve, 50));
  return { session, signal, finish: () => finish.resolve(undefined), eventId: /^id: (\S+)$/m.exec(beginning)?.[1] ?? '' };
}

describe('a client that loses the stream of its call', () => {
  test('gets the answer when it comes back for it', async () => {
    const clock = new ManualClock();
    await using broker = await startBroker({ clock });
    const { session, signal, finish, eventId } = await loseCall(broker, clock);
    expect(signal.aborted).toBe(false);
    finish();
    const resumed = await request(broker, 'GET', undefined, { session, headers: { 'last-event-id': eventId } });
    expect(await resumed.text()).toContain('sent at last');
  });

  test('and gets what is told after it came back', async () => {
    const clock = new ManualClock();
    await using broker = await startBroker({ clock });
    const { session, finish, eventId } = await loseCall(broker, clock);
    const resumed = await request(broker, 'GET', undefined, { session, headers: { 'last-event-id': eventId } });
    clock.pass(returnTime);
    finish();
    expect(await resumed.text()).toContain('sent at last');
  });

  test('its call is given up when it does not come back', async () => {
    const clock = new ManualClock();
    await using broker = await startBroker({ clock });
    const { signal, finish } = await loseCall(broker, clock);
    clock.pass(returnTime);
    expect(signal.aborted).toBe(true);
    finish();
  });

  test('a made-up event id opens nothing', async () => {
    await using broker = await startBroker();
    const session = await open(broker);
    for (const id of ['x', '../1_0', '99_1', '1_']) {
      expect(await statusOf(request(broker, 'GET', undefined, { session, headers: { 'last-event-id': id } }))).toBeGreaterThanOrEqual(400);
    }
  });
});
