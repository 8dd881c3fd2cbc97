import { request as httpRequest, type IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { returnTime } from '../../main/broker/resumable-stream.ts';
import { books, done, entry, mail, marketing, marketingToken, startBroker, type Broker } from './harness.ts';
import { ManualClock } from './manual-clock.ts';
import { askLegacy, MessageReader, openGeneral, openSession, sendLegacy, sendModern } from './raw-client.ts';

const call = { id: 'the call', method: 'tools/call', params: { name: 'work-mail__send_email', _meta: { progressToken: 'p' } } };

/** A call that reports progress when told to, and ends when told to. */
function slowCall(broker: Broker) {
  const started = Promise.withResolvers<{ readonly signal: AbortSignal; readonly progress: (progress: number) => void }>();
  const finish = Promise.withResolvers<undefined>();
  broker.gate.script = async ({ signal, conversation }, action) => {
    started.resolve({ signal, progress: (progress) => conversation.progress({ progress }) });
    await finish.promise;
    return done(action, 'sent at last');
  };
  return { started: started.promise, finish: () => finish.resolve(undefined) };
}

describe('a stream that is read again', () => {
  test('while its first reader is still there goes to the new one alone: nothing is told twice', async () => {
    await using broker = await startBroker();
    const { started, finish } = slowCall(broker);
    const session = await openSession(broker);
    const answering = sendLegacy(broker, call, { session });
    const { progress } = await started;
    progress(1);
    const first = new MessageReader(await answering);
    expect(await first.next()).toMatchObject({ params: { progress: 1, progressToken: 'p' } });
    const second = new MessageReader(await openGeneral(broker, session, { headers: { 'last-event-id': '2_0' } }));
    expect(await second.next()).toMatchObject({ params: { progress: 1 } });
    progress(2);
    finish();
    expect(await second.next()).toMatchObject({ params: { progress: 2 } });
    expect(await second.next()).toMatchObject({ id: 'the call', result: {} });
    expect(await second.next()).toBeUndefined();
    expect(await first.next()).toBeUndefined();
  });

  test('and lost a second time is given up like the first', async () => {
    const clock = new ManualClock();
    await using broker = await startBroker({ clock });
    const { started, finish } = slowCall(broker);
    const session = await openSession(broker);
    const answering = sendLegacy(broker, call, { session });
    const { progress, signal } = await started;
    progress(1);
    const first = new MessageReader(await answering);
    await first.next();
    const gone = new AbortController();
    const second = new MessageReader(await openGeneral(broker, session, { headers: { 'last-event-id': '2_1' }, signal: gone.signal }));
    progress(2);
    expect(await second.next()).toMatchObject({ params: { progress: 2 } });
    const before = clock.pending;
    gone.abort();
    // Its keep-alive goes, the wait for its return comes; the first reader is told the end.
    expect(await first.next()).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(clock.pending).toBe(before);
    clock.pass(returnTime);
    expect(signal.aborted).toBe(true);
    finish();
  });

  test('begins where the last reader was, not from the start', async () => {
    await using broker = await startBroker();
    const session = await openSession(broker);
    broker.catalog.changed.emit({ kind: 'tools' });
    const gone = new AbortController();
    const first = new MessageReader(await openGeneral(broker, session, { signal: gone.signal }));
    expect(await first.next()).toMatchObject({ method: 'notifications/tools/list_changed' });
    gone.abort();
    await new Promise((resolve) => setTimeout(resolve, 50));
    broker.catalog.changed.emit({ kind: 'prompts' });
    const second = new MessageReader(await openGeneral(broker, session));
    expect(await second.next()).toMatchObject({ method: 'notifications/prompts/list_changed' });
  });

  test.each([
    ['2025-11-25', true],
    ['2025-06-18', false],
  ])('begins with an empty event only for clients that know it (%s: %s)', async (version, isPrimed) => {
    await using broker = await startBroker();
    const session = await openSession(broker, { version });
    const stream = new MessageReader(await openGeneral(broker, session));
    broker.catalog.changed.emit({ kind: 'tools' });
    await stream.next();
    expect(/^data: $/m.test(stream.text)).toBe(isPrimed);
  });

  test('is one of its own session: another’s event id says nothing of that one', async () => {
    await using broker = await startBroker();
    const { started, finish } = slowCall(broker);
    const session = await openSession(broker);
    const answering = sendLegacy(broker, call, { session });
    (await started).progress(1);
    await answering;
    const other = await openSession(broker);
    expect((await openGeneral(broker, other, { headers: { 'last-event-id': '2_0' } })).status).toBe(404);
    expect((await openGeneral(broker, other, { headers: { 'last-event-id': '1_0' } })).status).toBe(404);
    finish();
  });
});

test('a session opened with a wide token does nothing more for a narrow one', async () => {
  await using broker = await startBroker();
  broker.catalog.tools.set(marketing, [entry(mail, 'send_email'), entry(books, 'read_ledger')]);
  broker.tokens.set('cst_narrow', { kind: 'caller', caller: { agent: marketing, reach: [{ connection: books, mayRead: true, mayAct: true }] } });
  broker.tokens.set('cst_narrow_too', { kind: 'caller', caller: { agent: marketing, reach: [{ connection: books, mayRead: true, mayAct: true }] } });
  const session = await openSession(broker);
  expect((await askLegacy(broker, call, { session, token: 'cst_narrow' })).status).toBe(404);
  expect(broker.gate.performed).toEqual([]);
  const narrow = await openSession(broker, { token: 'cst_narrow' });
  expect((await askLegacy(broker, { id: 1, method: 'tools/list' }, { session: narrow, token: 'cst_narrow_too' })).status).toBe(200);
});

test.each(['DELETE', 'close'] as const)('%s during a call ends it: its signal aborts and its client hears an end', async (how) => {
  await using broker = await startBroker();
  const started = Promise.withResolvers<AbortSignal>();
  broker.gate.script = async ({ signal }, action) => {
    started.resolve(signal);
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    return done(action, 'cut off');
  };
  const session = await openSession(broker);
  const answering = askLegacy(broker, call, { session }).then(({ messages }) => messages.length, () => 'lost');
  const signal = await started.promise;
  if (how === 'DELETE') await fetch(broker.endpoint.url, { method: 'DELETE', headers: { authorization: `Bearer ${marketingToken}`, 'mcp-session-id': session } });
  else await broker.endpoint.close();
  expect(signal.aborted).toBe(true);
  expect(await answering).toBe(how === 'DELETE' ? 1 : 'lost');
});

describe('a client that reads nothing', () => {
  const big = 'x'.repeat(200_000);

  test('of a session’s stream does not fill the memory', async () => {
    await using broker = await startBroker();
    const session = await openSession(broker);
    const response = await unread(broker, { 'mcp-session-id': session });
    const used = process.memoryUsage().rss;
    const { connection, uri } = { connection: mail, uri: `note:${big}` };
    expect((await askLegacy(broker, { id: 1, method: 'resources/subscribe', params: { uri: `via-work-mail+${uri}` } }, { session })).answer).toMatchObject({ result: {} });
    for (let count = 0; count < 400; count += 1) broker.catalog.told.emit({ connection, change: { kind: 'resource', uri } });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((process.memoryUsage().rss - used) / 1024 / 1024).toBeLessThan(60);
    response.destroy();
  });

  test('of a call’s stream misses progress, never the answer', async () => {
    await using broker = await startBroker();
    const started = Promise.withResolvers<undefined>();
    const flooded = Promise.withResolvers<undefined>();
    broker.gate.script = async ({ conversation }, action) => {
      for (let count = 0; count < 200; count += 1) conversation.progress({ progress: count, message: big });
      started.resolve(undefined);
      await flooded.promise;
      return done(action, 'the answer');
    };
    const answering = sendModern(broker, 'tools/call', { name: 'work-mail__send_email' }, { meta: { progressToken: 'p' } });
    await started.promise;
    flooded.resolve(undefined);
    const text = await (await answering).text();
    expect(text).toContain('the answer');
    expect(text.length).toBeLessThan(200 * big.length * 0.5);
  });
});

function unread(broker: Broker, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(broker.endpoint.url, { headers: { authorization: `Bearer ${marketingToken}`, accept: 'text/event-stream', ...headers } }, (response) => {
      response.pause();
      response.on('error', () => {});
      resolve(response);
    });
    request.on('error', reject);
    request.end();
  });
}
