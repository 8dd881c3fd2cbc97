import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../main/model/json.ts';
import { decodeHeader } from '../../main/broker/standard-headers.ts';
import { entry, mail, marketing, startBroker, type Broker } from './harness.ts';
import { askModern, sendModern, type Exchange } from './raw-client.ts';

const base64 = (text: string): string => `=?base64?${Buffer.from(text).toString('base64')}?=`;
const call = (broker: Broker, headers: Record<string, string>, name = 'work-mail__send_email', args: JsonObject = {}): Promise<Exchange> =>
  askModern(broker, 'tools/call', { name, arguments: args }, { headers });

describe('the headers that repeat a request', () => {
  const wrong: readonly (readonly [string, Record<string, string>])[] = [
    ['another method', { 'mcp-method': 'tools/list' }],
    ['no method', { 'mcp-method': '' }],
    ['another name', { 'mcp-name': 'work-mail__search_messages' }],
    ['no name', { 'mcp-name': '' }],
    ['another version', { 'mcp-protocol-version': '2025-11-25' }],
    ['a version nobody has', { 'mcp-protocol-version': 'v999' }],
    ['a name in base64 that is not whole', { 'mcp-name': base64('work-mail__send_email').replace('?=', '') }],
    ['a name in lenient base64', { 'mcp-name': base64('work-mail__send_email').replace('?=', ' ?=') }],
    ['a name in base64 with a byte order mark', { 'mcp-name': base64('\uFEFFwork-mail__send_email') }],
    ['two names', { 'mcp-name': 'work-mail__send_email, work-mail__send_email' }],
  ];
  test.each(wrong)('%s: -32020, HTTP 400, nothing is done', async (_what, headers) => {
    await using broker = await startBroker();
    const { status, answer } = await call(broker, headers);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ id: 1, error: { code: -32020 } });
    expect(broker.gate.performed).toEqual([]);
  });

  test('may be written plainly or in base64, with space around them', async () => {
    await using broker = await startBroker();
    for (const name of ['work-mail__send_email', '  work-mail__send_email\t', base64('work-mail__send_email')]) expect((await call(broker, { 'mcp-name': name })).status).toBe(200);
  });

  test.each([
    ['plain', 'plain'],
    ['=?base64?eA==?=', 'x'],
    ['=?base64??=', ''],
    ['=?base64?eA==', '=?base64?eA=='],
    ['=?BASE64?eA==?=', '=?BASE64?eA==?='],
    ['=?base64?eA?=', undefined],
    ['=?base64?eB==?=', undefined],
    ['=?base64?e A==?=', undefined],
    ['=?base64?e-_=?=', undefined],
    ['=?base64?/w==?=', undefined],
    ['=?base64?77u/eA==?=', '\uFEFFx'],
  ])('%s means %j', (value, meant) => {
    expect(decodeHeader(value)).toBe(meant);
  });

  test('are told to have the wrong version, with those that are served', async () => {
    await using broker = await startBroker();
    const meta = { 'io.modelcontextprotocol/protocolVersion': 'v999.0.0' };
    const { status, answer } = await askModern(broker, 'tools/list', {}, { meta, headers: { 'mcp-protocol-version': 'v999.0.0' } });
    expect(status).toBe(400);
    expect(answer).toMatchObject({ error: { code: -32022, data: { supported: ['2026-07-28'], requested: 'v999.0.0' } } });
  });

  test('cannot bring lines of their own into the answer', async () => {
    await using broker = await startBroker();
    const response = await sendModern(broker, 'x\r\ny: z'.replaceAll(/[\r\n]/g, ' '), {}, { id: 'a\r\nX-Injected: 1' });
    expect(response.headers.get('x-injected')).toBeNull();
    expect(await response.json()).toMatchObject({ id: 'a\r\nX-Injected: 1' });
  });
});

const text = (header: string, type = 'string'): JsonObject => ({ type, 'x-mcp-header': header });
const marked = (broker: Broker, args: JsonObject, headers: Record<string, string>): Promise<Exchange> => call(broker, headers, 'work-mail__marked', args);

describe('arguments repeated in headers', () => {
  const inputSchema = {
    type: 'object',
    properties: {
      region: text('Region'),
      constructor: text('Made'),
      inner: { type: 'object', properties: { count: text('Count_1', 'integer'), isDry: text('Dry', 'boolean') } },
      list: text('List', 'array'),
    },
  };
  const start = async (): Promise<Broker> => {
    const broker = await startBroker();
    broker.catalog.tools.set(marketing, [entry(mail, 'marked', { inputSchema })]);
    return broker;
  };

  const fitting: readonly (readonly [JsonObject, Record<string, string>])[] = [
    [{}, {}],
    [{ region: null }, {}],
    [{ region: 'eu' }, { 'mcp-param-region': 'eu' }],
    [{ region: 'Zürich' }, { 'Mcp-Param-Region': base64('Zürich') }],
    [{ region: '' }, { 'mcp-param-region': '' }],
    [{ inner: { count: 42, isDry: false } }, { 'mcp-param-count_1': '42.0', 'mcp-param-dry': 'false' }],
    [{ list: ['a'] }, {}],
    [{ other: 1 }, { 'mcp-param-other': '5' }],
  ];
  test.each(fitting)('%j with %j is let through', async (args, headers) => {
    await using broker = await start();
    expect((await marked(broker, args, headers)).status).toBe(200);
    expect(broker.gate.performed).toHaveLength(1);
  });

  const unfitting: readonly (readonly [JsonObject, Record<string, string>])[] = [
    [{ region: 'eu' }, {}],
    [{ region: 'eu' }, { 'mcp-param-region': 'us' }],
    [{ region: 'eu' }, { 'mcp-param-region': '=?base64?eA?=' }],
    [{}, { 'mcp-param-region': 'eu' }],
    [{ constructor: 'x' }, {}],
    [{ inner: { count: 42 } }, { 'mcp-param-count_1': '43' }],
    [{ inner: { count: 0 } }, { 'mcp-param-count_1': '' }],
    [{ inner: { isDry: true } }, { 'mcp-param-dry': '1' }],
    [{ region: { toString: 'eu' } }, { 'mcp-param-region': '[object Object]' }],
  ];
  test.each(unfitting)('%j with %j is refused: -32020, HTTP 400', async (args, headers) => {
    await using broker = await start();
    const { status, answer } = await marked(broker, args, headers);
    expect(status).toBe(400);
    expect(answer).toMatchObject({ error: { code: -32020 } });
    expect(broker.gate.performed).toEqual([]);
  });
});
