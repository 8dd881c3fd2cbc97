import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../main/model/json.ts';
import { done, entry, mail, marketing, startBroker, type Broker } from './harness.ts';
import { askLegacy, askModern, field, openSession, type Exchange, type Sent } from './raw-client.ts';

const eras = ['modern', 'legacy'] as const;
const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=b', 'example.com/tenant': 'x' };

/** One request of a client of that era, which has said before or says now what it wants. */
async function ask(broker: Broker, era: (typeof eras)[number], method: string, params: JsonObject, { logLevel, meta = {} }: { readonly logLevel?: string; readonly meta?: JsonObject } = {}): Promise<Exchange> {
  if (era === 'modern') return askModern(broker, method, params, { meta: { ...meta, ...(logLevel === undefined ? {} : { 'io.modelcontextprotocol/logLevel': logLevel }) } });
  const sent: Sent = { session: await openSession(broker) };
  if (logLevel !== undefined) await askLegacy(broker, { id: 1, method: 'logging/setLevel', params: { level: logLevel } }, sent);
  return askLegacy(broker, { id: 2, method, params: { ...params, _meta: meta } }, sent);
}

describe.each(eras)('to a client of the %s protocol', (era) => {
  const tool = { name: 'work-mail__send_email' };

  test.each(['token', 7, 0, ''])('progress carries its own token (%j)', async (progressToken) => {
    await using broker = await startBroker();
    broker.gate.script = async ({ conversation }, action) => {
      expect(conversation.wantsProgress).toBe(true);
      conversation.progress({ progress: 1, total: 2, message: 'half', progressToken: 'the service’s' });
      return done(action, 'sent');
    };
    const { messages } = await ask(broker, era, 'tools/call', tool, { meta: { progressToken } });
    expect(messages).toMatchObject([{ method: 'notifications/progress', params: { progress: 1, total: 2, message: 'half', progressToken } }, { result: {} }]);
  });

  test('progress nobody asked for is not sent', async () => {
    await using broker = await startBroker();
    broker.gate.script = async ({ conversation }, action) => {
      expect(conversation.wantsProgress).toBe(false);
      conversation.progress({ progress: 1 });
      return done(action, 'sent');
    };
    for (const meta of [{}, { progressToken: null }, { progressToken: {} }]) expect((await ask(broker, era, 'tools/call', tool, { meta })).messages).toHaveLength(1);
  });

  test.each([
    [undefined, []],
    ['warning', ['warning', 'emergency', 'odd']],
    ['debug', ['debug', 'warning', 'emergency', 'odd']],
  ])('log messages come from the level it wants on (%s)', async (logLevel, levels) => {
    await using broker = await startBroker();
    broker.gate.script = async ({ conversation }, action) => {
      for (const level of ['debug', 'warning', 'emergency', 'odd']) conversation.log({ level, data: { secret: false }, logger: 'x' });
      return done(action, 'sent');
    };
    const { messages } = await ask(broker, era, 'tools/call', tool, logLevel === undefined ? {} : { logLevel });
    expect(messages.slice(0, -1).map((message) => [message['method'], field(message, 'params', 'level')])).toEqual(levels.map((level) => ['notifications/message', level]));
  });

  test('log messages of a completion heed the level too', async () => {
    await using broker = await startBroker();
    broker.gate.script = async ({ conversation }, action) => {
      conversation.log({ level: 'debug', data: 'x' });
      return { kind: 'ended', action, outcome: 'done', result: { completion: { values: [] } } };
    };
    const params = { ref: { type: 'ref/prompt', name: 'work-mail__greet' }, argument: { name: 'a', value: '' } };
    expect((await ask(broker, era, 'completion/complete', params)).messages).toHaveLength(1);
    expect((await ask(broker, era, 'completion/complete', params, { logLevel: 'debug' })).messages).toHaveLength(2);
  });

  test('trace context and vendor keys reach the service; the protocol’s own do not', async () => {
    await using broker = await startBroker();
    await ask(broker, era, 'tools/call', tool, { meta: { ...trace, progressToken: 5 } });
    expect(broker.gate.performed[0]?.conversation.meta).toEqual(trace);
    expect(broker.gate.performed[0]?.arguments).toEqual({});
  });

  test.each([
    ['a list', [1, 2]],
    ['a text', 'two'],
    ['nothing', null],
  ])('structured content that is %s is an object for older clients', async (_what, structuredContent) => {
    await using broker = await startBroker();
    broker.catalog.tools.set(marketing, [entry(mail, 'send_email', { outputSchema: { type: 'array' } }), entry(mail, 'count', { outputSchema: { type: 'object' } })]);
    broker.gate.script = async (_request, action) => ({ kind: 'ended', action, outcome: 'done', result: { content: [], structuredContent, resultType: 'complete', ttlMs: 5 } });
    const { answer } = await ask(broker, era, 'tools/call', tool);
    expect(field(answer, 'result', 'structuredContent')).toEqual(era === 'modern' ? structuredContent : { result: structuredContent });
    expect(field(answer, 'result', 'resultType')).toBe(era === 'modern' ? 'complete' : undefined);
    const tools = field((await ask(broker, era, 'tools/list', {})).answer, 'result', 'tools');
    const schemas = Array.isArray(tools) ? tools.map((listed) => field(listed, 'outputSchema')) : [];
    expect(schemas).toEqual([era === 'modern' ? { type: 'array' } : undefined, { type: 'object' }, undefined]);
  });
});

test('a list of the newer protocol says how long it holds, and for whom', async () => {
  await using broker = await startBroker();
  for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'server/discover']) {
    const { answer } = await askModern(broker, method);
    expect(answer).toMatchObject({ result: { resultType: 'complete', ttlMs: expect.any(Number), cacheScope: 'private', _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'countersign' } } } });
  }
});

test('a service’s own time for a resource holds; that it is public is not for it to say', async () => {
  await using broker = await startBroker();
  broker.gate.script = async (_request, action) => ({ kind: 'ended', action, outcome: 'done', result: { contents: [], ttlMs: 77, cacheScope: 'public' } });
  expect((await askModern(broker, 'resources/read', { uri: 'via-work-mail+note:1' })).answer).toMatchObject({ result: { ttlMs: 77, cacheScope: 'private' } });
});

test('no log level nobody knows', async () => {
  await using broker = await startBroker();
  const session = await openSession(broker);
  for (const level of ['loud', 5, '__proto__']) {
    expect((await askLegacy(broker, { id: 1, method: 'logging/setLevel', params: { level } }, { session })).answer).toMatchObject({ error: { code: -32602 } });
  }
});
