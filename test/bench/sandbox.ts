import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { BenchmarkContext } from '../../scripts/bench.ts';
import type { NetworkDecider } from '../../main/sandbox/network.ts';
import { libraryConfig } from '../../main/sandbox/helper/library-config.ts';
import { findProgram, javaAgent, seccompHelper } from '../../main/sandbox/helper/places.ts';
import { commandLimits, type RunPlan } from '../../main/sandbox/run-plan.ts';
import { createSandbox, type Sandbox } from '../../main/sandbox/sandbox.ts';
import { median, rounded } from './broker/statistics.ts';

/** As an app is built: what starts each run. */
const helper = resolve('out/main/sandbox-helper.js');
/** The library's own command. */
const cli = join(dirname(createRequire(import.meta.url).resolve('@anthropic-ai/sandbox-runtime')), 'cli.js');

const nobody: NetworkDecider = { isInspected: true, refusesOpaque: false, refusedNetworks: [], decide: () => Promise.resolve({ effect: 'deny', reason: 'Nothing is reached here.' }) };

/** Folders for runs: a workspace of one file, and a home that is nobody's. */
class Place {
  readonly folder: string;
  readonly workspace: string;
  readonly sandbox: Sandbox;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(folder: string) {
    this.folder = folder;
    this.workspace = join(folder, 'work');
    this.#environment = { ...process.env, HOME: join(folder, 'home') };
    this.sandbox = createSandbox({
      helper: { program: process.execPath, args: [helper] },
      environment: this.#environment,
      home: join(folder, 'home'),
      hidden: [],
      temporary: tmpdir(),
      profile: resolve('assets/sandbox/countersign-bwrap'),
      wayOut: () => Promise.resolve({ proxy: null, certificates: [] }),
    });
  }

  static async make(): Promise<Place> {
    const place = new Place(await realpath(await mkdtemp(join(tmpdir(), 'bench-sandbox-'))));
    for (const name of ['home', 'work', 'run']) await mkdir(join(place.folder, name));
    await writeFile(join(place.workspace, 'may.csv'), 'name;sum\nAda;10\n');
    for (const network of [null, nobody]) await writeFile(this.#settings(place, network), JSON.stringify(configLike(place, network)));
    return place;
  }

  static #settings(place: Place, network: NetworkDecider | null): string {
    return join(place.folder, network === null ? 'closed.json' : 'seen-into.json');
  }

  plan(network: NetworkDecider | null): RunPlan {
    return { argv: ['true'], cwd: this.workspace, environment: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' }, readable: [], writable: [this.workspace], limits: commandLimits, network };
  }

  /** Milliseconds from the order to the end, nothing of it left. */
  async ours(network: NetworkDecider | null): Promise<number> {
    const from = performance.now();
    const started = await this.sandbox.start(this.plan(network));
    if (!started.ok) throw new Error(`The run did not start: ${JSON.stringify(started)}`);
    started.run.input.end();
    started.run.output.resume();
    started.run.error.resume();
    const { code } = await started.run.end;
    if (code !== 0) throw new Error(`The run ended with ${code}.`);
    return performance.now() - from;
  }

  /** The same by the library's command, in the same folder. */
  async library(network: NetworkDecider | null): Promise<number> {
    const from = performance.now();
    const child = spawn(process.execPath, [cli, '--settings', Place.#settings(this, network), 'true'], { cwd: this.workspace, env: this.#environment, stdio: ['ignore', 'ignore', 'inherit'] });
    const [code]: unknown[] = await once(child, 'close');
    if (code !== 0) throw new Error(`The library’s command ended with ${String(code)}.`);
    return performance.now() - from;
  }

  async remove(): Promise<void> {
    await this.sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What our helper tells the library for such a run, as far as a file can say it. */
function configLike(place: Place, network: NetworkDecider | null): object {
  const [seccomp, agent] = [seccompHelper(), javaAgent()];
  const { argv, ...plan } = place.plan(network);
  const config = libraryConfig(
    {
      ...plan,
      argv: [...argv],
      environment: {},
      readable: [],
      writable: [...plan.writable],
      network: network === null ? 'none' : 'requests',
      refusedNetworks: [],
      looksIntoContent: false,
      wayOut: { proxy: null, certificates: [] },
      folder: join(place.folder, 'run'),
    },
    seccomp,
    () => Promise.resolve({ action: 'deny' }),
    findProgram('bwrap'),
    undefined,
  );
  return { ...config, seccomp: { applyPath: seccomp }, javaAgentJarPath: agent };
}

/** Milliseconds of processor that all processes took that this one started and that have ended (proc(5), `cutime` and `cstime`, in hundredths). */
function spent(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').replace(/^.*\) /s, '').split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

interface Samples {
  readonly times: number[];
  processor: number;
}

async function sample(samples: Samples, way: () => Promise<number>): Promise<void> {
  const from = spent();
  samples.times.push(await way());
  samples.processor += spent() - from;
}

/**
 * How long `true` takes in a sandbox, in milliseconds, from the order until nothing of it is left: by our sandbox as it is built, and by
 * the library's own command with the same configuration, in turns. Once with the network closed, once with one that is seen into.
 * Processor time beside it: a busy machine changes it little.
 */
export async function run({ isQuick, tell }: BenchmarkContext): Promise<Record<string, number>> {
  if (process.platform !== 'linux') throw new Error('The two are compared on Linux.');
  if (!existsSync(helper)) throw new Error('The app is not built: npm run build.');
  const place = await Place.make();
  try {
    const figures: Record<string, number> = {};
    for (const [name, network] of [['closed', null], ['seenInto', nobody]] as const) {
      const [ours, library]: readonly [Samples, Samples] = [{ times: [], processor: 0 }, { times: [], processor: 0 }];
      await place.ours(network);
      await place.library(network);
      const ways = [() => sample(ours, () => place.ours(network)), () => sample(library, () => place.library(network))];
      for (let round = 0; round < (isQuick ? 10 : 40); round += 1) for (const way of round % 2 === 0 ? ways : ways.toReversed()) await way();
      const ratio = rounded(median(ours.times) / median(library.times));
      tell(`  ${name}: ${ratio.toFixed(2)}× the time of the library’s own command (wanted: at most 1.30×), ${(ours.processor / library.processor).toFixed(2)}× its processor time`);
      figures[`${name}P50Ms`] = rounded(median(ours.times));
      figures[`${name}LibraryP50Ms`] = rounded(median(library.times));
      figures[`${name}AgainstLibrary`] = ratio;
      figures[`${name}ProcessorAgainstLibrary`] = rounded(ours.processor / library.processor);
    }
    return figures;
  } finally {
    await place.remove();
  }
}
