import { expect, test } from 'vitest';
import type { Refusal } from '../../main/broker/entry.ts';
import type { Exchange } from '../../main/broker/http-exchange.ts';
import { createMcpServer } from '../../main/broker/mcp-server.ts';
import { sessionIdle, Sessions, sessionsPerAgent } from '../../main/broker/sessions.ts';
import type { AgentId } from '../../preload/contract.ts';
import { caller, finance, marketing, ScriptedCatalog, ScriptedGate } from './harness.ts';
import { ManualClock } from './manual-clock.ts';

const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } } };
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };

function start() {
  const clock = new ManualClock();
  const parts = { gate: new ScriptedGate(), catalog: new ScriptedCatalog(), clock, version: '0' };
  const sessions = new Sessions({ clock, createServer: (who) => createMcpServer(parts, who), onRefusedEntry: () => {} });
  /** Sends one request and reads its whole answer, unless it is to stay open. */
  const send = async (agent: AgentId, body: unknown, session?: string, finished: Promise<void> = Promise.resolve()): Promise<Response | Refusal> => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...(session === undefined ? {} : { 'mcp-session-id': session }) };
    const exchange: Exchange = { agent, signal: new AbortController().signal, finished };
    const answer = await sessions.handle(new Request('http://127.0.0.1/mcp', { method: 'POST', headers }), body, caller(agent), exchange);
    if (answer instanceof Response) await answer.text();
    return answer;
  };
  const open = async (agent: AgentId, finished?: Promise<void>): Promise<string> => {
    const answer = await send(agent, initialize, undefined, finished);
    return answer instanceof Response ? (answer.headers.get('mcp-session-id') ?? '') : '';
  };
  return { clock, sessions, send, open };
}

test('a session nobody uses ends; one in use stays', async () => {
  const { clock, sessions, send, open } = start();
  const idle = await open(marketing);
  const used = await open(marketing);
  clock.pass(sessionIdle / 2);
  expect((await send(marketing, list, used)).status).toBe(200);
  clock.pass(sessionIdle / 2 + 60_000);
  expect(sessions.size).toBe(1);
  expect((await send(marketing, list, idle)).status).toBe(404);
  expect((await send(marketing, list, used)).status).toBe(200);
  await sessions.close();
});

test('a session with an open stream is in use, however long it is silent', async () => {
  const { clock, sessions, open } = start();
  const closed = Promise.withResolvers<void>();
  await open(marketing, closed.promise);
  clock.pass(sessionIdle * 3);
  expect(sessions.size).toBe(1);
  closed.resolve();
  await closed.promise;
  clock.pass(sessionIdle + 60_000);
  expect(sessions.size).toBe(0);
  await sessions.close();
});

test('one agent cannot fill the house: its own oldest idle session goes, and no one else’s', async () => {
  const { sessions, send, open } = start();
  const other = await open(finance);
  const first = await open(marketing);
  for (let count = 1; count <= sessionsPerAgent; count += 1) await open(marketing);
  expect(sessions.size).toBe(sessionsPerAgent + 1);
  expect((await send(marketing, list, first)).status).toBe(404);
  expect((await send(finance, list, other)).status).toBe(200);
  await sessions.close();
});

test('when all of them are in use, one more is refused', async () => {
  const { sessions, send, open } = start();
  const never = new Promise<void>(() => {});
  for (let count = 0; count < sessionsPerAgent; count += 1) await open(marketing, never);
  expect(await send(marketing, initialize)).toMatchObject({ status: 503 });
  await sessions.close();
  expect(sessions.size).toBe(0);
});

test('a refused initialize leaves no session behind', async () => {
  const { sessions, send } = start();
  const broken = { ...initialize, params: { ...initialize.params, protocolVersion: 7 } };
  expect((await send(marketing, broken)).status).toBe(400);
  expect(sessions.size).toBe(0);
  await sessions.close();
});
