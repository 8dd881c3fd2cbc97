import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConnectionProblem } from '../../main/connections/connection.ts';
import { openHttpUpstream, type HttpUpstreamOptions } from '../../main/connections/http-upstream.ts';
import type { ClosableUpstream } from '../../main/connections/mcp-upstream.ts';
import { startSseServer, type SseFixture } from '../fixtures/upstreams/sse-server.ts';
import { callOf, textOf } from './call.ts';

let server: SseFixture;
const opened: ClosableUpstream[] = [];
beforeEach(async () => {
  server = await startSseServer();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((upstream) => upstream.close()));
  await server.stop();
});

async function open(options: Partial<HttpUpstreamOptions> = {}): Promise<ClosableUpstream> {
  const upstream = await openHttpUpstream({ url: server.url }, options);
  opened.push(upstream);
  return upstream;
}

async function refusal(options: Partial<HttpUpstreamOptions> = {}): Promise<ConnectionProblem> {
  const error: unknown = await open(options).catch((reason: unknown) => reason);
  if (error instanceof ConnectionProblem) return error;
  throw new Error(`It was not refused: ${String(error)}`);
}

const refuseWith = (status: number) => (server.intercept = (request, response) => {
  if (request.method !== 'POST' || request.url !== '/sse') return false;
  response.writeHead(status).end();
  return true;
});

test.each([400, 404, 405])('a server of 2024-11-05, which answers the first message with %i, is spoken to over its event stream', async (status) => {
  refuseWith(status);
  const upstream = await open();
  expect((await upstream.listTools()).map(({ name }) => name)).toEqual(['echo']);
  expect(textOf(await upstream.callTool(callOf('echo', { text: 'hello' })))).toBe('{"text":"hello"}');
  expect(server.seen).toEqual([
    'POST /sse server/discover',
    'POST /sse initialize',
    'GET /sse',
    'POST /messages initialize',
    'POST /messages notifications/initialized',
    'POST /messages tools/list',
    'POST /messages tools/call',
  ]);
});

test.each([401, 403, 500, 503])('HTTP %i does not mean an older server', async (status) => {
  refuseWith(status);
  await refusal();
  expect(server.seen.filter((line) => line.startsWith('GET'))).toEqual([]);
});

test('a stream that ends takes its calls along as unknown, and says that it ended', async () => {
  const upstream = await open();
  const ended = new Promise<void>((resolve) => upstream.onClosed(resolve));
  server.intercept = (request, response) => {
    if (request.method !== 'POST') return false;
    response.writeHead(202).end();
    server.drop();
    return true;
  };
  expect(await upstream.callTool(callOf('echo'))).toMatchObject({ kind: 'unknown' });
  await ended;
  expect(await upstream.callTool(callOf('echo'))).toMatchObject({ kind: 'failed' });
  expect(server.seen.filter((line) => line.endsWith('tools/call'))).toHaveLength(1);
});

test.each([
  [404, 'failed'],
  [429, 'failed'],
  [500, 'unknown'],
])('HTTP %i to a call is %s', async (status, kind) => {
  const upstream = await open();
  server.intercept = (request, response) => {
    if (request.method !== 'POST') return false;
    response.writeHead(status).end('hunter22');
    return true;
  };
  const answer = await upstream.callTool(callOf('echo'));
  expect(answer.kind).toBe(kind);
  expect(JSON.stringify(answer)).not.toContain('hunter22');
});

test('an address for messages at another origin is refused: nothing is sent there', async () => {
  const arrived: string[] = [];
  const other = createServer((request, response) => {
    arrived.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const address = other.address();
  server.endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/messages`;
  expect((await refusal()).state).toBe('failing');
  expect(arrived).toEqual([]);
  await new Promise((done) => other.close(done));
});

test('a stream that never says where to send to is given up in time', async () => {
  server.intercept = (request, response) => {
    if (request.method !== 'GET') return false;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': nothing\n\n');
    return true;
  };
  expect((await refusal({ connectTimeout: 300 })).state).toBe('failing');
});

test('an event without an end ends the connection instead of filling the memory', async () => {
  server.intercept = (request, response) => {
    if (request.method !== 'GET') return false;
    const more = (): void => {
      while (response.write(`data: ${'x'.repeat(1 << 20)}\n`));
    };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.on('drain', more);
    more();
    return true;
  };
  expect((await refusal({ connectTimeout: 20_000 })).state).toBe('failing');
  expect(server.seen.filter((line) => line.startsWith('GET'))).toHaveLength(1);
});
