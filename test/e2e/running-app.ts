import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Bridge, CallInput, CallName, CallOutput, Snapshot } from '../../preload/contract.ts';

export const root = join(import.meta.dirname, '../..');
const entry = join(root, 'out/main/index.js');
const commandLine = join(root, 'out/main/countersign.js');

/** What the button says on a card of an action, of a high-risk one, and of a pairing. */
const yes = /^(Approve once|Approve with changes|Yes, do it once|Yes, do it with my changes|Let it connect)$/;

/** The last characters of the app's stderr that a failed wait tells. */
const mostTold = 20_000;

export interface StartOptions {
  /** The state directory; kept between starts of one story. */
  readonly home: string;
  /** What MDM would deliver; see docs/managed-settings.md. */
  readonly managed?: object;
  /** More environment: a keyring's, trusted certificates. */
  readonly env?: NodeJS.ProcessEnv;
  readonly args?: readonly string[];
}

/** A page that has the contract's bridge. */
declare global {
  interface Window {
    readonly countersign: Bridge;
  }
}

/** The built app as its own process, clicked through Chromium's debugging port as a person would. */
export class RunningApp {
  readonly mcpUrl: string;
  readonly home: string;
  readonly child: ChildProcess;
  readonly #browser: Browser;
  readonly #log: string[];

  private constructor(child: ChildProcess, home: string, mcpUrl: string, browser: Browser, log: string[]) {
    this.child = child;
    this.home = home;
    this.mcpUrl = mcpUrl;
    this.#browser = browser;
    this.#log = log;
  }

  static async start({ home, managed, env = {}, args = [] }: StartOptions): Promise<RunningApp> {
    const debugPort = await freePort();
    const managedFile = join(home, 'managed-by-test.json');
    if (managed) await writeFile(managedFile, JSON.stringify(managed), { mode: 0o600 });
    const child = spawn(process.execPath, [entry, '--shell=preview', '--headless', ...args], {
      env: {
        ...process.env,
        DBUS_SESSION_BUS_ADDRESS: '',
        // The tests read English, whatever the developer's system speaks.
        LC_ALL: 'en_US.UTF-8',
        LANGUAGE: '',
        ...env,
        COUNTERSIGN_HOME: home,
        COUNTERSIGN_PREVIEW_DEBUG_PORT: String(debugPort),
        ...(managed ? { COUNTERSIGN_MANAGED_SETTINGS: managedFile } : {}),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log: string[] = [];
    child.stderr?.on('data', (chunk: Buffer) => log.push(chunk.toString()));
    const ready = await readyLine(child, log);
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${debugPort}`);
    return new RunningApp(child, home, ready.mcp, browser, log);
  }

  /** What the app said on stderr so far. */
  get log(): string {
    return this.#log.join('');
  }

  /** A page that is none of the app's, by the start of its address; waits until it is there. */
  async otherPage(start: string): Promise<Page> {
    return this.until(
      () => Promise.resolve(this.#browser.contexts().flatMap((context) => context.pages()).find((open) => open.url().startsWith(start))),
      (page) => page !== undefined,
    ) as Promise<Page>;
  }

  /** A window of the app by its page; waits until it is there. */
  async page(name: 'index' | 'approval'): Promise<Page> {
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const page = this.#browser.contexts().flatMap((context) => context.pages()).find((open) => open.url().includes(`/${name}.html`));
      if (page) return page;
      await pause(50);
    }
    throw new Error(`The ${name} window did not open. The app said:\n${this.log}`);
  }

  /** The approval window once a card in it can be answered, and tells `about`; an earlier one may be closing meanwhile. */
  async card(about = ''): Promise<Page> {
    return this.until(
      async () => {
        const page = await this.page('approval');
        const canAnswer = await page.getByRole('button', { name: yes }).isEnabled({ timeout: 1000 }).catch(() => false);
        const text = canAnswer ? await page.locator('body').textContent() : null;
        return text?.includes(about) === true ? page : undefined;
      },
      (page) => page !== undefined,
    ) as Promise<Page>;
  }

  /** Presses a button of the open card as a person would: again, when the card moved under the first click and did not take it. */
  async press(answer: 'approve' | 'deny'): Promise<void> {
    const { approvals } = await this.until(() => this.snapshot(), isAnyoneAsked);
    const page = await this.card();
    const asked = approvals.find((approval) => approval.answer === null)?.id;
    const button = page.getByRole('button', { name: answer === 'approve' ? yes : 'Deny', exact: true });
    for (let look = 0; look < 300; look += 1) {
      const isOpen = (await this.snapshot()).approvals.some(({ id, answer: given }) => id === asked && given === null);
      if (!isOpen) return;
      // An answer is on disk before it counts, and a busy disk takes its time.
      if (look % 30 === 0) await button.click({ timeout: 3000 }).catch(() => undefined);
      await pause(100);
    }
    throw new Error(`The card did not take "${answer}". The app said:\n${this.log}`);
  }

  async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    const page = await this.page('index');
    await page.waitForFunction(() => 'countersign' in window);
    // The page runs the same typed bridge; what it returns is what main's schema let through.
    return page.evaluate(([call, payload]) => window.countersign.call(call, payload as never), [name, input] as const);
  }

  snapshot(): Promise<Snapshot> {
    return this.call('getSnapshot', undefined);
  }

  /** Asks again until the answer satisfies; for states that follow from something else. */
  async until<T>(read: () => Promise<T>, isReached: (value: T) => boolean): Promise<T> {
    let last = await read();
    for (let attempt = 0; attempt < 300 && !isReached(last); attempt += 1) {
      await pause(100);
      last = await read();
    }
    if (!isReached(last)) throw new Error(`Not reached: ${JSON.stringify({ last }).slice(0, 2000)}\nThe app said:\n${this.log.slice(-mostTold)}`);
    return last;
  }

  /** Runs `countersign …` as an agent's launcher would. */
  command(...args: readonly string[]): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
    return runCommand(process.execPath, [commandLine, ...args], { ...process.env, COUNTERSIGN_HOME: this.home });
  }

  async token(agent: string): Promise<string> {
    const { code, stdout, stderr } = await this.command('token', '--agent', agent);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  /** A real MCP client of that agent, in the era of today's clients or the newest. */
  async client(agent: string, mode: 'auto' | 'legacy' = 'auto'): Promise<Client> {
    const token = await this.token(agent);
    const client = new Client({ name: agent, version: '1.0.0' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL(this.mcpUrl), { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
    return client;
  }

  /** Quits as a person would. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill(signal);
      await exited;
    }
    await this.#browser.close().catch(() => undefined);
  }
}

export async function newHome(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'countersign-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

export async function runCommand(program: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()));
  await once(child, 'close');
  return { code: child.exitCode, ...out };
}

async function readyLine(child: ChildProcess, log: readonly string[]): Promise<{ readonly mcp: string }> {
  const lines = createInterface({ input: child.stdout! });
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`The app ended with ${String(code)} before it was ready:\n${log.join('')}`);
  });
  const line = new Promise<{ readonly mcp: string }>((resolve) => {
    lines.on('line', (text) => {
      if (text.startsWith('{"ready":true')) resolve(JSON.parse(text) as { mcp: string });
    });
  });
  return Promise.race([line, gone]);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function isAnyoneAsked(known: Snapshot): boolean {
  return known.approvals.some((approval) => approval.answer === null);
}
