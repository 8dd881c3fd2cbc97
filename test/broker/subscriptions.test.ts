import { describe, expect, test } from 'vitest';
import { closeDoors } from '../../main/broker/doors.ts';
import { mostWatched } from '../../main/broker/subscriptions.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { books, done, entry, finance, financeToken, mail, marketing, startBroker, type Broker } from './harness.ts';
import { askLegacy, askModern, field, MessageReader, openGeneral, openSession, sendModern, until, type Sent } from './raw-client.ts';

const subscriptionId = 'io.modelcontextprotocol/subscriptionId';
const lists = { toolsListChanged: true, promptsListChanged: true };

/** Opens a subscription and reads its acknowledgement. */
async function listen(broker: Broker, notifications: JsonObject, sent: Sent = {}): Promise<{ readonly stream: MessageReader; readonly acknowledged: JsonObject | undefined }> {
  const stream = new MessageReader(await sendModern(broker, 'subscriptions/listen', { notifications }, sent));
  return { stream, acknowledged: await stream.next() };
}

/** Both agents use both services. */
function shared(broker: Broker): void {
  const all = [entry(mail, 'send_email'), entry(books, 'read_ledger')];
  broker.catalog.tools.set(marketing, all);
  broker.catalog.tools.set(finance, all);
}

describe('a subscription without a session', () => {
  test('begins with what is honored, carries its id everywhere, and tells only what was asked for', async () => {
    await using broker = await startBroker();
    const { stream, acknowledged } = await listen(broker, { promptsListChanged: true, resourceSubscriptions: ['via-work-mail+note:1', 'via-work-mail+mute:1', 'via-books+note:1', 'note:1', '__proto__'] }, { id: 'sub' });
    expect(acknowledged).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { promptsListChanged: true, resourceSubscriptions: ['via-work-mail+note:1'] }, _meta: { [subscriptionId]: 'sub' } },
    });
    expect(broker.gate.performed).toMatchObject([{ kind: 'watchResource', connection: mail, name: 'note:1' }, { kind: 'watchResource', name: 'mute:1' }]);
    broker.catalog.changed.emit({ kind: 'tools' });
    broker.catalog.told.emit({ connection: mail, change: { kind: 'resource', uri: 'note:2' } });
    broker.catalog.told.emit({ connection: books, change: { kind: 'resource', uri: 'note:1' } });
    broker.catalog.told.emit({ connection: mail, change: { kind: 'resource', uri: 'note:1' } });
    broker.catalog.told.emit({ connection: mail, change: { kind: 'prompts' } });
    expect(await stream.next()).toMatchObject({ method: 'notifications/resources/updated', params: { uri: 'via-work-mail+note:1', _meta: { [subscriptionId]: 'sub' } } });
    expect(await stream.next()).toMatchObject({ method: 'notifications/prompts/list_changed', params: { _meta: { [subscriptionId]: 'sub' } } });
  });

  test('tells an agent, an endpoint and a token only of connections they reach', async () => {
    await using broker = await startBroker();
    shared(broker);
    broker.catalog.tools.set(finance, [entry(books, 'read_ledger')]);
    broker.tokens.set('cst_narrow', { kind: 'caller', caller: { agent: marketing, reach: [{ connection: books, mayRead: true, mayAct: true }] } });
    const all = await listen(broker, lists);
    const others = [await listen(broker, lists, { token: financeToken }), await listen(broker, lists, { path: '/books' }), await listen(broker, lists, { token: 'cst_narrow' })];
    broker.catalog.told.emit({ connection: mail, change: { kind: 'tools' } });
    broker.catalog.told.emit({ connection: books, change: { kind: 'prompts' } });
    expect(await all.stream.next()).toMatchObject({ method: 'notifications/tools/list_changed' });
    for (const { stream } of others) expect(await stream.next()).toMatchObject({ method: 'notifications/prompts/list_changed' });
  });

  test('at one connection’s endpoint uses its own URIs', async () => {
    await using broker = await startBroker();
    const { stream, acknowledged } = await listen(broker, { resourceSubscriptions: ['note:1', 'via-work-mail+note:1'] }, { path: '/work-mail' });
    expect(field(acknowledged, 'params', 'notifications', 'resourceSubscriptions')).toEqual(['note:1', 'via-work-mail+note:1']);
    broker.catalog.told.emit({ connection: mail, change: { kind: 'resource', uri: 'note:1' } });
    expect(field(await stream.next(), 'params', 'uri')).toBe('note:1');
  });

  test('ends with a result when the app stops, and lets go of what it watched', async () => {
    await using broker = await startBroker();
    const { stream } = await listen(broker, { resourceSubscriptions: ['via-work-mail+note:1'] }, { id: 'sub' });
    expect(broker.catalog.watched).toEqual(['work-mail note:1']);
    closeDoors(broker.doors);
    expect(await stream.next()).toMatchObject({ id: 'sub', result: { resultType: 'complete', _meta: { [subscriptionId]: 'sub' } } });
    expect(await stream.next()).toBeUndefined();
    expect(broker.catalog.watched).toEqual([]);
  });

  test('lets go of what it watched when its client goes away, also while it is being opened', async () => {
    await using broker = await startBroker();
    const gone = new AbortController();
    const uris = Array.from({ length: 20 }, (_none, number) => `via-work-mail+note:${number}`);
    await listen(broker, { resourceSubscriptions: uris }, { signal: gone.signal });
    expect(broker.catalog.watched).toHaveLength(20);
    gone.abort();
    await until(() => broker.catalog.watched.length === 0);
    const third = Promise.withResolvers<undefined>();
    const later = new AbortController();
    broker.gate.script = async ({ name, signal }, action) => {
      if (name === 'note:2') {
        third.resolve(undefined);
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      }
      return done(action, 'watched');
    };
    const before = broker.gate.performed.length;
    const opening = listen(broker, { resourceSubscriptions: uris }, { signal: later.signal }).catch(() => 'gone');
    await third.promise;
    later.abort();
    expect(await opening).toBe('gone');
    await until(() => broker.catalog.watched.length === 0);
    // Nobody is asked about the rest.
    expect(broker.gate.performed.length - before).toBe(3);
  });

  test.each([[undefined], ['all'], [[]], [{ resourceSubscriptions: 'x' }], [{ resourceSubscriptions: [5] }], [{ resourceSubscriptions: Array.from({ length: mostWatched + 1 }, () => 'a') }]])('with a filter that is none is refused', async (notifications) => {
    await using broker = await startBroker();
    const { answer } = await askModern(broker, 'subscriptions/listen', notifications === undefined ? {} : { notifications });
    expect(answer).toMatchObject({ error: { code: -32602 } });
  });

  test('needs a client that takes a stream', async () => {
    await using broker = await startBroker();
    const { answer } = await askModern(broker, 'subscriptions/listen', { notifications: lists }, { headers: { accept: 'application/json' } });
    expect(answer).toMatchObject({ error: { code: -32602 } });
  });
});

const subscribe = (uri: string, method = 'resources/subscribe', id = 5): JsonObject => ({ id, method, params: { uri } });

describe('a session', () => {
  test('hears of a resource from resources/subscribe until resources/unsubscribe', async () => {
    await using broker = await startBroker();
    const session = await openSession(broker);
    const stream = new MessageReader(await openGeneral(broker, session));
    expect((await askLegacy(broker, subscribe('via-work-mail+note:1'), { session })).answer).toMatchObject({ result: {} });
    expect((await askLegacy(broker, subscribe('via-work-mail+note:1'), { session })).answer).toMatchObject({ result: {} });
    expect(broker.catalog.watched).toEqual(['work-mail note:1']);
    const change = { kind: 'resource', uri: 'note:1' } as const;
    broker.catalog.told.emit({ connection: books, change });
    broker.catalog.told.emit({ connection: mail, change });
    expect(await stream.next()).toMatchObject({ method: 'notifications/resources/updated', params: { uri: 'via-work-mail+note:1' } });
    await askLegacy(broker, subscribe('via-work-mail+note:1', 'resources/unsubscribe'), { session });
    expect(broker.catalog.watched).toEqual([]);
    broker.catalog.told.emit({ connection: mail, change });
    broker.catalog.changed.emit({ kind: 'resources' });
    expect(await stream.next()).toMatchObject({ method: 'notifications/resources/list_changed' });
  });

  test.each([['via-books+note:1', -32002], ['note:1', -32002], ['via-work-mail+mute:1', -32602]])('cannot subscribe to %s', async (uri, code) => {
    await using broker = await startBroker();
    const session = await openSession(broker);
    expect((await askLegacy(broker, subscribe(uri), { session })).answer).toMatchObject({ error: { code } });
    expect(broker.catalog.watched).toEqual([]);
  });

  test('that ends lets go of what it watches, also of what it was just about to watch', async () => {
    await using broker = await startBroker();
    const session = await openSession(broker);
    await askLegacy(broker, subscribe('via-work-mail+note:1'), { session });
    const started = Promise.withResolvers<undefined>();
    const finish = Promise.withResolvers<undefined>();
    broker.gate.script = async (_request, action) => {
      started.resolve(undefined);
      await finish.promise;
      return done(action, 'watched');
    };
    const late = askLegacy(broker, subscribe('via-work-mail+note:2'), { session });
    await started.promise;
    await fetch(broker.endpoint.url, { method: 'DELETE', headers: { authorization: 'Bearer cst_marketing', 'mcp-session-id': session } });
    finish.resolve(undefined);
    await late;
    expect(broker.catalog.watched).toEqual([]);
  });
});
