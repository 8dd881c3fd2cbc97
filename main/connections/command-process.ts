import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { killGroup, tieToApp } from '../processes/process-group.ts';

export interface StdioCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** A program that is spoken with over its standard streams, wherever it runs. */
export interface CommandProcess {
  readonly pid: number | null;
  readonly input: Writable;
  readonly output: Readable;
  readonly error: Readable;
  /** False as soon as it has ended. */
  readonly isRunning: boolean;
  /** It stands still: it reads what it is sent later, and answers nothing until then. */
  readonly isFrozen: boolean;
  /** Null while it runs, and when a signal ended it. */
  readonly exitCode: number | null;
  /** Resolves when nothing of it is left, and its streams gave what they had. */
  readonly gone: Promise<void>;
  /** Ends all of it, politely or at once. */
  end(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** Starts it anew each time. Rejects when it cannot be started. */
export type StartCommand = () => Promise<CommandProcess>;

/** Milliseconds that the streams of what has ended are waited for: something may hold them open for ever. */
export const lastWords = 1000;

/**
 * Starts a program with the person's own rights, in a process group of its own: no shell, the given environment and nothing
 * else, ended as a group. Rejects with what the system said.
 */
export async function startOutside({ command, args }: StdioCommand, env: NodeJS.ProcessEnv, cwd: string): Promise<CommandProcess> {
  const child = spawn(command, [...args], { cwd, detached: process.platform !== 'win32', env, shell: false, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  const gone = leftBy(child);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.on('error', () => undefined);
  const untie = tieToApp(child);
  void gone.then(untie);
  return {
    pid: child.pid ?? null,
    input: child.stdin,
    output: child.stdout,
    error: child.stderr,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    isFrozen: false,
    get exitCode() {
      return child.exitCode;
    },
    gone,
    end: (signal) => killGroup(child, signal),
  };
}

function leftBy(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => {
      // What it started must not live on, and could keep its output open for ever.
      killGroup(child, 'SIGKILL');
      setTimeout(resolve, lastWords).unref();
    });
    child.once('close', () => resolve());
  });
}
