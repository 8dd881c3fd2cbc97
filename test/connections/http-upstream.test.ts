import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConnectionProblem } from '../../main/connections/connection.ts';
import { openHttpUpstream } from '../../main/connections/http-upstream.ts';
import type { McpUpstreamOptions } from '../../main/connections/mcp-options.ts';
import type { ClosableUpstream } from '../../main/connections/mcp-upstream.ts';
import { startHttpServer, type HttpFixture } from '../fixtures/upstreams/http-server.ts';
import { callOf, textOf } from './call.ts';

let folder: string;
let journal: string;
let server: HttpFixture;
const opened: ClosableUpstream[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'http-'));
  journal = join(folder, 'journal');
  server = await startHttpServer({ journal });
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((upstream) => upstream.close()));
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(options: Partial<McpUpstreamOptions> = {}, url = server.url): Promise<ClosableUpstream> {
  const upstream = await openHttpUpstream({ url }, options);
  opened.push(upstream);
  return upstream;
}

async function refusal(url: string, options: Partial<McpUpstreamOptions> = {}): Promise<ConnectionProblem> {
  const error: unknown = await open(options, url).catch((reason: unknown) => reason);
  if (error instanceof ConnectionProblem) return error;
  throw new Error(`It was not refused: ${String(error)}`);
}

test('a remote server lists its tools and does what it is asked', async () => {
  const upstream = await open();
  expect((await upstream.listTools()).map(({ name }) => name)).toContain('write_file');
  expect(textOf(await upstream.callTool(callOf('write_file', { name: 'a.txt', content: 'hello' })))).toBe('wrote 5 characters');
  expect(server.files.get('a.txt')).toBe('hello');
});

test('a server that is gone before the call is failed: nothing was sent', async () => {
  server.intercept = (_, response) => {
    // Nothing is left open that the call could be written to before the loss is noticed.
    response.setHeader('connection', 'close');
    return false;
  };
  const upstream = await open();
  await upstream.listTools();
  await server.stop();
  expect(await upstream.callTool(callOf('write_file', { name: 'a', content: 'b' }))).toMatchObject({ kind: 'failed', text: expect.stringContaining('Nothing was sent') });
});

test.each(['before the answer starts', 'in the middle of it', 'at the end of an empty event stream'])('a connection lost %s is unknown', async (when) => {
  const upstream = await open();
  await upstream.listTools();
  server.intercept = (request, response) => {
    request.resume().on('end', () => {
      if (when === 'before the answer starts') response.destroy();
      else if (when === 'in the middle of it') {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
        response.write('{"jsonrpc":"2.0",', () => response.destroy());
      } else {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(': nothing\n\n');
      }
    });
    return true;
  };
  const before = server.seen.length;
  expect(await upstream.callTool(callOf('write_file', { name: 'a', content: 'b' }))).toMatchObject({ kind: 'unknown' });
  expect(server.seen.slice(before).filter((line) => line.startsWith('POST'))).toHaveLength(1);
});

test('no answer in time is unknown, and the server hears that it was given up', async () => {
  const upstream = await open({ callTimeout: 300 });
  await upstream.listTools();
  expect(await upstream.callTool(callOf('hang'))).toMatchObject({ kind: 'unknown', text: expect.stringContaining('in time') });
  while (!readFileSync(journal, 'utf8').includes('hang was cancelled')) await new Promise((next) => setTimeout(next, 20));
});

test.each([
  [401, 'failed'],
  [404, 'failed'],
  [429, 'failed'],
  [308, 'failed'],
  [303, 'unknown'],
  [500, 'unknown'],
  [502, 'unknown'],
  [503, 'unknown'],
])('HTTP %i to a call is %s, and it is not sent a second time', async (status, kind) => {
  const upstream = await open();
  await upstream.listTools();
  server.intercept = (request, response) => {
    request.resume().on('end', () => response.writeHead(status, { location: 'http://127.0.0.1:9/elsewhere' }).end('the body says hunter22'));
    return true;
  };
  const before = server.seen.length;
  const answer = await upstream.callTool(callOf('write_file', { name: 'a', content: 'b' }));
  expect(answer.kind).toBe(kind);
  expect(JSON.stringify(answer)).not.toContain('hunter22');
  expect(server.seen.slice(before).filter((line) => line.startsWith('POST'))).toHaveLength(1);
});

test('a server that says "wrong header" cannot make us do a call twice', async () => {
  const upstream = await open();
  await upstream.listTools();
  server.intercept = (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { id }: { id: number } = JSON.parse(body);
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_020, message: 'HeaderMismatch' } }));
    });
    return true;
  };
  const before = server.seen.length;
  await upstream.callTool(callOf('write_file', { name: 'a', content: 'b' }));
  expect(server.seen.slice(before)).toHaveLength(1);
});

test.each(['application/json', 'text/event-stream'])('an endless answer (%s) is cut off', async (type) => {
  const upstream = await open();
  await upstream.listTools();
  const { promise: wasCutOff, resolve: noteCutOff } = Promise.withResolvers<void>();
  server.intercept = (request, response) => {
    const more = (): void => {
      while (response.write(`data: ${'x'.repeat(1 << 20)}`));
    };
    response.on('close', noteCutOff).on('drain', more);
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': type });
      more();
    });
    return true;
  };
  expect(await upstream.callTool(callOf('echo', { text: 'x' }))).toMatchObject({ kind: 'unknown' });
  await wasCutOff;
});

test('a redirect to another origin is not followed: nothing arrives there', async () => {
  const arrived: string[] = [];
  const other = createServer((request, response) => {
    arrived.push(request.url ?? '');
    response.end();
  });
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  // `address()` is an object for a TCP server that listens.
  const { port } = other.address() as AddressInfo;
  const upstream = await open();
  await upstream.listTools();
  for (const status of [301, 302, 303, 307, 308]) {
    server.intercept = (request, response) => {
      request.resume().on('end', () => response.writeHead(status, { location: `http://127.0.0.1:${port}/mcp` }).end());
      return true;
    };
    await upstream.callTool(callOf('echo', { text: 'to the wrong place' }));
    await refusal(server.url);
  }
  expect(arrived).toEqual([]);
  await new Promise((done) => other.close(done));
});

test('a server that forgot the session ends the upstream, so that the next call gets a new one', async () => {
  const upstream = await open();
  await upstream.listTools();
  const ended = new Promise<void>((resolve) => upstream.onClosed(resolve));
  server.intercept = (request, response) => {
    request.resume().on('end', () => response.writeHead(404).end());
    return true;
  };
  expect(await upstream.callTool(callOf('echo', { text: 'x' }))).toMatchObject({ kind: 'failed' });
  await ended;
});

test('each way of not opening has its own words', async () => {
  expect((await refusal('http://crm.example/mcp')).problem).toEqual({ id: 'connection.health.notEncrypted', values: { host: 'crm.example' } });
  for (const url of ['ftp://127.0.0.1/mcp', 'file:///etc/passwd']) expect((await refusal(url)).problem.id).toBe('connection.health.notEncrypted');
  for (const url of ['not a url', 'https://user:hunter22@crm.example/mcp']) {
    const error = await refusal(url);
    expect(error.problem.id).toBe('connection.health.badSettings');
    expect(JSON.stringify([error.message, error.problem])).not.toContain('hunter22');
  }

  server.intercept = (request, response) => {
    request.resume().on('end', () => response.writeHead(401, { 'www-authenticate': 'Bearer' }).end());
    return true;
  };
  expect(await refusal(server.url)).toMatchObject({ state: 'needs_sign_in', problem: { id: 'connection.health.needsSignIn' } });
  server.intercept = (request, response) => {
    request.resume().on('end', () => response.writeHead(503).end());
    return true;
  };
  expect((await refusal(server.url)).problem).toEqual({ id: 'connection.health.serverError', values: { host: `127.0.0.1:${server.port}`, status: 503 } });
  server.intercept = (request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>'));
    return true;
  };
  expect((await refusal(server.url)).problem.id).toBe('connection.health.notMcp');

  await server.stop();
  expect((await refusal(server.url)).problem.id).toBe('connection.health.unreachable');
});

test('a server that accepts and then says nothing is given up in time', async () => {
  const silent = createTcpServer(() => undefined);
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
  // `address()` is an object for a TCP server that listens.
  const { port } = silent.address() as AddressInfo;
  expect((await refusal(`http://127.0.0.1:${port}/mcp`, { connectTimeout: 300 })).problem.id).toBe('connection.health.unreachable');
  silent.close();
});

test('a stream of many events may be longer than one of them may be', async () => {
  const upstream = await open();
  await upstream.listTools();
  server.intercept = (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { id }: { id: number } = JSON.parse(body);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const filler = `: ${'x'.repeat(1 << 20)}\n\n`;
      for (let sent = 0; sent < 40; sent += 1) response.write(filler);
      response.end(`data: ${JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', content: [{ type: 'text', text: 'at last' }] } })}\n\n`);
    });
    return true;
  };
  expect(textOf(await upstream.callTool(callOf('echo', { text: 'x' })))).toBe('at last');
});

test('every request goes the way that was given, and keeps what was added there', async () => {
  const headers: (string | undefined)[] = [];
  server.intercept = (request) => {
    headers.push(request.headers.authorization);
    return false;
  };
  const upstream = await openHttpUpstream({ url: server.url }, { fetch: (url, init) => fetch(url, { ...init, headers: [...new Headers(init?.headers), ['authorization', 'Bearer token-7']] }) });
  opened.push(upstream);
  expect(textOf(await upstream.callTool(callOf('echo', { text: 'x' })))).toBe('x');
  expect(headers.length).toBeGreaterThan(2);
  expect(new Set(headers)).toEqual(new Set(['Bearer token-7']));
});
