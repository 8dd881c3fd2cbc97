import { serializeMessage, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client';
import { LineReader } from '../model/line-reader.ts';
import type { CommandProcess, StartCommand } from './command-process.ts';
import { readMessage } from './json-rpc-line.ts';
import { NothingSentError } from './nothing-sent-error.ts';
import { StderrLog } from './stderr-log.ts';

const largestMessage = 10 * 1024 * 1024;
/** Bytes that may wait for a child that does not read; one that asks without end and never listens would fill the memory. */
const mostUnread = 64 * 1024 * 1024;
/** Between closing its input, SIGTERM, and SIGKILL. Milliseconds. */
const patience = 1000;

/**
 * MCP's stdio transport (specification 2026-07-28, Transports) over a program that `start` starts. The SDK's own one inherits
 * more of the environment, and ends only the child itself.
 */
export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: Transport['onmessage'];

  readonly #start: StartCommand;
  readonly #lines = new LineReader(largestMessage);
  readonly #log = new StderrLog();
  #starting: Promise<CommandProcess> | undefined;
  #process: CommandProcess | undefined;

  constructor(start: StartCommand) {
    this.#start = start;
  }

  /** Together with `stderr` it tells the SDK's version negotiation that silence means an older server, not an outage. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  get stderr(): null {
    return null;
  }

  /** What the program wrote to its error output, as it wrote it: the last 256 KiB in whole lines, oldest first. */
  log(): readonly string[] {
    return this.#log.lines();
  }

  get exitCode(): number | null {
    return this.#process?.exitCode ?? null;
  }

  /** Rejects when the program cannot be started. */
  async start(): Promise<void> {
    if (this.#starting !== undefined) throw new Error('It was started before.');
    this.#starting = this.#start();
    this.#process = await this.#starting;
    this.#listen(this.#process);
  }

  /** Rejects with a `NothingSentError` when the program is gone already, stands still, or has stopped reading. */
  send(message: JSONRPCMessage): Promise<void> {
    const { input, isRunning, isFrozen } = this.#process ?? { input: undefined, isRunning: false, isFrozen: false };
    if (input?.writable !== true || !isRunning) return Promise.reject(new NothingSentError('The command is not running.'));
    // What it is told without an answer, it reads when it goes on: that something was given up, for one.
    if (isFrozen && 'id' in message && 'method' in message) return Promise.reject(new NothingSentError('Everything is paused.'));
    if (input.writableLength > mostUnread) return Promise.reject(new NothingSentError('The command does not read what it is sent.'));
    return new Promise((resolve, reject) => {
      input.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Closes its input, then ends all of it. Resolves when it is gone. */
  async close(): Promise<void> {
    const process = this.#process ?? (await this.#starting?.catch(() => undefined));
    if (process === undefined) return;
    process.input.end();
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (await isGoneWithin(process, patience)) return;
      process.end(signal);
    }
    await process.gone;
  }

  #listen(process: CommandProcess): void {
    const { input, output, error } = process;
    input.on('error', (wrong) => this.onerror?.(wrong));
    output.on('error', (wrong) => this.onerror?.(wrong));
    error.on('error', () => undefined);
    error.on('data', (chunk: Buffer) => this.#log.write(chunk));
    output.on('data', (chunk: Buffer) => this.#read(process, chunk));
    void process.gone.then(() => {
      this.#lines.clear();
      this.#log.end();
      this.onclose?.();
    });
  }

  #read(process: CommandProcess, chunk: Buffer): void {
    let lines: string[];
    try {
      lines = this.#lines.read(chunk);
    } catch (error) {
      process.output.destroy();
      process.end('SIGKILL');
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

async function isGoneWithin({ gone }: CommandProcess, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([gone.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
