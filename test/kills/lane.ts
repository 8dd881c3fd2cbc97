import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { tieToApp } from '../../main/processes/process-group.ts';
import type { Findings } from '../long-run/findings.ts';
import { tokenOf } from '../long-run/line-wire.ts';
import type { CountingSmtp } from './counting-smtp.ts';
import { compareWithRecord, type Tally } from './compare.ts';
import { changedWord, deniedWord, ready, type KillSetup, type Ready } from './setup.ts';

/** Milliseconds after the app is ready within which it is killed: asking, answering, holding and sending all fall into them. */
const longestLife = 2_600;
/** Milliseconds after the start within which it is killed while it starts, in one of six rounds. */
const longestStart = 900;
const startShare = 1 / 6;
/** Requests in each round. */
const requests = 3;
/** Milliseconds the last start has to end all that is open. */
const settleWithin = 60_000;

export interface LaneParts {
  readonly name: string;
  readonly kills: number;
  readonly smtp: CountingSmtp;
  /** For the app: where its keyring is, and what it trusts. */
  readonly env: NodeJS.ProcessEnv;
  readonly findings: Findings;
  readonly onKill?: () => void;
}

/**
 * One home, in which the app is killed again and again while a Claw asks for emails to be sent and a person answers; then it is
 * left alone until all has ended, and the record is compared with what the mail server counted.
 */
export async function runLane({ name, kills, smtp, env, findings, onKill }: LaneParts): Promise<Tally> {
  const home = await mkdtemp(join(tmpdir(), 'countersign-kills-'));
  const start = (): App => new App({ home, smtpPort: smtp.port, closedPort: smtp.closedPort, holdSeconds: 1 }, env);
  try {
    for (let round = 0; round < kills; round += 1) {
      const app = start();
      if (Math.random() < startShare && round > 0) await pause(Math.random() * longestStart);
      else await act(app, `${name}-${round}`, findings);
      await app.kill();
      onKill?.();
    }
    const last = start();
    await settled(last, findings);
    findings.expect(await last.stop(), 'The app did not end in good order', name);
    return compareWithRecord(home, smtp.taken, name, findings);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Asks for some emails and waits a random while. */
async function act(app: App, round: string, findings: Findings): Promise<void> {
  const opened = await app.ready();
  if (opened === undefined) return findings.add('The app did not start', `${round}: ${app.complaints}`);
  const gone = new AbortController();
  const token = await tokenOf(app.setup.home, opened.agent);
  for (let index = 0; index < requests; index += 1) {
    const fate = Math.random();
    const subject = `${round}-${index}${fate < 0.2 ? ` ${deniedWord}` : fate < 0.5 ? ` ${changedWord}` : ''}`;
    void send(opened, token, subject, gone.signal).catch(() => undefined);
  }
  await pause(Math.random() * longestLife);
  // The client goes with the app, and not before it: a client that goes away withdraws its request.
  setTimeout(() => gone.abort(), 1_000);
  return undefined;
}

async function send({ url, tool }: Ready, token: string, subject: string, signal: AbortSignal): Promise<void> {
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientInfo': { name: 'kill-claw', version: '1.0.0' }, 'io.modelcontextprotocol/clientCapabilities': {} };
  const body = { jsonrpc: '2.0', id: subject, method: 'tools/call', params: { name: tool, arguments: { to: ['ana@northwind.example'], subject, text: 'Hello Ana' }, _meta } };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': tool };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal });
  await response.arrayBuffer();
}

/** Waits until nothing is open any more. */
async function settled(app: App, findings: Findings): Promise<void> {
  const opened = await app.ready();
  if (opened === undefined) return findings.add('The app did not start', app.complaints);
  // The longest way that is left: an answer, a hold, and a mail server that takes its time.
  await pause(opened.open === 0 ? 500 : 6_000);
  return undefined;
}

class App {
  readonly setup: KillSetup;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #said: Promise<Ready | undefined>;
  #complained = '';

  constructor(setup: KillSetup, env: NodeJS.ProcessEnv) {
    this.setup = setup;
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'app-process.ts'), JSON.stringify(setup)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
      detached: true,
    });
    const untie = tieToApp(child);
    this.#child = child;
    this.#exited = once(child, 'exit').then(untie);
    child.stderr.on('data', (chunk: Buffer) => (this.#complained += chunk.toString()));
    this.#said = new Promise((resolve) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(ready.parse(JSON.parse(line))));
      void this.#exited.then(() => resolve(undefined));
      setTimeout(() => resolve(undefined), settleWithin).unref();
    });
  }

  get complaints(): string {
    return this.#complained;
  }

  ready(): Promise<Ready | undefined> {
    return this.#said;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Ends it in good order. */
  async stop(): Promise<boolean> {
    this.#child.kill('SIGTERM');
    await this.#exited;
    return this.#child.exitCode === 0;
  }
}
