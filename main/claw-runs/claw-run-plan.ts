import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ClawRunInput, Message } from '../../preload/contract.ts';
import { wordsOfLine } from '../commands/describe-command.ts';
import { disarmLine } from '../model/disarm.ts';
import { say } from '../model/say.ts';
import { fromHome, readFolders } from '../sandbox/folders.ts';
import { lastingLimits, type RunPlan } from '../sandbox/run-plan.ts';
import { findInstalledProgram, systemProgramFolders } from '../sandbox/installed-program.ts';

export type ReadPlan = { readonly ok: true; readonly plan: Omit<RunPlan, 'network' | 'brokerSocket'>; readonly installed: readonly string[] } | { readonly ok: false; readonly problem: Message };

export interface PlanParts {
  readonly hidden: readonly string[];
  /** The person's own `PATH`. */
  readonly path: string;
  /** What a run has to see to start the `countersign` command. */
  readonly command: readonly string[];
}

/** What would be started, and all that it could see; or what is wrong with it, in words for the person. */
export async function readClawPlan(input: ClawRunInput, { hidden, path, command }: PlanParts): Promise<ReadPlan> {
  const home = homedir();
  const [name, ...words] = wordsOfLine(input.command) ?? [];
  if (name === undefined) return wrong('clawRun.problem.command');
  const variables = readVariables(input.variables);
  if (variables === undefined) return wrong('clawRun.problem.variables');
  const [folder, ...writable] = [input.folder, ...input.writable].map((one) => fromHome(one, home));
  if (folder === undefined) return wrong('clawRun.problem.not_there', { folder: '' });
  const found = await findInstalledProgram(fromHome(name, home), path, home);
  if (found === undefined) return wrong('clawRun.problem.program', { program: disarmLine(name) });
  const chosen = { readable: input.readable.map((one) => fromHome(one, home)), writable: [folder, ...writable], cwd: folder };
  const read = await readFolders(chosen, home, hidden);
  if (!read.ok) return wrong(`clawRun.problem.${read.problem}`, { folder: disarmLine(read.path) });
  // What is already seen with the chosen folders need not be shown once more.
  const readable = [...new Set([...read.readable, ...found.readable, ...command])];
  return {
    ok: true,
    installed: found.readable,
    plan: {
      argv: [found.program, ...words],
      cwd: read.cwd,
      environment: { LANG: 'C.UTF-8', ...portable, ...variables, PATH: [...new Set([...found.folders, ...systemProgramFolders])].join(delimiter), HOME: join(read.cwd, homeFolder) },
      readable,
      writable: read.writable,
      limits: lastingLimits,
    },
  };
}

/** OpenClaw's file library would use a system call (openat2) that no run has, because a filter cannot see what it asks for; it has another way. */
const portable = { FS_SAFE_NATIVE_MODE: 'off' };

/** Where a Claw keeps what programs put into a home: in its own folder, because the person's is not there. */
export const homeFolder = '.home';

/** Lines of `NAME=value`; undefined where one is none. */
function readVariables(text: string): Readonly<Record<string, string>> | undefined {
  const lines = text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const read = lines.map((line) => /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line));
  return read.every((one) => one !== null) ? Object.fromEntries(read.map(([, name = '', value = '']) => [name, value])) : undefined;
}

function wrong(problem: string, values: Record<string, string> = {}): ReadPlan {
  return { ok: false, problem: say(problem, values) };
}
