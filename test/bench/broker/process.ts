import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { killGroup, tieToApp } from '../../../main/processes/process-group.ts';

/** What a server of ours says in one line of JSON when it is ready. */
export interface Ready {
  readonly url: string;
  readonly tokens?: readonly string[];
}

export interface Served {
  readonly pid: number;
  readonly ready: Ready;
  /** Ends it and all it started. */
  stop(): Promise<void>;
}

/** Milliseconds. */
const readyWithin = 60_000;
const endWithin = 5_000;
const complaintLength = 4_000;

/**
 * Starts a Node program as the leader of its own process group, which never outlives this process. Without `url` the program says
 * itself when it is ready. Rejects with what it wrote to its error output when it does not get ready.
 */
export async function startServer(args: readonly string[], url?: string): Promise<Served> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const untie = tieToApp(child);
  const exited = once(child, 'exit');
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(-complaintLength)));
  const stop = async (): Promise<void> => {
    const force = setTimeout(() => killGroup(child, 'SIGKILL'), endWithin);
    killGroup(child, 'SIGTERM');
    await exited;
    clearTimeout(force);
    untie();
  };
  const gone = exited.then(([code]) => {
    throw new Error(`${args.join(' ')} ended with ${String(code)}:\n${complaint}`);
  });
  const late = AbortSignal.timeout(readyWithin);
  const timedOut = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => reject(new Error(`${args.join(' ')} did not get ready:\n${complaint}`)));
  });
  try {
    const ready = await Promise.race([url === undefined ? saidOn(child.stdout) : answersAt(url, late), gone, timedOut]);
    child.stdout.resume();
    // A process that was started has a number.
    return { pid: child.pid ?? 0, ready, stop };
  } catch (error) {
    if (child.exitCode === null && child.signalCode === null) await stop();
    untie();
    throw error;
  }
}

async function saidOn(output: NodeJS.ReadableStream): Promise<Ready> {
  const lines = createInterface({ input: output });
  for await (const line of lines) {
    // Only programs of this folder are read.
    if (line.startsWith('{"url"')) return JSON.parse(line) as Ready;
  }
  // It is ending; why is in its error output, which is told when it has ended.
  return new Promise(() => undefined);
}

async function answersAt(url: string, late: AbortSignal): Promise<Ready> {
  const { hostname, port } = new URL(url);
  while (!late.aborted) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const probe = createConnection({ host: hostname, port: Number(port) });
      probe.once('connect', () => {
        probe.destroy();
        resolve(true);
      });
      probe.once('error', () => resolve(false));
    });
    if (isOpen) return { url };
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  throw new Error('Too late.');
}

/** A loopback port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return typeof address === 'object' && address !== null ? address.port : 0;
}
