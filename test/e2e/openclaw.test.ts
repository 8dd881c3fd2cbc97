import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { GatewayClient } from '@openclaw/gateway-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Approval } from '../../preload/contract.ts';
import { identityOf, newDeviceKey, signing } from '../../main/openclaw/device-identity.ts';
import { claw, openedApp, type OpenedApp } from '../app/opened-app.ts';
import { commandFile } from '../cli/assembled.ts';
import { freePort } from './running-app.ts';

/** Where `npm install openclaw` was done; see docs/openclaw.md. */
const folder = process.env['OPENCLAW_FOLDER'];
if (folder === undefined) console.log('Skipped: the real OpenClaw. Set OPENCLAW_FOLDER to a folder where openclaw@2026.9.6 is installed (docs/openclaw.md).');

const token = 'a-token-for-one-test-0123456789';
const patience = { timeout: 90_000, interval: 200 };

interface Message {
  readonly role: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
}

function wordsOf({ content }: Message): string {
  return typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('');
}

/** A model (OpenAI's chat completions, streamed) that calls the tool that the last request for one names, and then repeats what came back. */
async function startModel(): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { messages } = JSON.parse(body) as { readonly messages: readonly Message[] };
      const asked = messages.findLastIndex((message) => message.role === 'user' && /CALL \S+ \{/.test(wordsOf(message)));
      const [, name, args] = /CALL (\S+) (\{.*\})/s.exec(asked < 0 ? '' : wordsOf(messages[asked]!)) ?? [];
      const result = messages.slice(asked + 1).find(({ role }) => role === 'tool');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const send = (delta: object, finish: string | null): void => void response.write(`data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'scripted', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
      const isCall = name !== undefined && result === undefined;
      send(isCall ? { role: 'assistant', tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name, arguments: args } }] } : { role: 'assistant', content: `RESULT ${result === undefined ? 'none' : wordsOf(result)}` }, null);
      send({}, isCall ? 'tool_calls' : 'stop');
      response.end('data: [DONE]\n\n');
    });
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { port, close: () => void server.close() };
}

function configOf(app: OpenedApp, port: number, modelPort: number): object {
  const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  const scripted = { id: 'scripted', name: 'Scripted', reasoning: false, input: ['text'], cost, contextWindow: 120_000, maxTokens: 4096 };
  return {
    gateway: { mode: 'local', port, bind: 'loopback', auth: { mode: 'token', token } },
    models: { providers: { scripted: { baseUrl: `http://127.0.0.1:${modelPort}/v1`, apiKey: 'none', api: 'openai-completions', models: [scripted] } } },
    agents: { defaults: { model: { primary: 'scripted/scripted' } } },
    tools: { toolSearch: false, exec: { host: 'gateway', security: 'allowlist', ask: 'always' } },
    mcp: { servers: { countersign: { command: process.execPath, args: [commandFile, 'connect', '--agent', claw], env: { COUNTERSIGN_HOME: app.home } } } },
  };
}

describe.skipIf(folder === undefined)('the real OpenClaw, with a scripted model', () => {
  let app: OpenedApp;
  let home: string;
  let gateway: ChildProcess;
  let model: Awaited<ReturnType<typeof startModel>>;
  /** OpenClaw's own screen, at which a person writes to the agent. */
  let screen: GatewayClient;
  let said: string[];
  let log = '';

  beforeAll(async () => {
    app = await openedApp();
    home = await mkdtemp(join(tmpdir(), 'openclaw-'));
    model = await startModel();
    const port = await freePort();
    await mkdir(join(home, '.openclaw'));
    await writeFile(join(home, '.openclaw/openclaw.json'), JSON.stringify(configOf(app, port, model.port)), { mode: 0o600 });
    gateway = spawn(process.execPath, [join(folder!, 'node_modules/openclaw/openclaw.mjs'), 'gateway', 'run'], { cwd: home, env: { PATH: process.env['PATH'], HOME: home, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [gateway.stdout, gateway.stderr]) stream?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const url = `ws://127.0.0.1:${port}`;
    expect(await app.services.ownCommands.set(claw, url, token)).toBeNull();
    await vi.waitFor(() => expect(app.services.ownCommands.gateway?.state).toBe('connected'), patience).catch(() => Promise.reject(new Error(`OpenClaw’s gateway did not start:\n${log}`)));
    said = [];
    screen = new GatewayClient({
      url,
      token,
      mode: 'ui',
      role: 'operator',
      scopes: ['operator.read', 'operator.write', 'operator.approvals'],
      clientDisplayName: 'Its own screen',
      deviceIdentity: identityOf(newDeviceKey()),
      hostDeps: { ...signing },
      onEvent: ({ payload }) => void said.push(JSON.stringify(payload ?? null)),
    });
    screen.start();
    await vi.waitFor(() => screen.request('health', {}), patience);
  }, 120_000);

  afterAll(async () => {
    screen.stop();
    gateway.kill('SIGTERM');
    await Promise.race([once(gateway, 'exit'), new Promise((over) => setTimeout(over, 10_000))]);
    gateway.kill('SIGKILL');
    model.close();
    await app[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  }, 30_000);

  /** The person tells the agent to call a tool; resolves with the card that this leads to. */
  async function tell(tool: string, args: object): Promise<Approval> {
    const asked = new Promise<Approval>((found) => {
      const stop = app.services.approvals.onAsked((card) => {
        stop();
        found(card);
      });
    });
    said.length = 0;
    await screen.request('chat.send', { sessionKey: 'agent:main:main', message: `CALL ${tool} ${JSON.stringify(args)}`, idempotencyKey: crypto.randomUUID() });
    return asked;
  }

  async function give({ id, digest, card }: Approval, answer: 'approve' | 'deny'): Promise<void> {
    await vi.waitFor(() => expect(app.services.approvals.give({ id, digest, answer, isConfirmed: card.confirm !== null, reason: null })).toEqual({ ok: true, value: null }), patience);
  }

  async function ended(card: Approval, progress: string): Promise<void> {
    await vi.waitFor(async () => expect((await app.services.activity.read(card.action!))?.entry.progress).toBe(progress), patience);
  }

  test('its agent sends an email through our tool: asked, sent, on record', async () => {
    const [mailbox] = app.services.connections.list();
    const card = await tell(`countersign__${mailbox!.id}__send_email`, { to: ['ana@northwind.example'], subject: 'Q3', text: 'Hello' });
    expect(JSON.stringify(card.card)).toContain('ana@northwind.example');
    await give(card, 'approve');
    await ended(card, 'done');
  });

  test('its agent runs a command of its own: asked, run, on record', async () => {
    const card = await tell('exec', { command: 'touch made.txt' });
    expect(card.card.rows.find((row) => row.kind === 'command')?.segments.map((segment) => segment.text).join('')).toBe('touch made.txt');
    expect(existsSync(join(home, '.openclaw/workspace/made.txt'))).toBe(false);
    await give(card, 'approve');
    await vi.waitFor(() => expect(existsSync(join(home, '.openclaw/workspace/made.txt'))).toBe(true), patience);
    await ended(card, 'done');
  });

  test('a command that is refused does not run, and the agent is told', async () => {
    const card = await tell('exec', { command: 'touch refused.txt' });
    await give(card, 'deny');
    await vi.waitFor(() => expect(said.join('\n')).toMatch(/RESULT [^"]*den/i), patience);
    expect(existsSync(join(home, '.openclaw/workspace/refused.txt'))).toBe(false);
    await ended(card, 'denied');
  });

  test('while everything is paused nobody is asked, and nothing runs', async () => {
    app.services.pause.set(true);
    said.length = 0;
    await screen.request('chat.send', { sessionKey: 'agent:main:main', message: 'CALL exec {"command":"touch paused.txt"}', idempotencyKey: crypto.randomUUID() });
    await vi.waitFor(() => expect(said.join('\n')).toMatch(/RESULT [^"]*den/i), patience);
    expect(existsSync(join(home, '.openclaw/workspace/paused.txt'))).toBe(false);
    expect(app.services.approvals.waiting()).toEqual([]);
  });
});
