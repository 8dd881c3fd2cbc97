import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { killGroup, tieToApp } from '../../main/processes/process-group.ts';

/** What `app-server.ts` is to open. */
export interface Setup {
  readonly home: string;
  readonly agents: number;
  /** Commands run by Node. */
  readonly services: readonly { readonly name: string; readonly args: readonly string[] }[];
  /** Cedar, of the organization. */
  readonly policy: string;
  /** Credentials the app holds: they must reach nobody. */
  readonly secrets?: readonly string[];
}

/** A line of `app-server.ts`. */
export type Said =
  | { readonly kind: 'ready'; readonly url: string; readonly agents: readonly string[]; readonly connections: readonly string[] }
  /** Services that are up; `checks`: how often a person had to come because one was given up. */
  | { readonly kind: 'checked'; readonly ready: number; readonly checks: number }
  /** Of the main thread, after a full collection of garbage. */
  | { readonly kind: 'measured'; readonly heapMegabytes: number }
  /** Resident memory, and what of it is not room that V8 keeps free in the heaps of all threads, in MiB. */
  | { readonly kind: 'used'; readonly residentMegabytes: number; readonly usedMegabytes: number }
  | { readonly kind: 'verified'; readonly isWhole: boolean; readonly events: number; readonly withoutEnd: number };

type SaidOf<K extends Said['kind']> = Extract<Said, { readonly kind: K }>;

/** The app in a process of its own, which never outlives this one. */
export interface LongRunningApp extends SaidOf<'ready'> {
  readonly home: string;
  readonly pid: number;
  readonly isRunning: () => boolean;
  check(): Promise<SaidOf<'checked'>>;
  verify(): Promise<SaidOf<'verified'>>;
  memory(): Promise<SaidOf<'measured'>>;
  usage(): Promise<SaidOf<'used'>>;
  /** What the app or Node complained of so far. */
  problems(): Promise<readonly string[]>;
  /** Ends it in good order; false when it had to be killed or ended with a failure. The home stays. */
  stop(): Promise<boolean>;
  remove(): Promise<void>;
}

/** Milliseconds. */
const answerWithin = 120_000;
const endWithin = 20_000;

export async function startApp(setup: Omit<Setup, 'home'>, services: (home: string) => Setup['services']): Promise<LongRunningApp> {
  const home = await mkdtemp(join(tmpdir(), 'countersign-long-run-'));
  const whole: Setup = { ...setup, home, services: services(home) };
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'app-server.ts'), JSON.stringify(whole)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const untie = tieToApp(child);
  const exited = once(child, 'exit').then(() => untie());
  const waiting = new Map<Said['kind'], (said: Said) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    // Only `app-server.ts` writes there.
    const said = JSON.parse(line) as Said;
    waiting.get(said.kind)?.(said);
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const heard = <K extends Said['kind']>(kind: K): Promise<SaidOf<K>> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`The app did not get ${kind}.`)), answerWithin);
      const settle = (): void => clearTimeout(late);
      waiting.set(kind, (said) => {
        settle();
        // Kept under its own kind.
        resolve(said as SaidOf<K>);
      });
      void exited.then(() => {
        settle();
        reject(new Error(`The app ended with ${String(child.exitCode ?? child.signalCode)}.`));
      });
    });
  const ask = <K extends Said['kind']>(order: string, kind: K): Promise<SaidOf<K>> => {
    const answer = heard(kind);
    child.stdin.write(`${order}\n`);
    return answer;
  };
  const ready = await heard('ready');
  return {
    ...ready,
    home,
    // A process that was started has a number.
    pid: child.pid ?? 0,
    isRunning,
    check: () => ask('check', 'checked'),
    verify: () => ask('verify', 'verified'),
    memory: () => ask('memory', 'measured'),
    usage: () => ask('usage', 'used'),
    async problems() {
      const text = await readFile(join(home, 'problems.log'), 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line !== '');
    },
    async stop() {
      if (isRunning()) child.kill('SIGTERM');
      const force = setTimeout(() => killGroup(child, 'SIGKILL'), endWithin);
      await exited;
      clearTimeout(force);
      return child.exitCode === 0;
    },
    remove: () => rm(home, { recursive: true, force: true }),
  };
}
