import { spawn, type ChildProcess } from 'node:child_process';
import { serializeMessage, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client';
import type { Dispose } from '../model/disposable.ts';
import { LineReader } from '../model/line-reader.ts';
import { readMessage } from './json-rpc-line.ts';
import { NothingSentError } from './nothing-sent-error.ts';
import { killGroup, tieToApp } from '../processes/process-group.ts';
import { StderrLog } from './stderr-log.ts';

export interface StdioCommand {
  readonly command: string;
  readonly args: readonly string[];
}

const largestMessage = 10 * 1024 * 1024;
/** Bytes that may wait for a child that does not read; one that asks without end and never listens would fill the memory. */
const mostUnread = 64 * 1024 * 1024;
/** Between closing its input, SIGTERM, and SIGKILL. Milliseconds. */
const patience = 1000;

/**
 * MCP's stdio transport (specification 2026-07-28, Transports) over a child in a process group of its own: no shell, the
 * given environment and nothing else, ended as a group. The SDK's own one inherits more and ends only the child itself.
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];

  readonly #command: StdioCommand;
  readonly #env: NodeJS.ProcessEnv;
  readonly #cwd: string;
  readonly #lines = new LineReader(largestMessage);
  readonly #log = new StderrLog();
  #child: ChildProcess | undefined;
  #untie: Dispose | undefined;
  #gone: Promise<void> = Promise.resolve();

  constructor(command: StdioCommand, env: NodeJS.ProcessEnv, cwd: string) {
    this.#command = command;
    this.#env = env;
    this.#cwd = cwd;
  }

  /** Together with `stderr` it tells the SDK's version negotiation that silence means an older server, not an outage. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get stderr(): null {
    return null;
  }

  /** What the child wrote to its error output, as it wrote it: the last 256 KiB in whole lines, oldest first. */
  log(): readonly string[] {
    return this.#log.lines();
  }

  get exitCode(): number | null {
    return this.#child?.exitCode ?? null;
  }

  /** Rejects when the command cannot be started. */
  start(): Promise<void> {
    if (this.#child !== undefined) return Promise.reject(new Error('It was started before.'));
    const child = spawn(this.#command.command, [...this.#command.args], {
      cwd: this.#cwd,
      detached: process.platform !== 'win32',
      env: this.#env,
      shell: false,
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.#child = child;
    this.#gone = new Promise((resolve) => {
      this.#listen(child, resolve);
    });
    return new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
  }

  /** Rejects with a `NothingSentError` when the child is gone already, or has stopped reading. */
  send(message: JSONRPCMessage): Promise<void> {
    const input = this.#child?.stdin;
    if (!input?.writable || this.#child?.exitCode !== null || this.#child.signalCode !== null) {
      return Promise.reject(new NothingSentError('The command is not running.'));
    }
    if (input.writableLength > mostUnread) return Promise.reject(new NothingSentError('The command does not read what it is sent.'));
    return new Promise((resolve, reject) => {
      input.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Closes its input, then ends the whole group. Resolves when the child is gone. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    child.stdin?.end();
    if (await this.#isGoneWithin(patience)) return;
    killGroup(child, 'SIGTERM');
    if (await this.#isGoneWithin(patience)) return;
    killGroup(child, 'SIGKILL');
    await this.#gone;
  }

  async #isGoneWithin(milliseconds: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), milliseconds);
    });
    try {
      return await Promise.race([this.#gone.then(() => true), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #listen(child: ChildProcess, gone: () => void): void {
    child.once('spawn', () => (this.#untie = tieToApp(child)));
    child.on('error', (error) => this.onerror?.(error));
    child.stdin?.on('error', (error) => this.onerror?.(error));
    child.stdout?.on('error', (error) => this.onerror?.(error));
    child.stderr?.on('error', () => undefined);
    child.stderr?.on('data', (chunk: Buffer) => this.#log.write(chunk));
    child.stdout?.on('data', (chunk: Buffer) => this.#read(child, chunk));
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      this.#untie?.();
      this.#lines.clear();
      this.#log.end();
      gone();
      this.onclose?.();
    };
    child.once('exit', () => {
      // What it started must not live on, and could keep its output open for ever.
      killGroup(child, 'SIGKILL');
      setTimeout(over, patience).unref();
    });
    child.once('close', over);
  }

  #read(child: ChildProcess, chunk: Buffer): void {
    let lines: string[];
    try {
      lines = this.#lines.read(chunk);
    } catch (error) {
      child.stdout?.destroy();
      killGroup(child, 'SIGKILL');
      this.onerror?.(asError(error));
      return;
    }
    for (const line of lines) this.#take(line);
  }

  /** What is no JSON-RPC message is passed over: some commands greet on their output. */
  #take(line: string): void {
    const message = readMessage(line);
    if (message === undefined) this.onerror?.(new Error('A line is no JSON-RPC message.'));
    else this.onmessage?.(message);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
