import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ConnectionId, Message, ServerAccess } from '../preload/contract.ts';
import type { CommandProcess, StdioCommand } from './connections/command-process.ts';
import { ConnectionProblem, type Connection } from './connections/connection.ts';
import type { ClosableUpstream } from './connections/mcp-upstream.ts';
import { accessOf } from './connections/server-access.ts';
import { commandNotFound, openStdioUpstream } from './connections/stdio-upstream.ts';
import type { PauseSwitch } from './gate/pause-switch.ts';
import { disarmLine } from './model/disarm.ts';
import type { Dispose } from './model/disposable.ts';
import { readHostPattern, type HostPattern } from './model/host-pattern.ts';
import { say } from './model/say.ts';
import type { Organization } from './organization.ts';
import type { RunNetworks } from './run-networks.ts';
import { fromHome, readChosen, type FolderProblem } from './sandbox/folders.ts';
import { missingProblem } from './sandbox/missing-problem.ts';
import { lastingLimits, type RunPlan } from './sandbox/run-plan.ts';
import type { Run } from './sandbox/run.ts';
import { findInstalledProgram, systemProgramFolders } from './sandbox/installed-program.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { asCommand } from './sandboxed-command.ts';

export interface ServerRunsParts {
  readonly sandbox: Sandbox;
  readonly networks: Pick<RunNetworks, 'openForServer' | 'noteServerRefused'>;
  readonly organization: Pick<Organization, 'mayGiveFullAccess'>;
  readonly pause: Pick<PauseSwitch, 'isPaused' | 'onChange'>;
  /** Folders that no program may see. */
  readonly hidden: readonly string[];
  /** Where each connection's program has a folder of its own; no folder for a person to choose. */
  readonly folders: string;
  /** The person's own `PATH`. */
  readonly path: string;
}

type SandboxAccess = ServerAccess & { readonly kind: 'sandbox' };
type ReadAccess = { readonly ok: true; readonly readable: readonly string[]; readonly writable: readonly string[]; readonly places: readonly HostPattern[] } | { readonly ok: false; readonly problem: Message };

/** The programs of connections: in the sandbox, with what was named for each, or with full access where that was chosen. */
export class ServerRuns {
  readonly #parts: ServerRunsParts;
  readonly #runs = new Set<Run>();
  readonly #stop: Dispose;

  constructor(parts: ServerRunsParts) {
    this.#parts = parts;
    this.#stop = parts.pause.onChange(() => {
      for (const run of this.#runs) void this.#follow(run);
    });
  }

  /** Rejects with a `ConnectionProblem` where it cannot run as it should: it never runs in another way. */
  async open(connection: Connection): Promise<ClosableUpstream> {
    const { config, callTimeoutSeconds } = connection;
    const access = accessOf(connection);
    const options = { callTimeout: callTimeoutSeconds * 1000 };
    if (access?.kind === 'sandbox') return openStdioUpstream(config, { ...options, start: (command) => this.#start(connection, access, command) });
    if (!this.#parts.organization.mayGiveFullAccess) throw failing(say('server.problem.fullAccess'), 'The organization does not allow this service to run with full access to the computer.');
    return openStdioUpstream(config, options);
  }

  /** What is wrong with a choice; null: nothing. */
  async problemWith(access: ServerAccess): Promise<Message | null> {
    if (access.kind === 'full') return this.#parts.organization.mayGiveFullAccess ? null : say('server.problem.fullAccess');
    const read = await this.#read(access);
    return read.ok ? null : read.problem;
  }

  close(): void {
    this.#stop();
  }

  async #start(connection: Connection, access: SandboxAccess, { command, args }: StdioCommand): Promise<CommandProcess> {
    const { folders, networks, path, pause, sandbox } = this.#parts;
    if (pause.isPaused) throw failing(say('server.problem.paused'), 'Everything is paused in Countersign.');
    const read = await this.#read(access);
    if (!read.ok) throw failing(read.problem, 'A folder or a place that was named for this service cannot be used.');
    const found = await findInstalledProgram(fromHome(command, homedir()), path, homedir());
    if (found === undefined) throw commandNotFound(command);
    const own = ownFolder(folders, connection.id);
    await mkdir(own, { recursive: true, mode: 0o700 });
    const plan: RunPlan = {
      argv: [found.program, ...args],
      cwd: own,
      environment: { LANG: 'C.UTF-8', PATH: [...new Set([...found.folders, ...systemProgramFolders])].join(delimiter), HOME: own },
      readable: [...new Set([...read.readable, ...found.readable])],
      writable: [own, ...read.writable],
      limits: lastingLimits,
      network: networks.openForServer(read.places),
    };
    const started = await sandbox.start(plan);
    if (!started.ok) throw started.why === 'folder' ? failing(folderProblem(started.problem, started.path), 'A folder that this service needs cannot be used.') : await this.#noSandbox(started.text);
    const { run } = started;
    this.#runs.add(run);
    void run.end.then(() => this.#runs.delete(run));
    void this.#follow(run);
    return asCommand(run, { isFrozen: () => pause.isPaused, onRefused: (line) => networks.noteServerRefused(connection, line) });
  }

  async #read({ readable, writable, hosts }: SandboxAccess): Promise<ReadAccess> {
    const { folders, hidden } = this.#parts;
    const places: HostPattern[] = [];
    for (const host of hosts) {
      const pattern = readHostPattern(host);
      if (!pattern.ok) return { ok: false, problem: say('server.problem.place', { place: disarmLine(host) }) };
      places.push(pattern.pattern);
    }
    const home = homedir();
    const chosen = { readable: readable.map((one) => fromHome(one, home)), writable: writable.map((one) => fromHome(one, home)) };
    const read = await readChosen(chosen, home, [...hidden, folders]);
    return read.ok ? { ...read, places } : { ok: false, problem: folderProblem(read.problem, read.path) };
  }

  /** What is missing is named by a check, which takes half a second: only once it is known that something is. */
  async #noSandbox(text: string): Promise<ConnectionProblem> {
    const readiness = await this.#parts.sandbox.check();
    const problem = readiness.state === 'missing' ? missingProblem('server.problem.noSandbox', readiness) : say('server.problem.sandbox', { text: disarmLine(text) });
    return failing(problem, 'The sandbox that this service should run in could not be had.');
  }

  /** Paused means that nothing goes on: what cannot be frozen is ended. */
  async #follow(run: Run): Promise<void> {
    const { pause } = this.#parts;
    const { isPaused } = pause;
    if (!(await run.freeze(isPaused)) && isPaused && pause.isPaused && this.#runs.has(run)) await run.stop();
  }
}

/** Where the program of a connection keeps what programs put into a home: the person's is not there. */
function ownFolder(folders: string, id: ConnectionId): string {
  return join(folders, id, '.home');
}

function folderProblem(problem: FolderProblem, folder: string): Message {
  return say(`workbench.problem.${problem}`, { folder: disarmLine(folder) });
}

function failing(problem: Message, text: string): ConnectionProblem {
  return new ConnectionProblem('failing', problem, text);
}
