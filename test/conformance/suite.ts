import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

export const revisions = ['2026-07-28', '2025-11-25'] as const;
export type Revision = (typeof revisions)[number];
export type Side = 'server' | 'client';

/** How one scenario ended. `missing`: the suite left no result of it. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly isRequired: boolean;
  readonly outcome: 'passed' | 'failed' | 'missing';
  readonly checks: number;
  /** What failed, and what the suite merely warns of. */
  readonly failures: readonly string[];
  readonly warnings: readonly string[];
}

const bin = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js');
const clientFile = join(import.meta.dirname, 'client.ts');

/** Milliseconds a scenario may take. */
const scenarioTimeout = 30_000;
/** Milliseconds one start of the suite may take; the longest runs a whole set. */
const startTimeout = 300_000;

/** Names of the scenarios a revision's frozen requirement set holds, and of those it runs without counting them. */
async function scenariosOf(revision: Revision, side: Side): Promise<{ readonly required: readonly string[]; readonly unscored: readonly string[] }> {
  const { output } = await run(['list', '--requirements', revision]);
  const required: string[] = [];
  const unscored: string[] = [];
  let current: string[] | undefined;
  for (const line of output.split('\n')) {
    if (line.startsWith('Server scenarios')) current = side === 'server' ? required : undefined;
    else if (line.startsWith('Client scenarios')) current = side === 'client' ? required : undefined;
    else if (line.startsWith('Run and reported')) current = unscored;
    const [, name, leg] = /^\s+- (\S+)(?: \[(\w+)\])?$/.exec(line) ?? [];
    if (name !== undefined && (leg === undefined || leg === side)) current?.push(name);
  }
  if (required.length === 0) throw new Error(`The suite names no ${side} scenarios for ${revision}:\n${output}`);
  return { required, unscored };
}

/** Runs a revision's requirement set against the server at `url`, one scenario after the other, as the suite does. */
export async function runServerSet(revision: Revision, url: string): Promise<readonly ScenarioResult[]> {
  const { required, unscored } = await scenariosOf(revision, 'server');
  return inFolder(async (folder) => {
    await run(['server', '--url', url, '--requirements', revision, '--timeout', String(scenarioTimeout), '--output-dir', folder]);
    return Promise.all([...required, ...unscored].map((scenario) => read(folder, `server-${scenario}-`, scenario, required.includes(scenario))));
  });
}

/** Runs the required client scenarios of a revision against our upstream client, a few at once; each is a process. */
export async function runClientSet(revision: Revision, atOnce = 3): Promise<readonly ScenarioResult[]> {
  const { required } = await scenariosOf(revision, 'client');
  const left = [...required];
  const results = new Map<string, ScenarioResult>();
  const worker = async (): Promise<void> => {
    for (let scenario = left.shift(); scenario !== undefined; scenario = left.shift()) results.set(scenario, await runClientScenario(revision, scenario));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return required.map((scenario) => results.get(scenario)).filter((result) => result !== undefined);
}

function runClientScenario(revision: Revision, scenario: string): Promise<ScenarioResult> {
  return inFolder(async (folder) => {
    const command = `${process.execPath} ${clientFile}`;
    await run(['client', '--command', command, '--scenario', scenario, '--spec-version', revision, '--timeout', String(scenarioTimeout), '--output-dir', folder]);
    return read(join(folder, scenario.split('/').slice(0, -1).join('/')), `${scenario.split('/').at(-1)}-`, scenario, true);
  });
}

const checksSchema = z.array(z.object({ id: z.string(), status: z.enum(['SUCCESS', 'FAILURE', 'WARNING', 'INFO', 'SKIPPED']), description: z.string(), errorMessage: z.string().optional() }));

/** The suite leaves `PREFIX-TIMESTAMP/checks.json`; a timestamp starts with the year. */
async function read(folder: string, prefix: string, scenario: string, isRequired: boolean): Promise<ScenarioResult> {
  const names = await readdir(folder).catch(() => []);
  const name = names.find((entry) => entry.startsWith(prefix) && /^\d{4}-/.test(entry.slice(prefix.length)));
  const text = name === undefined ? undefined : await readFile(join(folder, name, 'checks.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return { scenario, isRequired, outcome: 'missing', checks: 0, failures: [], warnings: [] };
  const checks = checksSchema.parse(JSON.parse(text));
  const tell = (status: string): string[] => checks.filter((check) => check.status === status).map((check) => `${check.id}: ${check.errorMessage ?? check.description}`);
  const failures = tell('FAILURE');
  const counted = checks.filter(({ status }) => status === 'SUCCESS' || status === 'FAILURE').length;
  return { scenario, isRequired, outcome: failures.length > 0 || counted === 0 ? 'failed' : 'passed', checks: counted, failures, warnings: tell('WARNING') };
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-conformance-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the suite's command; what it says matters, not its exit code: each scenario is judged by the checks it leaves. */
async function run(args: readonly string[]): Promise<{ readonly output: string }> {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: startTimeout, killSignal: 'SIGKILL' });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.resume();
  await once(child, 'close');
  return { output };
}
