import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, lstatSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { SandboxManager } from '@anthropic-ai/sandbox-runtime';
import { streams, type FromHelper, type HelperPlan } from '../protocol.ts';
import { coveredPlaces, harden } from './bubblewrap.ts';
import type { Conversation } from './conversation.ts';
import { lookThrough } from './content.ts';
import { Errands } from './errands.ts';
import { libraryConfig, toLibrary } from './library-config.ts';
import { findProgram, javaAgent, seccompHelper } from './places.ts';
import { freezeTree, killTree } from './process-tree.ts';
import { writeWords } from './shell-words.ts';
import { systemCallFilter } from './system-calls.ts';
import { takeWayOut } from './way-out.ts';
import { Watchdog } from './watchdog.ts';

export interface StartedRun {
  readonly ended: Promise<FromHelper & { type: 'ended' }>;
  /** Whether all of it is frozen now. */
  readonly freeze: (isFrozen: boolean) => Promise<boolean>;
  /** Ends everything it started. */
  readonly stop: () => void;
}

/** Where a run finds the broker: a port of its own loopback, which is nobody else's. */
const brokerPort = 4180;
/** Bubblewrap reads its options here, so that they stand in no list of processes. */
const optionsDescriptor = 6;
/** Where the sandbox waits for the word to begin. */
const gateDescriptor = 7;
/** Where bubblewrap reads the filter of system calls. */
const filterDescriptor = 8;

/** Starts what the plan says, in the sandbox. Rejects when the sandbox cannot be had: nothing runs without it. */
export async function startRun(plan: HelperPlan, conversation: Conversation): Promise<StartedRun> {
  await initialize(plan, conversation);
  const line = `${limitsLine(plan)} exec ${writeWords(plan.argv)}`;
  const wrapped = await SandboxManager.wrapWithSandboxArgv(line, undefined, undefined, undefined, plan.cwd, { commandId: plan.folder });
  const { child, leftovers, ready } = process.platform === 'linux' ? startBubblewrap(plan, wrapped.argv) : startOther(plan, wrapped);
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  // The run holds its own ends now; a copy here would keep them open after it.
  for (const descriptor of Object.values(streams)) closeSync(descriptor);
  const run = watch(plan, conversation, child);
  await ready?.(run);
  conversation.tell({ type: 'started', leftovers: [...leftovers] });
  return run;
}

async function initialize(plan: HelperPlan, conversation: Conversation): Promise<void> {
  const helper = seccompHelper();
  if (process.platform === 'linux' && helper === undefined) throw new Error('The part that closes Unix sockets is missing.');
  const companyFile = plan.network === 'none' ? undefined : takeWayOut(plan.wayOut, plan.folder);
  const errands = new Errands();
  const config = libraryConfig(
    plan,
    helper,
    async (request, info) => {
      const url = new URL(request.url);
      if (plan.looksIntoContent && request.body !== null) void lookThrough(request.body, (mark) => conversation.tell({ type: 'found', host: info?.target?.host ?? url.hostname, mark }));
      const scheme = info?.scheme ?? (url.protocol === 'https:' ? 'https' : 'http');
      const decision = await conversation.ask({
        kind: 'request',
        host: info?.target?.host ?? url.hostname,
        port: info?.target?.port ?? Number(url.port || (scheme === 'https' ? 443 : 80)),
        scheme,
        method: request.method,
        target: info?.requestTarget ?? `${url.pathname}${url.search}`,
        headers: [...request.headers],
      });
      return toLibrary(decision, errands.tagFor(decision));
    },
    findProgram('bwrap'),
    companyFile,
  );
  const agent = javaAgent();
  await SandboxManager.initialize(
    { ...config, ...(helper === undefined ? {} : { seccomp: { applyPath: helper } }), ...(agent === undefined ? {} : { javaAgentJarPath: agent }) },
    async ({ host, port }) => {
      if (plan.network === 'none' || port === undefined) return false;
      const decision = await conversation.ask({ kind: 'connect', host, port });
      return decision.effect === 'allow' ? true : { allow: false, reason: decision.reason };
    },
    true,
  );
  keepKeyInMemory(plan.folder);
  let told = 0;
  SandboxManager.getSandboxViolationStore().subscribe((violations) => {
    for (const { line } of violations.slice(told)) if (!isInOwnTemporary(line, plan)) conversation.tell({ type: 'violation', line });
    told = violations.length;
  });
}

/** The library tells by the path alone what it thinks was refused, and does not know that `/tmp` is the run's own on Linux, but for folders of its plan. */
function isInOwnTemporary(line: string, { readable, writable }: HelperPlan): boolean {
  const path = process.platform === 'linux' ? /^deny \w+ (\/tmp\/.*)$/.exec(line)?.[1] : undefined;
  return path !== undefined && ![...readable, ...writable].some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** The library has read the key of the authority that it made for this run, and needs its file no longer. */
function keepKeyInMemory(folder: string): void {
  for (const name of readdirSync(folder)) if (name.startsWith('srt-ca-')) rmSync(join(folder, name, 'ca.key'), { force: true });
}

/** Without the proxy programs inside reach themselves alone; the library would have them dial private networks. Node looks at such variables only when told to. */
const proxyHabits = { NO_PROXY: 'localhost,127.0.0.1,::1', no_proxy: 'localhost,127.0.0.1,::1', NODE_USE_ENV_PROXY: '1' };

/** Descriptors that whoever started this app left open. */
const closeInherited = 'for fd in /proc/$$/fd/*; do fd=${fd##*/}; if [ "$fd" -gt 2 ] 2>/dev/null; then eval "exec $fd>&-"; fi; done;';

const kibibytes = (bytes: number): number => Math.max(1, Math.floor(bytes / 1024));

/** What binds each process, set inside the sandbox just before the program; the watchdog looks at all of them together. */
function limitsLine({ limits }: HelperPlan): string {
  if (process.platform === 'win32') return '';
  // An older kernel counts the person's processes outside as well.
  const [major = 0, minor = 0] = release().split('.').map(Number);
  const processes = process.platform === 'linux' && (major > 5 || (major === 5 && minor >= 14)) ? `ulimit -u ${limits.processes} &&` : '';
  const memory = process.platform === 'linux' ? `ulimit -d ${kibibytes(limits.memory)} &&` : '';
  return `${closeInherited} ulimit -c 0 && ulimit -f ${kibibytes(limits.diskWritten)} && ${memory} ${processes}`;
}

interface Started {
  readonly child: ChildProcess;
  readonly leftovers: readonly string[];
  /** Rejects when the sandbox could not be made. */
  readonly ready?: (run: StartedRun) => Promise<void>;
}

/**
 * The first thing in the sandbox: it waits for a word of the helper, so that nothing begins in the moment in which
 * bubblewrap's own processes are not yet tied to each other. With the helper gone there is no word, and it ends.
 */
const gate = `echo ready >&${gateDescriptor} && read -r word <&${gateDescriptor} && [ "$word" = go ] || exit 125; exec ${gateDescriptor}<&-`;

function startBubblewrap(plan: HelperPlan, argv: readonly string[]): Started {
  const program = findProgram('bwrap') ?? '';
  const line = argv.at(-1) ?? '';
  const inside = join(plan.folder, 'broker.sock');
  // A mount needs a place that is there.
  if (plan.brokerSocket !== undefined) writeFileSync(inside, '');
  const filter = systemCallFilter(process.arch);
  if (filter === undefined) throw new Error(`There is no filter of system calls for ${process.arch}.`);
  const identities = [...plan.writable, ...plan.readable].map(sameFolder).join('');
  const start = harden(line, program, {
    filterDescriptor,
    temporary: plan.limits.temporary,
    writable: plan.writable,
    environment: {
      ...(plan.network === 'none' ? {} : proxyHabits),
      TMPDIR: '/tmp',
      HOME: plan.environment['HOME'] ?? '/tmp',
      ...(plan.brokerSocket === undefined ? {} : { COUNTERSIGN_BROKER: `127.0.0.1:${brokerPort}` }),
    },
    sockets: plan.brokerSocket === undefined ? [] : [[plan.brokerSocket, inside]],
  });
  if (start === undefined) throw new Error('The sandbox library made something unexpected of this run, so it was not started.');
  const relay = plan.brokerSocket === undefined ? '' : `socat TCP4-LISTEN:${brokerPort},bind=127.0.0.1,fork,reuseaddr UNIX-CONNECT:${inside} >/dev/null 2>&1 &`;
  const leftovers = coveredPlaces(line, program).filter((path) => plan.writable.some((folder) => path.startsWith(`${folder}/`)) && !isThere(path));
  const child = spawn(start.program, ['--args', String(optionsDescriptor), '--', '/bin/sh', '-c', `${identities} ${gate}; ${relay} exec "$@"`, 'gate', ...start.command], {
    cwd: plan.cwd,
    env: plan.environment,
    stdio: [streams.input, streams.output, streams.error, 'ignore', 'ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [options, word, calls] = [optionsDescriptor, gateDescriptor, filterDescriptor].map((descriptor) => Array.from<unknown>(child.stdio)[descriptor]);
  if (!(options instanceof Duplex) || !(word instanceof Duplex) || !(calls instanceof Duplex)) throw new Error('Bubblewrap could not be told its options.');
  for (const stream of [options, calls]) stream.on('error', () => undefined);
  calls.end(filter);
  options.end(start.options.map((option) => `${option}\0`).join(''));
  return { child, leftovers, ready: (run) => openGate(word, run) };
}

/**
 * A line that ends the start unless a folder inside is the very one that the plan meant: somebody may have put another,
 * or a link, in its place meanwhile.
 */
function sameFolder(path: string): string {
  if (realpathSync(path) !== path) throw new Error('A folder of this run was replaced by a link.');
  const { dev, ino } = statSync(path, { bigint: true });
  return `[ "$(stat -Lc %d:%i -- ${writeWords([path])})" = ${dev}:${ino} ] || { echo 'A folder of this run was replaced.' >&2; exit 125; };`;
}

function openGate(word: Duplex, run: StartedRun): Promise<void> {
  return new Promise((resolve, reject) => {
    word.once('data', () => word.end('go\n', () => resolve()));
    word.on('error', () => undefined);
    word.once('close', () => void run.ended.then(() => reject(new Error('The sandbox could not be made.'))));
  });
}

function startOther(plan: HelperPlan, wrapped: { readonly argv: readonly string[]; readonly env: NodeJS.ProcessEnv }): Started {
  const [program = '', ...rest] = wrapped.argv;
  const temporary = join(plan.folder, 'tmp');
  const child = spawn(program, rest, {
    cwd: plan.cwd,
    detached: process.platform !== 'win32',
    env: { ...wrapped.env, ...(plan.network === 'none' ? {} : proxyHabits), ...plan.environment, TMPDIR: temporary, TEMP: temporary, TMP: temporary, HOME: plan.environment['HOME'] ?? temporary, ...(plan.brokerSocket === undefined ? {} : { COUNTERSIGN_BROKER: plan.brokerSocket }) },
    stdio: [streams.input, streams.output, streams.error],
    windowsHide: true,
  });
  return { child, leftovers: [] };
}

function isThere(path: string): boolean {
  return existsSync(path) || lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** What a run attempted last is written by its end, and still to be read here: a connection is taken in one turn of the loop, its lines come in later ones. */
const lastTurns = 4;

async function endLibrary(): Promise<void> {
  for (let count = 0; count < lastTurns; count += 1) await turn();
  await SandboxManager.reset();
}

function watch(plan: HelperPlan, conversation: Conversation, child: ChildProcess): StartedRun {
  const root = child.pid ?? 0;
  const kill = (): void => {
    if (process.platform === 'linux') killTree(root);
    else if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-root, 'SIGKILL');
  };
  const watchdog = new Watchdog(root, plan.limits, kill, (usage) => conversation.tell({ type: 'usage', usage }), () => conversation.isAsking);
  const ended = new Promise<FromHelper & { type: 'ended' }>((resolve) => {
    child.once('exit', (code, signal) => {
      watchdog.stop();
      SandboxManager.cleanupAfterCommand();
      void endLibrary().finally(() => {
        // The app does it too, while it is there.
        rmSync(plan.folder, { recursive: true, force: true });
        resolve({ type: 'ended', code, signal, limit: watchdog.passed, usage: watchdog.last });
      });
    });
  });
  return {
    ended,
    stop: kill,
    async freeze(isFrozen) {
      const isDone = await freezeTree(root, isFrozen);
      watchdog.pause(isFrozen);
      return isDone ? isFrozen : !isFrozen;
    },
  };
}
