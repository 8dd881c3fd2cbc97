import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { connectionId } from '../../preload/contract.ts';
import type { JsonObject } from '../../main/model/json.ts';
import type { RpcError } from '../../main/model/conversation.ts';
import { books, entry, finance, financeToken, mail, marketing, marketingToken, startBroker, type Broker } from './harness.ts';
import { askLegacy, askModern, field, openSession } from './raw-client.ts';

const longName = `read ${'very '.repeat(20)}long`;

async function startOffering(): Promise<Broker> {
  const broker = await startBroker();
  broker.catalog.tools.set(marketing, [entry(mail, 'send_email'), entry(books, 'read_ledger')]);
  broker.catalog.resources = [mail, books].map((connection) => ({ connection, item: { uri: 'note://1', name: 'Note', icons: [{ src: 'data:x' }] } }));
  broker.catalog.templates = [{ connection: mail, item: { uriTemplate: 'note://{id}', name: 'Any note' } }];
  broker.catalog.prompts = [{ connection: mail, item: { name: 'greet', arguments: [{ name: 'who' }] } }, { connection: books, item: { name: longName } }];
  return broker;
}

/** The service gives this, whatever is asked. */
function giving(broker: Broker, result: JsonObject): void {
  broker.gate.script = async (_request, action) => ({ kind: 'ended', action, outcome: 'done', result });
}

function failing(broker: Broker, error: RpcError): void {
  broker.gate.script = async (_request, action) => ({ kind: 'ended', action, outcome: 'failed', reason: 'service_failed', text: 'It failed.', contact: null, error });
}

const link = { type: 'resource_link', uri: 'note://2', name: 'Two' };
const embedded = { type: 'resource', resource: { uri: 'note://3', text: 'three' } };

describe('at /mcp', () => {
  test('resources and templates have URIs that lead back to their service', async () => {
    await using broker = await startOffering();
    const listed = await askModern(broker, 'resources/list');
    expect(field(listed.answer, 'result')).toMatchObject({ resources: [{ uri: 'via-work-mail+note://1', name: 'Note', icons: [{ src: 'data:x' }] }, { uri: 'via-books+note://1' }], cacheScope: 'private' });
    expect(field((await askModern(broker, 'resources/templates/list')).answer, 'result')).toMatchObject({ resourceTemplates: [{ uriTemplate: 'via-work-mail+note://{id}' }] });
    giving(broker, { contents: [{ uri: 'note://1', text: 'one' }, { uri: 'note://1/part', blob: 'aGk=' }], _meta: { 'example.com/x': 1 } });
    const { answer } = await askModern(broker, 'resources/read', { uri: 'via-books+note://1' });
    expect(answer).toMatchObject({ result: { contents: [{ uri: 'via-books+note://1', text: 'one' }, { uri: 'via-books+note://1/part', blob: 'aGk=' }], _meta: { 'example.com/x': 1 }, ttlMs: 0 } });
    expect(broker.gate.performed).toMatchObject([{ kind: 'readResource', connection: books, name: 'note://1' }]);
  });

  test('prompts have names that lead back, also those that had to be cut', async () => {
    await using broker = await startOffering();
    const listed = field((await askModern(broker, 'prompts/list')).answer, 'result', 'prompts');
    const names = Array.isArray(listed) ? listed.map((prompt) => z.string().parse(field(prompt, 'name'))) : [];
    expect(names).toEqual(['work-mail__greet', expect.stringMatching(/^books__read_very.{1,40}_[0-9a-f]{16}$/)]);
    giving(broker, { messages: [{ role: 'user', content: link }, { role: 'user', content: embedded }, { role: 'user', content: { type: 'text', text: 'note://2' } }] });
    const { answer } = await askModern(broker, 'prompts/get', { name: names[1] ?? '', arguments: { who: 'Ana' } });
    expect(field(answer, 'result', 'messages')).toEqual([
      { role: 'user', content: { ...link, uri: 'via-books+note://2' } },
      { role: 'user', content: { ...embedded, resource: { uri: 'via-books+note://3', text: 'three' } } },
      { role: 'user', content: { type: 'text', text: 'note://2' } },
    ]);
    await askModern(broker, 'prompts/get', { name: 'work-mail__greet', arguments: {} });
    expect(broker.gate.performed).toMatchObject([
      { kind: 'getPrompt', connection: books, name: longName, arguments: { who: 'Ana' } },
      { kind: 'getPrompt', connection: mail, name: 'greet', arguments: {} },
    ]);
  });

  test('links in a tool’s result can be read here', async () => {
    await using broker = await startOffering();
    giving(broker, { content: [link, embedded], structuredContent: { uri: 'note://2' } });
    const { answer } = await askModern(broker, 'tools/call', { name: 'work-mail__send_email' });
    expect(answer).toMatchObject({ result: { content: [{ uri: 'via-work-mail+note://2' }, { resource: { uri: 'via-work-mail+note://3' } }], structuredContent: { uri: 'note://2' } } });
  });

  test('completions go to the service under its own names', async () => {
    await using broker = await startOffering();
    giving(broker, { completion: { values: ['test1'], hasMore: false } });
    const argument = { name: 'who', value: 'A' };
    const { answer } = await askModern(broker, 'completion/complete', { ref: { type: 'ref/prompt', name: 'work-mail__greet' }, argument, context: { arguments: { a: 'b' } } });
    expect(field(answer, 'result', 'completion', 'values')).toEqual(['test1']);
    await askModern(broker, 'completion/complete', { ref: { type: 'ref/resource', uri: 'via-work-mail+note://{id}' }, argument });
    expect(broker.gate.performed.map(({ kind, connection, name, arguments: args }) => ({ kind, connection, name, args }))).toEqual([
      { kind: 'complete', connection: mail, name: 'greet', args: { ref: { type: 'ref/prompt', name: 'greet' }, argument, context: { arguments: { a: 'b' } } } },
      { kind: 'complete', connection: mail, name: 'note://{id}', args: { ref: { type: 'ref/resource', uri: 'note://{id}' }, argument } },
    ]);
  });

  const nowhere: readonly (readonly [string, JsonObject])[] = [
    ['resources/read', { uri: 'note://1' }],
    ['resources/read', { uri: 'via-elsewhere+note://1' }],
    ['resources/read', { uri: 'via-__proto__+note://1' }],
    ['resources/read', { uri: 5 }],
    ['resources/read', {}],
    ['prompts/get', { name: 'greet' }],
    ['prompts/get', { name: 'elsewhere__greet' }],
    ['prompts/get', { name: 'constructor' }],
    ['prompts/get', { name: 'work-mail__greet', arguments: 'x' }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'greet' }, argument: {} }],
    ['completion/complete', { ref: { type: 'ref/tool', name: 'work-mail__greet' }, argument: {} }],
    ['completion/complete', { ref: { type: 'ref/resource', uri: 'note://{id}' }, argument: {} }],
    ['completion/complete', {}],
  ];
  test.each(nowhere)('%s of %j is -32602 and reaches no service', async (method, params) => {
    await using broker = await startOffering();
    expect((await askModern(broker, method, params)).answer).toMatchObject({ error: { code: -32602 } });
    expect(broker.gate.performed).toEqual([]);
  });
});

describe('at /mcp/CONNECTION', () => {
  test('everything has its own name, and nothing of another connection is there', async () => {
    await using broker = await startOffering();
    const at = { path: '/work-mail' };
    expect(field((await askModern(broker, 'tools/list', {}, at)).answer, 'result', 'tools')).toMatchObject([{ name: 'send_email' }, { name: 'countersign_wait' }]);
    expect(field((await askModern(broker, 'resources/list', {}, at)).answer, 'result', 'resources')).toMatchObject([{ uri: 'note://1' }]);
    expect(field((await askModern(broker, 'prompts/list', {}, at)).answer, 'result', 'prompts')).toMatchObject([{ name: 'greet' }]);
    giving(broker, { contents: [{ uri: 'via-books+note://1', text: 'mine' }] });
    const { answer } = await askModern(broker, 'resources/read', { uri: 'via-books+note://1' }, at);
    expect(answer).toMatchObject({ result: { contents: [{ uri: 'via-books+note://1' }] } });
    expect(broker.gate.performed).toMatchObject([{ connection: mail, name: 'via-books+note://1' }]);
    for (const name of ['read_ledger', 'books__read_ledger', 'work-mail__send_email']) {
      expect((await askModern(broker, 'tools/call', { name }, at)).answer).toMatchObject({ error: { code: -32602 } });
    }
    expect(broker.gate.performed).toHaveLength(1);
  });

  test.each([['/books', financeToken], ['/nowhere', marketingToken], ['/work-mail/', marketingToken], ['/Work-Mail', marketingToken], ['/work-mail?only=books', marketingToken], ['/%77ork-mail', marketingToken]])('%s is not there for who may not use it', async (path, token) => {
    await using broker = await startOffering();
    broker.catalog.tools.set(finance, [entry(mail, 'send_email')]);
    const { status } = await askModern(broker, 'tools/list', {}, { path, token });
    expect(status).toBe(404);
  });

  test('a token that does not reach the connection is told which scope it needs, and that is recorded', async () => {
    await using broker = await startOffering();
    broker.tokens.set('cst_narrow', { kind: 'caller', caller: { agent: marketing, reach: [{ connection: connectionId.parse('books'), mayRead: true, mayAct: true }] } });
    const { status } = await askModern(broker, 'tools/list', {}, { path: '/work-mail', token: 'cst_narrow' });
    expect(status).toBe(403);
    expect(broker.refusals).toEqual(['insufficient_scope']);
  });
});

describe('an error of the service', () => {
  test('"no such resource" has the code of its era and tells the URI that was asked for', async () => {
    await using broker = await startOffering();
    failing(broker, { code: -32_002, message: 'Resource not found', data: { uri: 'note://9' } });
    const data = { uri: 'via-work-mail+note://9' };
    expect((await askModern(broker, 'resources/read', data)).answer).toMatchObject({ error: { code: -32602, message: 'Resource not found', data } });
    const session = await openSession(broker);
    expect((await askLegacy(broker, { id: 1, method: 'resources/read', params: data }, { session })).answer).toMatchObject({ error: { code: -32002, data } });
  });

  test('keeps its own code and data', async () => {
    await using broker = await startOffering();
    failing(broker, { code: -31_999, message: 'Busy', data: { retryAfter: 5 } });
    expect((await askModern(broker, 'tools/call', { name: 'work-mail__send_email' })).answer).toMatchObject({ error: { code: -31999, message: 'Busy', data: { retryAfter: 5 } } });
    expect((await askModern(broker, 'prompts/get', { name: 'work-mail__greet' })).answer).toMatchObject({ error: { code: -31999, data: { retryAfter: 5 } } });
  });
});

test.each(['__proto__', 'constructor', 'toString', 'tools/erase', '', 'initialize', 'ping', 'x'.repeat(5_000)])('the method "%.20s" is not there: 404, -32601', async (method) => {
  await using broker = await startOffering();
  const { status, answer } = await askModern(broker, method);
  expect(status).toBe(404);
  expect(answer).toMatchObject({ id: 1, error: { code: -32601 } });
  expect(JSON.stringify(answer).length).toBeLessThan(300);
});
