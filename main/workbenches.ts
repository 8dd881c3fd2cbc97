import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { lentKey, type AgentId, type ConnectionId, type LentKey, type Mark, type Message, type Result, type WorkbenchInput } from '../preload/contract.ts';
import { commandFacts, commandMarks, commandRows } from './commands/command-card.ts';
import { describeCommandLine } from './commands/describe-command.ts';
import type { CommandDescription } from './commands/description.ts';
import { ConnectionProblem, type Connection } from './connections/connection.ts';
import type { ConnectionStore } from './connections/connection-store.ts';
import { createWorkbenchConnector, type Captured, type Code, type CodeReport, type Job, type JobEnd, type Workshop } from './connectors/workbench/index.ts';
import { withoutValues, type LentKeys } from './lent-keys.ts';
import type { Clock } from './model/clock.ts';
import { disarm, disarmLine, isArmed } from './model/disarm.ts';
import { say } from './model/say.ts';
import type { Upstream } from './model/upstream.ts';
import type { RunNetworks } from './run-networks.ts';
import { fromHome, readFolders, type FolderProblem } from './sandbox/folders.ts';
import { systemProgramFolders } from './sandbox/installed-program.ts';
import { missingProblem } from './sandbox/missing-problem.ts';
import { commandLimits, type RunPlan } from './sandbox/run-plan.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { mostBytes, mostFiles, readTree, removeTree, textOf } from './workspaces/tree.ts';
import { WorkspaceCopy, type CopyProblem } from './workspaces/workspace-copy.ts';

const workbenchConfig = z.object({ folder: z.string(), isOnCopy: z.boolean().default(false), keys: z.array(lentKey).default([]) });

/** Bytes of each stream that an agent is given: the first half and the last. */
const keptBytes = 64 * 1024;
/** Different refusals of one run that are told and written down. */
const mostRefusals = 200;

export interface WorkbenchesParts {
  readonly connections: ConnectionStore;
  readonly sandbox: Sandbox;
  readonly networks: Pick<RunNetworks, 'openLending' | 'noteRefused'>;
  readonly lentKeys: Pick<LentKeys, 'keep'>;
  readonly clock: Clock;
  /** Folders that no workspace may hold or lie in. */
  readonly hidden: readonly string[];
  /** Where copies of workspaces lie: no part of `hidden` for a run, and no workspace for a person. */
  readonly copies: string;
}

/** Bytes of a text whose changes are shown. */
const longestShown = 200_000;

const problemText: Readonly<Record<CopyProblem, string>> = {
  too_large: 'The workspace is too large to be copied.',
  unreadable: 'The workspace, or your copy of it, cannot be read. If it is your copy, discard_changes makes it anew.',
  busy: 'A run of yours is still going on in your copy. Wait for its end.',
};

/** The keys that runs may use, and whose they are. */
interface Lends {
  readonly connection: ConnectionId;
  readonly keys: readonly LentKey[];
}

/** Workbenches: the connector, with a sandbox for each run. */
export class Workbenches {
  readonly #parts: WorkbenchesParts;
  readonly #copies = new Map<string, WorkspaceCopy>();

  constructor(parts: WorkbenchesParts) {
    this.#parts = parts;
  }

  /** Rejects with a `ConnectionProblem` where no sandbox can be had. */
  async open({ id, name, config, callTimeoutSeconds }: Connection): Promise<Upstream> {
    const { folder, isOnCopy, keys } = workbenchConfig.parse(config);
    const lends = { connection: id, keys };
    const { clock, sandbox } = this.#parts;
    const readiness = await sandbox.check();
    if (readiness.state === 'missing') throw new ConnectionProblem('failing', missingProblem('workbench.problem.noSandbox', readiness), 'This computer has no sandbox to run code in.');
    return createWorkbenchConnector({ name, folder, isReduced: readiness.state === 'reduced', longestRun: callTimeoutSeconds * 1000, keys, clock, workshop: isOnCopy ? this.#copyWorkshop(folder, lends) : { run: (job) => this.#run(job, folder, lends) }, look });
  }

  /** Adds nothing where no sandbox can be had, or the folder would show too much. */
  async add({ name, folder, isOnCopy, keys }: WorkbenchInput): Promise<Result<{ id: ConnectionId }>> {
    const { connections, copies, hidden, sandbox } = this.#parts;
    const path = fromHome(folder, homedir());
    const read = await readFolders({ readable: [], writable: [path], cwd: path }, homedir(), [...hidden, copies]);
    if (!read.ok) return { ok: false, problem: folderProblem(read.problem, folder) };
    const readiness = await sandbox.check();
    if (readiness.state === 'missing') return { ok: false, problem: missingProblem('workbench.problem.noSandbox', readiness) };
    if (isOnCopy) {
      const tree = await readTree(read.cwd).catch(() => null);
      if (tree === null) return { ok: false, problem: say('workbench.problem.unreadable', { folder: disarmLine(folder) }) };
      if (!tree.ok) return { ok: false, problem: say('workbench.problem.too_large', { folder: disarmLine(folder), files: mostFiles, gigabytes: mostBytes / 1024 ** 3 }) };
    }
    const lent = withoutValues(keys).map((key) => ({ ...key, hosts: [...key.hosts] }));
    const { id } = connections.add({ name, kind: 'workbench', config: { folder: read.cwd, isOnCopy, ...(lent.length === 0 ? {} : { keys: lent }) } });
    const wrong = await this.#parts.lentKeys.keep(id, keys);
    if (wrong === null) return { ok: true, value: { id } };
    connections.remove(id);
    return { ok: false, problem: wrong };
  }

  /** Drops every copy of that connection's folder, with what was not kept. */
  async forget(connection: ConnectionId): Promise<void> {
    for (const key of this.#copies.keys()) if (key.startsWith(`${connection}/`)) this.#copies.delete(key);
    await removeTree(join(this.#parts.copies, connection));
  }

  /** Drops that agent's copies, with what was not kept. */
  async forgetAgent(agent: AgentId): Promise<void> {
    const connections = await readdir(this.#parts.copies).catch(() => []);
    for (const connection of connections) {
      this.#copies.delete(`${connection}/${agent}`);
      await removeTree(join(this.#parts.copies, connection, agent));
    }
  }

  #copyOf(connection: ConnectionId, folder: string, agent: AgentId): WorkspaceCopy {
    const key = `${connection}/${agent}`;
    const copy = this.#copies.get(key) ?? new WorkspaceCopy(folder, join(this.#parts.copies, connection, agent));
    this.#copies.set(key, copy);
    return copy;
  }

  #copyWorkshop(folder: string, lends: Lends): Workshop {
    const copyOf = (agent: AgentId): WorkspaceCopy => this.#copyOf(lends.connection, folder, agent);
    return {
      run: async (job) => {
        const begun = await copyOf(job.agent).begin();
        if (!begun.ok) return { kind: 'not_started', text: problemText[begun.problem] };
        const end = await this.#run(job, begun.folder, lends).finally(begun.end);
        if (end.kind === 'not_started') return end;
        const read = await copyOf(job.agent).changes();
        return { ...end, unkept: read.ok ? read.changes : null };
      },
      copies: {
        async changes(agent) {
          const read = await copyOf(agent).changes();
          return read.ok ? read : { ok: false, text: problemText[read.problem] };
        },
        async texts(agent, { path, before, after }) {
          const { inCopy, inFolder } = copyOf(agent).pathsOf(path);
          return { before: before && (await textOf(inFolder, longestShown)), after: after && (await textOf(inCopy, longestShown)) };
        },
        pathsOf: (agent, path) => copyOf(agent).pathsOf(path),
        keep: (agent, changes, signal) => copyOf(agent).keep(changes, this.#parts.sandbox, signal),
        discard: (agent) => copyOf(agent).discard(),
      },
    };
  }

  async #run({ argv, input, agent, action, program: shown, isReading, time, signal, onOutput }: Job, folder: string, lends: Lends): Promise<JobEnd> {
    const [program, ...words] = argv;
    const node = program === 'node' ? ownNode() : undefined;
    const { networks } = this.#parts;
    const network = shown === null ? null : networks.openLending({ agent, action, program: shown, ...lends });
    const plan: RunPlan = {
      argv: [node ?? program, ...words],
      cwd: folder,
      environment: { ...network?.environment, PATH: systemProgramFolders.join(delimiter), LANG: 'C.UTF-8' },
      readable: [...(node === undefined ? [] : [node]), ...(isReading ? [folder] : [])],
      writable: isReading ? [] : [folder],
      limits: { ...commandLimits, time },
      network: network?.decider ?? null,
    };
    try {
      return await this.#end(plan, { input, action, signal, onOutput });
    } finally {
      network?.decider.close();
    }
  }

  /** Starts it and stays with it until nothing of it is left. */
  async #end(plan: RunPlan, { input, action, signal, onOutput }: Pick<Job, 'input' | 'action' | 'signal' | 'onOutput'>): Promise<JobEnd> {
    const { networks, sandbox } = this.#parts;
    if (signal.aborted) return { kind: 'not_started', text: 'It was cancelled.' };
    const started = await sandbox.start(plan);
    if (!started.ok) return { kind: 'not_started', text: started.why === 'folder' ? 'The workspace folder is not there any more, or may not be used.' : `The sandbox could not be had: ${started.text}` };
    const { run } = started;
    const stop = (): void => void run.stop();
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const refused = new Set<string>();
    const endRefusals = run.onViolation((line) => {
      if (refused.size >= mostRefusals || refused.has(line)) return;
      refused.add(line);
      networks.noteRefused(action, line);
    });
    run.input.end(input);
    const [output, error, end] = await Promise.all([capture(run.output, onOutput), capture(run.error, onOutput), run.end]);
    signal.removeEventListener('abort', stop);
    endRefusals();
    return { kind: 'ended', code: end.code, signal: end.signal, limit: end.limit, isCutOff: end.isStopped || end.isLost, output, error, refused: [...refused], unkept: null };
  }
}

/** Electron is none; a Node of the system's is found in its folders then. */
function ownNode(): string | undefined {
  return process.versions['electron'] === undefined ? process.execPath : undefined;
}

async function capture(stream: Readable, onOutput: (text: string) => void): Promise<Captured> {
  const decoder = new StringDecoder('utf8');
  let [head, tail, omitted] = [Buffer.alloc(0), Buffer.alloc(0), 0];
  const half = keptBytes / 2;
  for await (const piece of stream) {
    // A stream without an encoding gives buffers.
    const chunk = piece as Buffer;
    onOutput(decoder.write(chunk));
    const room = Math.max(0, half - head.length);
    head = Buffer.concat([head, chunk.subarray(0, room)]);
    tail = Buffer.concat([tail, chunk.subarray(room)]);
    if (tail.length <= half) continue;
    omitted += tail.length - half;
    tail = tail.subarray(tail.length - half);
  }
  return { text: omitted === 0 ? Buffer.concat([head, tail]).toString('utf8') : `${head.toString('utf8')}\n…\n${tail.toString('utf8')}`, omitted };
}

/** What can be said of code before it runs. */
function look({ kind, text }: Code, folder: string): CodeReport {
  return kind === 'command' ? lookAtCommand(describeCommandLine(text, { folder })) : lookAtCode(kind, text, folder);
}

function lookAtCommand(description: CommandDescription): CodeReport {
  const marks = commandMarks(description);
  return { facts: commandFacts(description), marks, rows: commandRows(description), isAlarming: marks.some(({ tone }) => tone === 'stop') };
}

/** Of a language other than the shell's nobody knows more than that it is code: its exact text is all there is to see. */
function lookAtCode(kind: 'python' | 'node', text: string, folder: string): CodeReport {
  const isHiding = isArmed(text);
  const hides: readonly Mark[] = isHiding ? [{ text: say('mark.hiddenCharacters'), tone: 'stop' }] : [];
  return {
    facts: { programs: [kind === 'python' ? 'python3' : 'node'], isFullyKnown: false, folder },
    marks: [{ text: say('mark.command.ownCode'), tone: 'mind' }, ...hides],
    rows: [
      { kind: 'sentences', label: say('card.row.couldChange'), sentences: [say('command.change.ownCode')] },
      { kind: 'command', label: say('card.row.code'), segments: [{ kind: 'plain', text: disarm(text) }] },
    ],
    isAlarming: isHiding,
  };
}

function folderProblem(problem: FolderProblem, folder: string): Message {
  return say(`workbench.problem.${problem}`, { folder: disarmLine(folder) });
}
