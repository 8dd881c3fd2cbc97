import { execFileSync } from 'node:child_process';
import { mkdtemp, mkdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { WayOut } from '../../main/model/way-out.ts';
import type { NetworkDecider } from '../../main/sandbox/network.ts';
import type { Run, RunEnd } from '../../main/sandbox/run.ts';
import { commandLimits, type RunLimits, type RunPlan } from '../../main/sandbox/run-plan.ts';
import { createSandbox, type Sandbox } from '../../main/sandbox/sandbox.ts';

export interface Ended extends RunEnd {
  readonly output: string;
  readonly error: string;
  readonly violations: readonly string[];
}

export interface Asked {
  readonly limits?: Partial<RunLimits>;
  readonly readable?: readonly string[];
  readonly writable?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly brokerSocket?: string;
  readonly network?: NetworkDecider;
}

export interface MachineOptions {
  readonly wayOut?: WayOut;
  /** For Node, before the helper's own file. */
  readonly helperOptions?: readonly string[];
}

const nobody = { uid: 65534, gid: 65534 };

/** A machine of its own for a test: a home with a secret, this app's state, and a workspace beside them. */
export class Machine {
  readonly folder: string;
  readonly home: string;
  readonly state: string;
  readonly workspace: string;
  readonly sandbox: Sandbox;

  private constructor(folder: string, person: typeof nobody | undefined, { wayOut = { proxy: null, certificates: [] }, helperOptions = [] }: MachineOptions) {
    this.folder = folder;
    this.home = join(folder, 'home');
    this.state = join(folder, 'home/.config/countersign');
    this.workspace = join(folder, 'work');
    this.sandbox = createSandbox({
      helper: { program: process.execPath, args: [...helperOptions, resolve('main/sandbox/helper/index.ts')], ...(person === undefined ? {} : { user: person }) },
      environment: { ...process.env, HOME: this.home },
      home: this.home,
      hidden: [this.state],
      temporary: tmpdir(),
      profile: resolve('assets/sandbox/countersign-bwrap'),
      wayOut: () => Promise.resolve(wayOut),
    });
  }

  /** `isPerson`: runs are a common person's, as they are outside of tests, though the tests be the administrator's. */
  static async make(isPerson = true, options: MachineOptions = {}): Promise<Machine> {
    const isAdministrator = process.getuid?.() === 0;
    const machine = new Machine(await realpath(await mkdtemp(join(tmpdir(), 'countersign-sandbox-'))), isPerson && isAdministrator ? nobody : undefined, options);
    await mkdir(machine.state, { recursive: true });
    await mkdir(machine.workspace);
    machine.own();
    return machine;
  }

  /** Gives all of it to the person, after the test made something in it. */
  own(): void {
    if (process.getuid?.() === 0) execFileSync('chown', ['-hR', `${nobody.uid}:${nobody.gid}`, this.folder]);
  }

  plan(argv: RunPlan['argv'], asked: Asked = {}): RunPlan {
    return {
      argv,
      cwd: this.workspace,
      environment: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...asked.environment },
      readable: asked.readable ?? [],
      writable: asked.writable ?? [this.workspace],
      ...(asked.brokerSocket === undefined ? {} : { brokerSocket: asked.brokerSocket }),
      limits: { ...commandLimits, ...asked.limits },
      network: asked.network ?? null,
    };
  }

  async start(argv: RunPlan['argv'], asked?: Asked): Promise<Run> {
    const started = await this.sandbox.start(this.plan(argv, asked));
    if (!started.ok) throw new Error(`The run did not start: ${JSON.stringify(started)}`);
    return started.run;
  }

  /** A shell script, run to its end. */
  async script(text: string, asked?: Asked): Promise<Ended> {
    return await this.run(['/bin/bash', '-c', text], asked);
  }

  async run(argv: RunPlan['argv'], asked?: Asked): Promise<Ended> {
    const run = await this.start(argv, asked);
    const violations: string[] = [];
    run.onViolation((line) => violations.push(line));
    run.input.end();
    const [output, error, end] = await Promise.all([readAll(run.output), readAll(run.error), run.end]);
    return { ...end, output, error, violations };
  }

  async remove(): Promise<void> {
    await this.sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
