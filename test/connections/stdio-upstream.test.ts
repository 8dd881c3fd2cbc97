import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startOutside } from '../../main/connections/command-process.ts';
import { ConnectionProblem } from '../../main/connections/connection.ts';
import type { ClosableUpstream } from '../../main/connections/mcp-upstream.ts';
import { NothingSentError } from '../../main/connections/nothing-sent-error.ts';
import { openStdioUpstream, type StdioUpstreamOptions } from '../../main/connections/stdio-upstream.ts';
import { StdioTransport } from '../../main/connections/stdio-transport.ts';
import { callOf, textOf } from './call.ts';

const server = join(import.meta.dirname, '../fixtures/upstreams/stdio-server.ts');

let folder: string;
let journal: string;
const opened: ClosableUpstream[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stdio-'));
  journal = join(folder, 'journal');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((upstream) => upstream.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function open(args: string[] = [], options: Partial<StdioUpstreamOptions> = {}): Promise<ClosableUpstream> {
  const upstream = await openStdioUpstream({ command: process.execPath, args: [server, '--journal', journal, ...args] }, options);
  opened.push(upstream);
  return upstream;
}

async function refusal(work: Promise<unknown>): Promise<ConnectionProblem> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (error instanceof ConnectionProblem) return error;
  throw new Error(`It was not refused: ${String(error)}`);
}

function done(): string[] {
  return existsSync(journal) ? readFileSync(journal, 'utf8').trim().split('\n') : [];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie still has a pid, but runs nothing.
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((next) => setTimeout(next, 20));
}

async function pidOf(upstream: ClosableUpstream): Promise<number> {
  const { pid }: { pid: number } = JSON.parse(textOf(await upstream.callTool(callOf('print_environment'))));
  return pid;
}

test('a local command lists its tools and does what it is asked', async () => {
  const upstream = await open();
  const tools = await upstream.listTools();
  expect(tools.find(({ name }) => name === 'write_file')).toMatchObject({ title: 'Write a file', inputSchema: { type: 'object', required: ['name', 'content'] } });
  expect(textOf(await upstream.callTool(callOf('write_file', { name: 'a.txt', content: 'hello' })))).toBe('wrote 5 characters');
  expect(textOf(await upstream.callTool(callOf('read_file', { name: 'a.txt' })))).toBe('hello');
  expect(await upstream.callTool(callOf('count_files'))).toMatchObject({ kind: 'result', result: { structuredContent: { count: 1 } } });
  expect(await upstream.callTool(callOf('read_file', { name: 'none' }))).toMatchObject({ kind: 'result', result: { isError: true } });
});

test('it gets a minimal environment: no variable of ours, nothing secret', async () => {
  const environment = { ...process.env, COUNTERSIGN_CANARY: 'canary-9f3', AWS_SECRET_ACCESS_KEY: 'canary-aws', HOME: folder, LANG: 'de_DE.UTF-8', SHELL: '() { evil; }' };
  const upstream = await open([], { environment });
  const text = textOf(await upstream.callTool(callOf('print_environment')));
  expect(text).not.toContain('canary');
  const { env, cwd }: { env: Record<string, string>; cwd: string } = JSON.parse(text);
  expect(env).toMatchObject({ HOME: folder, LANG: 'de_DE.UTF-8', PATH: process.env['PATH'] });
  expect(env['SHELL']).toBeUndefined();
  expect(cwd).toBe(folder);
});

test('arguments are passed as they are, never through a shell', async () => {
  const trap = join(folder, 'trap');
  journal = join(folder, `$(touch trap) \`touch trap\`; touch trap & "x`);
  const upstream = await open();
  await upstream.callTool(callOf('echo', { text: 'x' }));
  expect(done()).toEqual(['echo']);
  const error = await refusal(openStdioUpstream({ command: `true; touch ${trap}`, args: [] }));
  expect(error.problem.id).toBe('connection.health.commandNotFound');
  expect(existsSync(trap) || existsSync('trap')).toBe(false);
});

test('a crash after the request was written is unknown, and the upstream says that it ended', async () => {
  const upstream = await open();
  const ended = new Promise<void>((resolve) => upstream.onClosed(resolve));
  expect(await upstream.callTool(callOf('crash'))).toMatchObject({ kind: 'unknown' });
  await ended;
  expect(done()).toEqual(['crash']);
  expect(await upstream.callTool(callOf('echo', { text: 'x' }))).toMatchObject({ kind: 'failed' });
  expect(done()).toEqual(['crash']);
});

test('no answer in time is unknown; the server is told to stop, and the next call goes through', async () => {
  const upstream = await open([], { callTimeout: 300 });
  expect(await upstream.callTool(callOf('hang'))).toMatchObject({ kind: 'unknown', text: expect.stringContaining('in time') });
  expect(textOf(await upstream.callTool(callOf('echo', { text: 'still here' })))).toBe('still here');
  await until(() => done().includes('hang was cancelled'));
});

test('cancelled before it was written is failed, cancelled after is unknown', async () => {
  const upstream = await open();
  expect(await upstream.callTool(callOf('write_file', { name: 'a', content: 'b' }, AbortSignal.abort()))).toMatchObject({ kind: 'failed' });
  expect(done()).toEqual([]);
  const abort = new AbortController();
  const answer = upstream.callTool(callOf('hang', {}, abort.signal));
  await until(() => done().includes('hang'));
  abort.abort();
  expect(await answer).toMatchObject({ kind: 'unknown', text: expect.stringContaining('cancelled') });
});

test('what the server refuses before doing anything is failed; what breaks inside a tool is its own result', async () => {
  const upstream = await open();
  expect(await upstream.callTool(callOf('no_such_tool'))).toMatchObject({ kind: 'failed' });
  expect(await upstream.callTool(callOf('throw'))).toMatchObject({ kind: 'result', result: { isError: true } });
});

test('closing ends the child, also one that ignores every polite request, and what it started', async () => {
  const polite = await open();
  const pids = [await pidOf(polite)];
  const stubborn = await open(['--stubborn', '--child']);
  const stubbornPid = await pidOf(stubborn);
  const children = readFileSync(`/proc/${stubbornPid}/task/${stubbornPid}/children`, 'utf8').trim().split(' ').map(Number);
  expect(children).toHaveLength(1);
  pids.push(stubbornPid, ...children);
  expect(pids.every((pid) => isAlive(pid))).toBe(true);
  await Promise.all([polite.close(), stubborn.close()]);
  await until(() => pids.every((pid) => !isAlive(pid)));
});

test.each(['SIGKILL', 'SIGTERM'] as const)('when the app itself is ended by %s, a stubborn child and its child go too', async (signal) => {
  const script = join(folder, 'app.ts');
  const source = new URL('../../main/connections/stdio-upstream.ts', import.meta.url).href;
  writeFileSync(
    script,
    `const { openStdioUpstream } = await import(${JSON.stringify(source)});
     const { silence } = await import(${JSON.stringify(new URL('../../main/model/conversation.ts', import.meta.url).href)});
     const upstream = await openStdioUpstream({ command: process.execPath, args: [${JSON.stringify(server)}, '--stubborn', '--child'] });
     const call = { action: 'x', name: 'print_environment', arguments: {}, materials: [], signal: new AbortController().signal, conversation: silence };
     console.log(JSON.parse((await upstream.callTool(call)).result.content[0].text).pid);`,
  );
  const app = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => app.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())));
  const pid = Number(line);
  const [child = 0] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  expect(isAlive(pid) && isAlive(child)).toBe(true);
  app.kill(signal);
  await until(() => !isAlive(pid) && !isAlive(child));
});

test('each way of not starting has its own words', async () => {
  const notFound = await refusal(openStdioUpstream({ command: 'no-such-command-here', args: [] }));
  expect(notFound.problem).toEqual({ id: 'connection.health.commandNotFound', values: { command: 'no-such-command-here' } });

  const plain = join(folder, 'plain');
  writeFileSync(plain, '#!/bin/sh\n');
  chmodSync(plain, 0o600);
  expect((await refusal(openStdioUpstream({ command: plain, args: [] }))).problem.id).toBe('connection.health.commandNotAllowed');

  const stopped = await refusal(open(['--exit-on-start']));
  expect(stopped.problem).toMatchObject({ id: 'connection.health.commandStoppedSaying', values: { code: 7, said: 'no licence found' } });

  const silent = await refusal(openStdioUpstream({ command: process.execPath, args: ['-e', 'process.stdin.resume()'] }, { connectTimeout: 300 }));
  expect(silent.problem.id).toBe('connection.health.commandSilent');

  expect((await refusal(openStdioUpstream({ command: 7 }))).problem.id).toBe('connection.health.badSettings');
});

test('a server that ends at the first message it does not know is spoken to in the older way', async () => {
  const older = join(folder, 'older.mjs');
  writeFileSync(
    older,
    `import { createInterface } from 'node:readline';
     const say = (id, result) => console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
     for await (const line of createInterface({ input: process.stdin })) {
       const { id, method, params } = JSON.parse(line);
       if (method === 'initialize') say(id, { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'older', version: '1' } });
       else if (method === 'tools/list') say(id, { tools: [{ name: 'old', inputSchema: { type: 'object' } }] });
       else if (method === 'tools/call') say(id, { content: [{ type: 'text', text: params.name }] });
       else if (id !== undefined) process.exit(1);
     }`,
  );
  const upstream = await openStdioUpstream({ command: process.execPath, args: [older] });
  opened.push(upstream);
  expect((await upstream.listTools()).map(({ name }) => name)).toEqual(['old']);
  expect(textOf(await upstream.callTool(callOf('old')))).toBe('old');
});

test('chatter between the messages is passed over', async () => {
  const chatty = join(folder, 'chatty.mjs');
  writeFileSync(
    chatty,
    `import { createInterface } from 'node:readline';
     const say = (id, result) => console.log('Debug: {"jsonrpc":\\n\\n' + JSON.stringify({ jsonrpc: '2.0', id, result }));
     console.log('Welcome to Chatty 1.0');
     for await (const line of createInterface({ input: process.stdin })) {
       const { id, method } = JSON.parse(line);
       if (method === 'initialize') say(id, { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'chatty', version: '1' } });
       else if (method === 'tools/list') say(id, { tools: [{ name: 'talk', inputSchema: { type: 'object' } }] });
       else if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no' } }));
     }`,
  );
  const upstream = await openStdioUpstream({ command: process.execPath, args: [chatty] });
  opened.push(upstream);
  expect((await upstream.listTools()).map(({ name }) => name)).toEqual(['talk']);
});

test('a result that does not fit its own output schema is still a result, because the deed is done', async () => {
  const sloppy = join(folder, 'sloppy.mjs');
  writeFileSync(
    sloppy,
    `import { createInterface } from 'node:readline';
     const say = (id, result) => console.log(JSON.stringify({ jsonrpc: '2.0', id, result }));
     const outputSchema = { type: 'object', properties: { count: { type: 'number' } }, required: ['count'] };
     for await (const line of createInterface({ input: process.stdin })) {
       const { id, method } = JSON.parse(line);
       if (method === 'initialize') say(id, { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'sloppy', version: '1' } });
       else if (method === 'tools/list') say(id, { tools: [{ name: 'pay', inputSchema: { type: 'object' }, outputSchema }] });
       else if (method === 'tools/call') say(id, { content: [{ type: 'text', text: 'paid' }], structuredContent: { count: 'many' } });
       else if (id !== undefined) console.log(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no' } }));
     }`,
  );
  const upstream = await openStdioUpstream({ command: process.execPath, args: [sloppy] });
  opened.push(upstream);
  await upstream.listTools();
  expect(textOf(await upstream.callTool(callOf('pay')))).toBe('paid');
});

test('a flood without an end is stopped instead of filling the memory', async () => {
  const upstream = openStdioUpstream({ command: process.execPath, args: ['-e', "const more = () => process.stdout.write('x'.repeat(1 << 20), more); more()"] });
  expect((await refusal(upstream)).state).toBe('failing');
});

test('what a child does not read does not pile up without end', async () => {
  const transport = new StdioTransport(() => startOutside({ command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] }, process.env, folder));
  await transport.start();
  const text = 'x'.repeat(1 << 20);
  let refused = 0;
  for (let sent = 0; sent < 100; sent += 1) {
    transport.send({ jsonrpc: '2.0', method: 'notifications/x', params: { text } }).catch((error: unknown) => {
      if (error instanceof NothingSentError) refused += 1;
    });
  }
  await new Promise((next) => setImmediate(next));
  expect(refused).toBeGreaterThanOrEqual(30);
  await transport.close();
});

test('what a command writes to its error output is there line by line, also when it does not start', async () => {
  const upstream = await open(['--child']);
  expect(upstream.logLines?.()).toEqual([expect.stringMatching(/^child \d+$/)]);
  const stopped = await refusal(open(['--exit-on-start']));
  expect(stopped.log).toEqual(['no licence found']);
});
