import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, test } from 'vitest';
import { actionId, agentId } from '../../preload/contract.ts';
import { done } from '../broker/harness.ts';
import { assemble, commandFile, runCommand, type Assembled } from './assembled.ts';

const nowhere = join(tmpdir(), 'countersign-nobody-here');

describe('countersign token', () => {
  test('prints a fresh token, and nothing else, that opens the endpoint', async () => {
    await using app = await assemble();
    const { code, out, error } = await runCommand(app.home, ['token', '--agent', 'marketing']);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toMatch(/^cst_[\w-]{43}\n$/);
    expect(app.tokens.check(out.trim())).toMatchObject({ agent: 'marketing' });
    const response = await fetch(app.broker.mcpUrl, { method: 'DELETE', headers: { authorization: `Bearer ${out.trim()}` } });
    expect(response.status).not.toBe(401);
  });

  test('is not given for a paused Claw, and its old tokens open nothing', async () => {
    await using app = await assemble();
    const { token } = app.tokens.issue(agentId.parse('marketing'));
    app.agents.setPaused(agentId.parse('marketing'), true);
    const { code, out, error } = await runCommand(app.home, ['token', '--agent', 'marketing']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toContain('paused');
    const response = await fetch(app.broker.mcpUrl, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(403);
  });
});

describe('countersign status', () => {
  test('tells a person, and with --json a program', async () => {
    await using app = await assemble();
    const text = await runCommand(app.home, ['status']);
    expect(text.out).toBe(
      `Countersign 1.2.3 is running.\nAgents connect to ${app.broker.mcpUrl}\n1 question is waiting for the person.\nClaws:\n  finance  Finance\n  marketing  Marketing\n`,
    );
    const json = await runCommand(app.home, ['status', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ running: true, mcpUrl: app.broker.mcpUrl, waiting: 1 });
  });
});

describe('without the app', () => {
  test.each([['status'], ['token', '--agent', 'marketing'], ['connect', '--agent', 'marketing']])('%s says so on standard error and exits 1', async (...args) => {
    const { code, out, error } = await runCommand(nowhere, args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toBe('Countersign is not running. Start the Countersign app, then try again.\n');
  });

  test('status --json still answers a program', async () => {
    const { code, out } = await runCommand(nowhere, ['status', '--json']);
    expect({ code, out }).toEqual({ code: 1, out: '{"running":false}\n' });
  });
});

test.each([
  [['frobnicate'], 'There is no command "frobnicate".'],
  [['token'], 'needs --agent ID'],
  [['connect', '--agent'], '--agent'],
  [['status', '--agent', 'x'], '--agent'],
  [['token', '--agent', 'x', 'extra'], 'extra'],
])('%j is answered with what is wrong and where to look', async (args, text) => {
  const { code, out, error } = await runCommand(nowhere, args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(error).toContain(text);
  expect(error).toContain('countersign --help');
});

test('a command does not speak to a socket whose folder others can reach', async () => {
  await using app = await assemble();
  await chmod(join(app.home, 'run'), 0o755);
  const { code, out, error } = await runCommand(app.home, ['token', '--agent', 'marketing']);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(error).toContain('open to other users');
  await chmod(join(app.home, 'run'), 0o700);
});

async function connect(app: Assembled, agent: string, era: 'modern' | 'legacy'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [commandFile, 'connect', '--agent', agent, '--name', 'Cursor'], env: { COUNTERSIGN_HOME: app.home }, stderr: 'pipe' }));
  return client;
}

describe.each(['modern', 'legacy'] as const)('countersign connect with a client of the %s protocol', (era) => {
  test('lists, calls and waits like the HTTP endpoint', async () => {
    await using app = await assemble();
    app.gate.script = async (_request, action) => {
      app.gate.waiting.set(`marketing ${action}`, Promise.resolve(done(action, 'sent')));
      return { kind: 'waiting', action, progress: 'waiting', expiresAt: 1_900_000_000_000 };
    };
    const client = await connect(app, 'marketing', era);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['work-mail__send_email', 'work-mail__search_messages', 'countersign_wait']);
    const waiting = await client.callTool({ name: 'work-mail__send_email', arguments: { to: 'ana@northwind.example' } });
    const action = actionId.parse(Object(waiting.structuredContent).action);
    expect(await client.callTool({ name: 'countersign_wait', arguments: { action } })).toMatchObject({ content: [{ text: 'sent' }] });
    expect(app.gate.performed).toMatchObject([{ agent: 'marketing', name: 'send_email', arguments: { to: 'ana@northwind.example' } }]);
    await client.close();
  });

  test('ends when the agent is cut off, and its open call is aborted', async () => {
    await using app = await assemble();
    const started = Promise.withResolvers<AbortSignal>();
    app.gate.script = async (request, action) => {
      started.resolve(request.signal);
      await new Promise<void>((resolve) => request.signal.addEventListener('abort', () => resolve()));
      return done(action, 'never seen');
    };
    const client = await connect(app, 'marketing', era);
    const call = client.callTool({ name: 'work-mail__send_email' }).then(() => 'answered', () => 'ended');
    const signal = await started.promise;
    app.broker.disconnect(agentId.parse('marketing'));
    expect(await call).toBe('ended');
    expect(signal.aborted).toBe(true);
    await client.close();
  });

  test('is told when the list of tools changes', async () => {
    await using app = await assemble();
    const client = await connect(app, 'marketing', era);
    const changed = Promise.withResolvers<void>();
    client.setNotificationHandler('notifications/tools/list_changed', () => changed.resolve());
    if (era === 'modern') await client.listen({ toolsListChanged: true });
    const tell = setInterval(() => app.catalog.changed.emit({ kind: 'tools' }), 20);
    await changed.promise;
    clearInterval(tell);
    app.catalog.tools.set(agentId.parse('marketing'), []);
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['countersign_wait']);
    await client.close();
  });
});

describe('an agent that Countersign does not know', () => {
  test('waits for the person, and is in once they say yes', async () => {
    const answer = Promise.withResolvers<'approved'>();
    const asked = Promise.withResolvers<string>();
    await using app = await assemble((id, name) => {
      asked.resolve(`${id} ${name}`);
      return answer.promise;
    });
    const connecting = connect(app, 'cursor', 'legacy');
    expect(await asked.promise).toBe('cursor Cursor');
    answer.resolve('approved');
    const client = await connecting;
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['countersign_wait']);
    await client.close();
  });

  test('is told on standard error that the person is asked, then that it was refused; it gets no token', async () => {
    await using app = await assemble(() => Promise.resolve('denied'));
    const { code, out, error } = await runCommand(app.home, ['token', '--agent', 'cursor']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(error).toMatch(/asks the person[^]*may not connect/);
    expect(app.agents.get(agentId.parse('cursor'))).toBeUndefined();
    expect(app.refusals).toEqual(['pairing_refused']);
  });
});
