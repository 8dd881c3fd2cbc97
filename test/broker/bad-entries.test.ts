import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { HttpEndpoint } from '../../main/broker/http-endpoint.ts';
import { openPerAgent } from '../../main/broker/limits.ts';
import { jsonDepth, parseJson } from '../../main/broker/request-body.ts';
import { financeToken, marketingToken, noSignIn, startBroker, type Broker } from './harness.ts';

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: string | readonly Buffer[];
}

const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const authorized = { ...json, authorization: `Bearer ${marketingToken}` };
const call = (name: string, args: unknown = {}): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } });
const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
});

function send(broker: Broker, { method = 'POST', path = '/mcp', headers = authorized, body = '' }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    // Undefined values are left out by Node.
    const request = httpRequest({ host: '127.0.0.1', port: broker.endpoint.port, method, path, headers: headers as Record<string, string> }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('close', () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
    });
    request.on('error', reject);
    if (typeof body === 'string') request.end(body);
    else {
      for (const chunk of body) request.write(chunk);
      request.end();
    }
  });
}

const errorOf = ({ body }: Answer): { code: number; message: string } => JSON.parse(body).error;

describe('the door refuses, before anything reaches the gate,', () => {
  const big = Buffer.alloc(1024 * 1024, 'a');
  const deep = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"work-mail__send_email","arguments":{"a":${'['.repeat(100)}${']'.repeat(100)}}}}`;
  const bearer = (token: string) => ({ ...json, authorization: `Bearer ${token}` });
  const cases: readonly (readonly [string, Sent, number, RegExp, string | undefined])[] = [
    ['a foreign Host', { headers: { ...authorized, host: 'evil.example' } }, 403, /own address/, 'wrong_host'],
    ['a Host with another port', { headers: { ...authorized, host: '127.0.0.1:1' } }, 403, /own address/, 'wrong_host'],
    ['a Host that begins like ours', { headers: { ...authorized, host: '127.0.0.1.evil.example' } }, 403, /own address/, 'wrong_host'],
    ['a web page', { headers: { ...authorized, origin: 'https://evil.example' } }, 403, /web pages/, 'foreign_origin'],
    ['a web page on this machine', { headers: { ...authorized, origin: 'http://localhost:3000' } }, 403, /web pages/, 'foreign_origin'],
    ['a page without an origin of its own', { headers: { ...authorized, origin: 'null' } }, 403, /web pages/, 'foreign_origin'],
    ['another path', { path: '/' }, 404, /\/mcp/, undefined],
    ['a path behind ours', { path: '/mcp/../admin' }, 404, /\/mcp/, undefined],
    ['another method', { method: 'PUT' }, 405, /POST, GET or DELETE/, undefined],
    ['a form', { headers: { ...authorized, 'content-type': 'text/plain' }, body: initialize }, 415, /application\/json/, undefined],
    ['a compressed body', { headers: { ...authorized, 'content-encoding': 'gzip' }, body: initialize }, 415, /not encoded/, undefined],
    ['no token', { headers: json, body: initialize }, 401, /countersign token --agent ID/, 'no_token'],
    ['a wrong token', { headers: bearer('cst_wrong'), body: initialize }, 401, /countersign token --agent ID/, 'unknown_token'],
    ['a token with Basic', { headers: { ...json, authorization: `Basic ${marketingToken}` }, body: initialize }, 401, /bearer/, 'no_token'],
    ['an expired token', { headers: bearer('cst_old'), body: initialize }, 401, /expired/, 'expired_token'],
    ['a paused agent', { headers: bearer('cst_paused'), body: initialize }, 403, /paused/, 'paused_agent'],
    ['a body that says it is too large', { headers: { ...authorized, 'content-length': String(5 * 1024 * 1024) }, body: '' }, 413, /4 MiB/, undefined],
    ['a chunked body that grows too large', { headers: { ...authorized, 'transfer-encoding': 'chunked' }, body: Array.from({ length: 5 }, () => big) }, 413, /4 MiB/, undefined],
    ['JSON that is none', { body: '{"jsonrpc":' }, 400, /not valid JSON/, undefined],
    ['an empty body', { body: '' }, 400, /not valid JSON/, undefined],
    ['JSON nested too deep', { body: deep }, 400, /64 levels/, undefined],
    ['a call without a session or an envelope', { body: call('work-mail__send_email') }, 400, /initialize/, undefined],
    ['a stream without a session', { method: 'GET', headers: { ...authorized, accept: 'text/event-stream' } }, 400, /initialize/, undefined],
    ['a session that is not there', { headers: { ...authorized, 'mcp-session-id': 'nobody' }, body: call('work-mail__send_email') }, 404, /initialize/, undefined],
  ];
  test.each(cases)('%s', async (_what, sent, status, text, why) => {
    await using broker = await startBroker();
    broker.tokens.set('cst_old', { kind: 'refused', why: 'expired_token' });
    broker.tokens.set('cst_paused', { kind: 'refused', why: 'paused_agent' });
    const answer = await send(broker, sent);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: expect.any(Number) } });
    expect(errorOf(answer).message).toMatch(text);
    expect(answer.body).not.toMatch(/cst_|\/(home|root|tmp)|node_modules| at /);
    expect(answer.headers['www-authenticate']?.startsWith('Bearer ') ?? false).toBe(status === 401);
    expect(broker.refusals).toEqual(why === undefined ? [] : [why]);
    expect(broker.gate.performed).toEqual([]);
  });

  test('and goes on answering others afterwards', async () => {
    await using broker = await startBroker();
    for (const [, sent] of cases) await send(broker, sent);
    const client = await broker.connect(marketingToken, 'legacy');
    expect((await client.listTools()).tools).toHaveLength(3);
  });

  test('two Host headers, one of them ours', async () => {
    await using broker = await startBroker();
    const head = `DELETE /mcp HTTP/1.1\r\nHost: 127.0.0.1:${broker.endpoint.port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`;
    expect(await sendRaw(broker, head)).toMatch(/^HTTP\/1\.1 (400|403) /);
    expect(broker.gate.performed).toEqual([]);
  });

  test('a head larger than 16 KiB, and what is no HTTP at all', async () => {
    await using broker = await startBroker();
    expect(await sendRaw(broker, `GET /mcp HTTP/1.1\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 4/);
    expect(await sendRaw(broker, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });
});

function sendRaw(broker: Broker, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectSocket(broker.endpoint.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

/** Opens a session for the marketing agent; the headers that go on with it. */
async function openSession(broker: Broker): Promise<Record<string, string>> {
  const opened = await send(broker, { body: initialize });
  return { ...authorized, 'mcp-session-id': String(opened.headers['mcp-session-id']), 'mcp-protocol-version': '2025-11-25' };
}

describe('malformed MCP', () => {
  test.each([
    ['a message that is no JSON-RPC', '{"hello":1}'],
    ['a number', '1'],
    ['null', 'null'],
    ['a list of nothing', '[]'],
    ['arguments that are no object', call('work-mail__send_email', 'all of it')],
    ['a name that is no text', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":7}}'],
    ['a method nobody has', '{"jsonrpc":"2.0","id":1,"method":"tools/erase"}'],
  ])('%s within a session is answered with an error and does nothing', async (_what, body) => {
    await using broker = await startBroker();
    const answer = await send(broker, { headers: await openSession(broker), body });
    expect(answer.status === 202 || answer.body.includes('"error"')).toBe(true);
    expect(answer.body).not.toMatch(/node_modules|\.ts:| at /);
    expect(broker.gate.performed).toEqual([]);
  });

  test.each(['modern', 'legacy'] as const)('an unknown tool (%s) is a JSON-RPC error that says so', async (era) => {
    await using broker = await startBroker();
    const client = await broker.connect(marketingToken, era);
    await expect(client.callTool({ name: 'work-mail__erase' })).rejects.toMatchObject({ code: -32602, message: expect.stringContaining('no tool "work-mail__erase"') });
    expect(broker.gate.performed).toEqual([]);
  });

  test.each(['modern', 'legacy'] as const)('a bug behind the gate (%s) tells the agent nothing of its text', async (era) => {
    await using broker = await startBroker();
    broker.gate.script = () => Promise.reject(new Error('SQLITE_IOERR /home/ana/.config/countersign/state.db'));
    const client = await broker.connect(marketingToken, era);
    await expect(client.callTool({ name: 'work-mail__send_email' })).rejects.toMatchObject({ code: -32603, message: expect.not.stringContaining('state.db') });
  });
});

describe('a session', () => {
  const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';

  test('of one agent is not there for another, who cannot end it either', async () => {
    await using broker = await startBroker();
    const own = await openSession(broker);
    const foreign = { ...own, authorization: `Bearer ${financeToken}` };
    expect(await send(broker, { headers: foreign, body: list })).toMatchObject({ status: 404 });
    expect(await send(broker, { method: 'DELETE', headers: foreign })).toMatchObject({ status: 404 });
    expect(broker.refusals).toEqual(['foreign_session', 'foreign_session']);
    expect(await send(broker, { headers: own, body: list })).toMatchObject({ status: 200, body: expect.stringContaining('work-mail__send_email') });
  });

  test('ends with DELETE', async () => {
    await using broker = await startBroker();
    const headers = await openSession(broker);
    expect((await send(broker, { method: 'DELETE', headers })).status).toBe(200);
    expect((await send(broker, { headers, body: list })).status).toBe(404);
  });

  test('does not carry a token on: once that is refused, so is the session', async () => {
    await using broker = await startBroker();
    const headers = await openSession(broker);
    broker.tokens.set(marketingToken, { kind: 'refused', why: 'expired_token' });
    expect((await send(broker, { headers, body: call('work-mail__send_email') })).status).toBe(401);
    expect(broker.gate.performed).toEqual([]);
  });
});

test('one agent with every request open does not keep another out', async () => {
  await using broker = await startBroker();
  const own = await openSession(broker);
  const full = Promise.withResolvers<void>();
  broker.gate.script = () => {
    if (broker.gate.performed.length === openPerAgent) full.resolve();
    return new Promise(() => {});
  };
  const open = Array.from({ length: openPerAgent }, (_none, id) => send(broker, { headers: own, body: call('work-mail__send_email').replace('"id":1', `"id":${id + 10}`) }));
  await full.promise;
  expect(await send(broker, { headers: own, body: call('work-mail__send_email') })).toMatchObject({ status: 429, body: expect.stringContaining('Nothing was done') });
  expect((await send(broker, { headers: { ...authorized, authorization: `Bearer ${financeToken}` }, body: initialize })).status).toBe(200);
  await broker.endpoint.close();
  await Promise.allSettled(open);
});

test('an endpoint whose port is taken finds another', async () => {
  await using broker = await startBroker();
  const second = await HttpEndpoint.start({
    preferredPort: broker.endpoint.port,
    allowedOrigins: [],
    ...broker.doors,
    signIn: noSignIn,
    checkToken: () => ({ kind: 'refused', why: 'unknown_token' }),
    onRefusedEntry: () => {},
  });
  expect(second.port).not.toBe(broker.endpoint.port);
  await second.close();
});

test('depth is counted outside of strings alone, and without parsing', () => {
  expect(jsonDepth('{"a":[{"b":"[[[\\"[["}]}')).toBe(3);
  expect(jsonDepth('"\\\\"[')).toBe(1);
  expect(parseJson(Buffer.from('['.repeat(1_000_000)))).toMatchObject({ ok: false, refusal: { status: 400 } });
  expect(parseJson(Buffer.from([0x22, 0xff, 0x22]))).toMatchObject({ ok: false, refusal: { code: -32700 } });
});
