import { describe, expect, test } from 'vitest';
import { answerTime } from '../../main/broker/asked-calls.ts';
import type { InputRequest } from '../../main/model/conversation.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { done, financeToken, marketing, startBroker, type Broker } from './harness.ts';
import { ManualClock } from './manual-clock.ts';
import { askLegacy, field, MessageReader, openSession, sendLegacy, until } from './raw-client.ts';

const form: InputRequest = { method: 'elicitation/create', params: { message: 'Which one?', requestedSchema: { type: 'object', properties: { name: { type: 'string', default: 'Ana' } } } } };
const capabilities = { elicitation: {}, sampling: {} };
const accepted = { action: 'accept', content: { name: 'Ana' } };
const toolCall = (id: string | number): JsonObject => ({ id, method: 'tools/call', params: { name: 'work-mail__send_email' } });

/** The service asks these at the same time and tells what came back. */
function asking(broker: Broker, ...asked: readonly InputRequest[]): void {
  broker.gate.script = async ({ conversation }, action) => {
    const told = await Promise.all(asked.map((question) => conversation.ask({ question }).catch((error: unknown) => ({ refused: Object(error).error }))));
    return done(action, JSON.stringify(told));
  };
}

/** Calls the tool and reads its stream. */
async function callTool(broker: Broker, session: string, signal?: AbortSignal): Promise<MessageReader> {
  return new MessageReader(await sendLegacy(broker, toolCall('the call'), { session, ...(signal === undefined ? {} : { signal }) }));
}

const answer = (broker: Broker, session: string, message: JsonObject, token?: string) => askLegacy(broker, message, { session, ...(token === undefined ? {} : { token }) });

describe('a service’s question to a client with a session', () => {
  test('comes on the stream of its call, untouched, and its answer goes back', async () => {
    await using broker = await startBroker();
    asking(broker, form);
    const session = await openSession(broker, { capabilities });
    const stream = await callTool(broker, session);
    const question = await stream.next();
    expect(question).toMatchObject(form);
    expect((await answer(broker, session, { id: question?.['id'] ?? '', result: accepted })).status).toBe(202);
    expect(JSON.stringify(await stream.next())).toContain('Ana');
    expect(await stream.next()).toBeUndefined();
  });

  test('and others at the same time each get their own answer, in any order', async () => {
    await using broker = await startBroker();
    asking(broker, form, { method: 'sampling/createMessage', params: { messages: [], maxTokens: 5 } });
    const session = await openSession(broker, { capabilities });
    const stream = await callTool(broker, session);
    const [first, second] = [await stream.next(), await stream.next()];
    expect(first?.['id']).not.toBe(second?.['id']);
    await answer(broker, session, { id: second?.['id'] ?? '', result: { role: 'assistant', model: 'm', content: { type: 'text', text: 'sampled' } } });
    await answer(broker, session, { id: first?.['id'] ?? '', result: accepted });
    expect(JSON.stringify(await stream.next())).toMatch(/Ana.*sampled/);
  });

  test('is answered by nobody else: not another session of the agent, nor another agent', async () => {
    await using broker = await startBroker();
    asking(broker, form);
    const session = await openSession(broker, { capabilities });
    const stream = await callTool(broker, session);
    const id = (await stream.next())?.['id'] ?? '';
    const forged = { id, result: { action: 'accept', content: { name: 'Eve' } } };
    expect((await answer(broker, await openSession(broker, { capabilities }), forged)).status).toBe(202);
    expect((await answer(broker, session, forged, financeToken)).status).toBe(404);
    expect((await answer(broker, await openSession(broker, { capabilities, token: financeToken }), forged, financeToken)).status).toBe(202);
    await answer(broker, session, { id, result: accepted });
    expect(JSON.stringify(await stream.next())).not.toContain('Eve');
  });

  test.each([
    ['an error of the client', { error: { code: -1, message: 'The person closed it' } }, 'The person closed it'],
    ['an answer that is none', { result: { content: 'Ana' } }, 'not what was asked for'],
  ])('%s refuses it to the service', async (_what, said, told) => {
    await using broker = await startBroker();
    asking(broker, form);
    const session = await openSession(broker, { capabilities });
    const stream = await callTool(broker, session);
    await answer(broker, session, { id: (await stream.next())?.['id'] ?? '', ...said });
    expect(JSON.stringify(await stream.next())).toContain(told);
  });

  test('is never sent to a client that did not say it can answer', async () => {
    await using broker = await startBroker();
    asking(broker, form);
    const session = await openSession(broker);
    const { messages } = await askLegacy(broker, toolCall(1), { session });
    expect(messages).toHaveLength(1);
    expect(JSON.stringify(messages)).toContain('-32021');
  });

  test('is withdrawn when nobody answers in ten minutes', async () => {
    const clock = new ManualClock();
    await using broker = await startBroker({ clock });
    asking(broker, form);
    const session = await openSession(broker, { capabilities });
    const stream = await callTool(broker, session);
    const id = (await stream.next())?.['id'];
    clock.pass(answerTime);
    expect(await stream.next()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
    expect(JSON.stringify(await stream.next())).toContain('did not answer');
  });

  test('is withdrawn before the answer when its call ends without it, and no timer stays', async () => {
    const clock = new ManualClock();
    await using broker = await startBroker({ clock });
    const crash = Promise.withResolvers<undefined>();
    broker.gate.script = async ({ conversation }, action) => {
      await Promise.race([conversation.ask({ q: form }).catch(() => undefined), crash.promise]);
      return done(action, 'the service went away');
    };
    const session = await openSession(broker, { capabilities });
    const idle = clock.pending;
    const stream = await callTool(broker, session);
    const id = (await stream.next())?.['id'];
    crash.resolve(undefined);
    expect(await stream.next()).toMatchObject({ method: 'notifications/cancelled', params: { requestId: id } });
    expect(JSON.stringify(await stream.next())).toContain('the service went away');
    expect(await stream.next()).toBeUndefined();
    expect(clock.pending).toBe(idle);
  });

  test.each([
    ['the agent is cut off', (broker: Broker) => broker.endpoint.disconnect(marketing)],
    ['its session is ended', async (broker: Broker, session: string) => void (await fetch(broker.endpoint.url, { method: 'DELETE', headers: { authorization: 'Bearer cst_marketing', 'mcp-session-id': session } }))],
  ])('is refused to the service when %s', async (_what, end) => {
    await using broker = await startBroker();
    const refused = Promise.withResolvers<unknown>();
    broker.gate.script = async ({ conversation, signal }, action) => {
      await conversation.ask({ q: form }).catch((error: unknown) => refused.resolve([Object(error).name, signal.aborted]));
      return done(action, 'late');
    };
    const session = await openSession(broker, { capabilities });
    const stream = await callTool(broker, session);
    await stream.next();
    await end(broker, session);
    expect(await refused.promise).toEqual(['InputRefusedError', true]);
    await stream.next().catch(() => undefined);
  });

  test('cannot be put to a client that takes no stream', async () => {
    await using broker = await startBroker();
    asking(broker, form);
    const session = await openSession(broker, { capabilities });
    const { messages } = await askLegacy(broker, toolCall(1), { session, headers: { accept: 'application/json' } });
    expect(JSON.stringify(messages)).toContain('did not answer');
  });
});

test('a second request with an id that is still being answered is refused; afterwards the id is free', async () => {
  await using broker = await startBroker();
  const finish = Promise.withResolvers<undefined>();
  broker.gate.script = async (_request, action) => {
    await finish.promise;
    return done(action, 'sent');
  };
  const session = await openSession(broker);
  const first = askLegacy(broker, toolCall('same'), { session });
  await until(() => broker.gate.performed.length === 1);
  expect((await askLegacy(broker, toolCall('same'), { session })).answer).toMatchObject({ id: 'same', error: { code: -32600 } });
  finish.resolve(undefined);
  expect((await first).answer).toMatchObject({ id: 'same', result: {} });
  expect(field((await askLegacy(broker, toolCall('same'), { session })).answer, 'result')).toBeDefined();
});

test.each([2 ** 53 + 2, 1.5, 1e300, null, true])('an id that cannot be given back exactly (%s) is refused before anything is done', async (id) => {
  await using broker = await startBroker();
  const session = await openSession(broker);
  const { status, answer: said } = await askLegacy(broker, { ...toolCall(1), id }, { session });
  expect(status).toBe(400);
  expect(said).toMatchObject({ id: null, error: { code: -32600 } });
  expect(broker.gate.performed).toEqual([]);
});
