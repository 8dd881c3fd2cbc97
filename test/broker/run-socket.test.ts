import { existsSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RunSocket } from '../../main/broker/run-socket.ts';
import { connectionId } from '../../preload/contract.ts';
import { assemble, type Assembled } from '../cli/assembled.ts';
import { books, entry, finance, mail, marketing } from './harness.ts';

/** Says these lines and resolves with what came back once the other side is done, or has said that much. */
function talk(path: string, lines: readonly object[], answers: number): Promise<readonly Record<string, unknown>[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const heard: Record<string, unknown>[] = [];
    const done = (): void => {
      socket.destroy();
      resolve(heard);
    };
    socket.once('error', reject);
    socket.once('close', done);
    const read = createInterface({ input: socket });
    // The socket's own error is what is told.
    read.on('error', () => {});
    read.on('line', (line) => {
      // Each line is one JSON object.
      heard.push(JSON.parse(line) as Record<string, unknown>);
      if (heard.length >= answers) done();
    });
    for (const line of lines) socket.write(`${JSON.stringify(line)}\n`);
  });
}

const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientInfo': { name: 'run', version: '1' }, 'io.modelcontextprotocol/clientCapabilities': {} };
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } };
const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { _meta: meta, name: 'work-mail__send_email', arguments: {} } };
const hello = { purpose: 'connect', agent: 'marketing' };

async function open(app: Assembled, reach: Parameters<Assembled['broker']['openRunSocket']>[1] = null): Promise<RunSocket> {
  const opened = await app.broker.openRunSocket(marketing, reach);
  if (!opened.ok) throw new Error(opened.why);
  return opened.socket;
}

describe('the socket of a run', () => {
  test('is this person’s alone, and what comes through it acts as its Claw', async () => {
    await using app = await assemble();
    const { path } = await open(app);
    expect((await lstat(path)).mode & 0o777).toBe(0o600);
    expect((await lstat(dirname(path))).mode & 0o777).toBe(0o700);
    const [ready, listed, done] = await talk(path, [hello, list, call], 3);
    expect(ready).toEqual({ kind: 'ready' });
    expect(JSON.stringify([listed, done])).toContain('did send_email');
    expect(app.gate.performed).toMatchObject([{ agent: 'marketing', reach: null }]);
  });

  test('takes nobody else’s name, and gives neither tokens nor what the app tells the person', async () => {
    await using app = await assemble();
    const { path } = await open(app);
    for (const line of [{ purpose: 'connect', agent: 'finance' }, { purpose: 'connect', agent: 'stranger', name: 'marketing' }, { purpose: 'token', agent: 'marketing' }, { purpose: 'status' }, list]) {
      expect(await talk(path, [line, call], 2)).toEqual([{ kind: 'refused', text: expect.any(String) }]);
    }
    expect(app.gate.performed).toEqual([]);
    expect(app.agents.get(finance)?.lastSeenAt).toBeNull();
  });

  test('reaches no further than the run may', async () => {
    await using app = await assemble();
    app.catalog.tools.set(marketing, [entry(mail, 'send_email'), entry(books, 'read_ledger')]);
    const reach = [{ connection: connectionId.parse('books'), mayRead: true, mayAct: false }];
    const { path } = await open(app, reach);
    const [, listed] = await talk(path, [hello, list], 2);
    expect(JSON.stringify(listed)).not.toContain('send_email');
    await talk(path, [hello, call], 2);
    expect(app.gate.performed).toMatchObject([{ agent: 'marketing', reach }]);
  });

  test('ends with the run: who is connected is cut off, and the socket is gone', async () => {
    await using app = await assemble();
    const run = await open(app);
    const other = await open(app);
    const cutOff = talk(run.path, [hello], 2);
    const stays = talk(other.path, [hello, list], 2);
    expect(await stays).toHaveLength(2);
    await run.close();
    expect(await cutOff).toEqual([{ kind: 'ready' }]);
    expect(existsSync(run.path)).toBe(false);
    await expect(talk(run.path, [hello], 1)).rejects.toThrow();
    expect(await talk(other.path, [hello], 1)).toEqual([{ kind: 'ready' }]);
  });

  test('ends with the Claw, and with the app; a Claw that is not paired gets none', async () => {
    const app = await assemble();
    const run = await open(app);
    app.agents.forget(marketing);
    app.broker.disconnect(marketing);
    await expect.poll(() => existsSync(run.path)).toBe(false);
    expect(await app.broker.openRunSocket(marketing, null)).toEqual({ ok: false, why: 'unknown_agent' });
    const last = await app.broker.openRunSocket(finance, null);
    await app[Symbol.asyncDispose]();
    expect(last.ok && existsSync(last.socket.path)).toBe(false);
  });
});
