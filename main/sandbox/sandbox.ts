import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { WayOut } from '../model/way-out.ts';
import { minimalEnvironment } from '../processes/minimal-environment.ts';
import { FolderUse } from './folder-use.ts';
import { readFolders, type FolderProblem } from './folders.ts';
import { HelperProcess, type HelperCommand } from './helper-process.ts';
import type { FromHelper, SandboxFacts } from './protocol.ts';
import { readReadiness, type PackageTool, type Readiness } from './readiness.ts';
import { Run } from './run.ts';
import type { RunPlan } from './run-plan.ts';

export type RunStart =
  | { readonly ok: true; readonly run: Run }
  | { readonly ok: false; readonly why: 'folder'; readonly path: string; readonly problem: FolderProblem }
  /** The sandbox could not be had, so nothing was started; `text` says why, in the system's words. */
  | { readonly ok: false; readonly why: 'sandbox'; readonly text: string };

/** Runs code where it can do no harm that was not allowed. Nothing ever runs outside of it. */
export interface Sandbox {
  /** Finds out whether code can run here, by starting the smallest sandbox. Takes about half a second. */
  check(): Promise<Readiness>;
  /** A run waits up to a minute for others that may change its writable folders, or what is around or in them. */
  start(plan: RunPlan): Promise<RunStart>;
  /** Ends every run. */
  close(): Promise<void>;
}

export interface SandboxParts {
  readonly helper: HelperCommand;
  readonly environment: NodeJS.ProcessEnv;
  readonly home: string;
  /** Folders that no run may see, whatever a plan says: this app's state and sockets. */
  readonly hidden: readonly string[];
  /** Where the folder of each run is made: short, as a socket's path has to fit in it. */
  readonly temporary: string;
  /** The shipped AppArmor profile. */
  readonly profile: string;
  /** How connections of runs leave this computer from now on. */
  readonly wayOut: () => Promise<WayOut>;
}

const longestText = 1_000;
/** Milliseconds that a run waits for another one in its folders. */
const patience = 60_000;
const straight: WayOut = { proxy: null, certificates: [] };

export function createSandbox(parts: SandboxParts): Sandbox {
  return new HelperSandbox(parts);
}

/** Each run has a helper process, because the sandbox library has one state for its whole process. */
class HelperSandbox implements Sandbox {
  readonly #parts: SandboxParts;
  readonly #runs = new Set<Run>();
  readonly #use = new FolderUse(patience);

  constructor(parts: SandboxParts) {
    this.#parts = parts;
  }

  async check(): Promise<Readiness> {
    const { profile, temporary } = this.#parts;
    let facts: SandboxFacts | undefined;
    try {
      const helper = await this.#startHelper(temporary, temporary, (message) => {
        if (message.type === 'checked') facts = message.facts;
      });
      helper.output.resume();
      helper.error.resume();
      helper.send({ type: 'check' });
      const complaint = await helper.gone;
      facts ??= { errors: [complaint], warnings: [], trial: null, bubblewrap: null, isUserNamespaceRestricted: false, isAdministrator: false };
    } catch (error) {
      return { state: 'missing', parts: [{ part: 'other', text: textOf(error) }] };
    }
    return readReadiness(facts, process.platform, packageTool(), profile);
  }

  async start(plan: RunPlan): Promise<RunStart> {
    const folders = await readFolders(plan, this.#parts.home, this.#parts.hidden);
    if (!folders.ok) return { ok: false, why: 'folder', path: folders.path, problem: folders.problem };
    const free = await this.#use.take(folders.writable);
    if (free === undefined) return { ok: false, why: 'sandbox', text: 'Another run is still going on in this folder. Try again when it has ended.' };
    const folder = await mkdtemp(join(this.#parts.temporary, 'csr-'));
    await chmod(folder, 0o700);
    await mkdir(join(folder, 'tmp'));
    const { user } = this.#parts.helper;
    if (user !== undefined) for (const path of [folder, join(folder, 'tmp')]) await chown(path, user.uid, user.gid);
    const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true }).finally(free);
    try {
      const started = await this.#begin({ ...plan, ...folders }, folder);
      if (!started.ok) await removeFolder();
      else void started.run.end.then(removeFolder);
      return started;
    } catch (error) {
      await removeFolder();
      return { ok: false, why: 'sandbox', text: textOf(error) };
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#runs].map((run) => run.stop()));
  }

  async #begin(plan: RunPlan, folder: string): Promise<RunStart> {
    const answer = Promise.withResolvers<(FromHelper & { type: 'started' }) | { readonly type: 'failed'; readonly text: string }>();
    let run: Run | undefined;
    const early: FromHelper[] = [];
    const helper = await this.#startHelper(plan.cwd, folder, (message) => {
      if (message.type === 'started' || message.type === 'failed') answer.resolve(message);
      else if (run === undefined) early.push(message);
      else run.take(message);
    });
    void helper.gone.then((complaint) => answer.resolve({ type: 'failed', text: complaint || 'The sandbox’s helper ended before the run began.' }));
    const { brokerSocket, network, limits } = plan;
    const wayOut = network === null ? straight : await this.#parts.wayOut();
    helper.send({
      type: 'start',
      plan: {
        argv: [...plan.argv],
        cwd: plan.cwd,
        environment: { ...plan.environment },
        readable: [...plan.readable],
        writable: [...plan.writable],
        ...(brokerSocket === undefined ? {} : { brokerSocket }),
        limits,
        network: network === null ? 'none' : network.isInspected ? (network.refusesOpaque ? 'requests only' : 'requests') : 'connections',
        refusedNetworks: [...(network?.refusedNetworks ?? [])],
        looksIntoContent: network?.foundInContent !== undefined,
        wayOut: { proxy: wayOut.proxy && { ...wayOut.proxy, noProxy: [...wayOut.proxy.noProxy] }, certificates: [...wayOut.certificates] },
        folder,
      },
    });
    const first = await answer.promise;
    if (first.type === 'failed') {
      helper.kill();
      return { ok: false, why: 'sandbox', text: `${first.text} ${await readStart(helper.error)}`.trim() };
    }
    const started = new Run(helper, limits, network, first.leftovers);
    run = started;
    for (const message of early) started.take(message);
    this.#runs.add(started);
    void started.end.then(() => this.#runs.delete(started));
    return { ok: true, run: started };
  }

  #startHelper(cwd: string, temporary: string, onMessage: (message: FromHelper) => void): Promise<HelperProcess> {
    const { helper, environment } = this.#parts;
    return HelperProcess.start(helper, cwd, { ...minimalEnvironment(environment), TMPDIR: temporary }, onMessage);
  }
}

/** What bubblewrap itself said, which it says where the run would. */
async function readStart(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) if (text.length < longestText) text += String(chunk);
  return text.slice(0, longestText);
}

function packageTool(): PackageTool {
  const tools: readonly (readonly [path: string, tool: PackageTool])[] = [
    ['/usr/bin/apt-get', 'apt'],
    ['/usr/bin/dnf', 'dnf'],
    ['/usr/bin/pacman', 'pacman'],
    ['/usr/bin/zypper', 'zypper'],
  ];
  return tools.find(([path]) => existsSync(path))?.[1] ?? 'other';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
