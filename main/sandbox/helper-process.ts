import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { LineReader } from '../model/line-reader.ts';
import { killGroup, tieToApp } from '../processes/process-group.ts';
import { fromHelper, longestMessage, streams, type FromHelper, type ToHelper } from './protocol.ts';

/** How this app starts its own helper: the program, and the words before anything else. */
export interface HelperCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** The user that it runs as, for an app that the system's administrator runs: a run of theirs could change the kernel's settings. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** The last bytes of what a helper complained that are kept. */
const keptComplaint = 4_096;

/** One helper process. It ends with the app, and what it started ends with it. */
export class HelperProcess {
  readonly input: Writable;
  readonly output: Readable;
  readonly error: Readable;
  /** Resolves when it is gone, with what it complained last. */
  readonly gone: Promise<string>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, onMessage: (message: FromHelper) => void) {
    this.#child = child;
    const stdio = Array.from<unknown>(child.stdio);
    const [input, output, error] = [streams.input, streams.output, streams.error].map((descriptor) => stdio[descriptor]);
    // Each was asked for as a pipe, which Node makes a duplex stream.
    this.input = input as Writable;
    this.output = output as Readable;
    this.error = error as Readable;
    for (const stream of [child.stdin, this.input]) stream?.on('error', () => undefined);
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString('utf8')).slice(-keptComplaint)));
    const lines = new LineReader(longestMessage);
    child.stdout?.on('data', (chunk: Buffer) => {
      try {
        for (const line of lines.read(chunk)) onMessage(fromHelper.parse(JSON.parse(line)));
      } catch {
        // One that speaks nonsense is not trusted with a run any longer.
        killGroup(child, 'SIGKILL');
      }
    });
    const untie = tieToApp(child);
    this.gone = new Promise((resolve) => {
      child.once('exit', () => {
        // What the library started beside the run goes too.
        killGroup(child, 'SIGKILL');
        untie();
      });
      child.once('close', () => resolve(complaint));
    });
  }

  /** Rejects when it cannot be started. */
  static async start(command: HelperCommand, cwd: string, env: Readonly<Record<string, string>>, onMessage: (message: FromHelper) => void): Promise<HelperProcess> {
    const child = spawn(command.program, [...command.args], {
      cwd,
      env,
      ...command.user,
      detached: process.platform !== 'win32',
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    await new Promise((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return new HelperProcess(child, onMessage);
  }

  send(message: ToHelper): void {
    if (this.#child.stdin?.writable === true) this.#child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  /** At once, with everything it started. */
  kill(): void {
    killGroup(this.#child, 'SIGKILL');
  }
}
