import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { agentMigrations } from '../../main/agents/agent-store.ts';
import { createAgents, type Agents } from '../../main/agents/agents.ts';
import type { Pairing } from '../../main/agents/pairings.ts';
import { startBroker, type Broker } from '../../main/broker/broker.ts';
import type { EntryRefusal } from '../../main/broker/entry.ts';
import { systemClock } from '../../main/model/clock.ts';
import { socketPlace } from '../../main/paths.ts';
import { createClawSignIns, type ClawSignIns } from '../../main/claw-sign-ins.ts';
import { inEnglish } from '../../main/text/text.ts';
import { tokenMigrations } from '../../main/tokens/token-store.ts';
import type { TokenEvent } from '../../main/tokens/token-event.ts';
import { createTokens, type Tokens } from '../../main/tokens/tokens.ts';
import type { AgentId } from '../../preload/contract.ts';
import { ScriptedCatalog, ScriptedGate } from '../broker/harness.ts';

export interface Assembled extends AsyncDisposable {
  readonly home: string;
  readonly broker: Broker;
  readonly agents: Agents;
  readonly tokens: Tokens;
  readonly gate: ScriptedGate;
  readonly catalog: ScriptedCatalog;
  readonly refusals: EntryRefusal[];
  readonly signIns: ClawSignIns;
  /** What the authorization server refused. */
  readonly events: TokenEvent[];
  /** Whom the person was told about. */
  readonly alarms: AgentId[];
  /** Everything is paused. */
  readonly pause: { isOn: boolean };
}

/** Broker, agents and tokens as the app ties them, in a home of their own; the gate and the person are scripted. */
export async function assemble(ask: Pairing['ask'] = () => Promise.resolve('approved')): Promise<Assembled> {
  const home = await mkdtemp(join(tmpdir(), 'countersign-'));
  const database = new DatabaseSync(':memory:');
  for (const sql of [...agentMigrations, ...tokenMigrations]) database.exec(sql);
  const agents = createAgents({ database, pairing: { ask }, clock: systemClock, managed: [] });
  agents.add('Marketing');
  agents.add('Finance');
  const tokens = createTokens({ clock: systemClock });
  const events: TokenEvent[] = [];
  const alarms: AgentId[] = [];
  const pause = { isOn: false };
  let broker: Broker;
  const signIns = createClawSignIns({
    database,
    clock: systemClock,
    tokens,
    agents,
    isPaused: () => pause.isOn,
    text: inEnglish,
    language: () => 'en',
    mcpUrl: () => broker.mcpUrl,
    onEvent: (event) => events.push(event),
    onAlarm: (agent) => alarms.push(agent),
    onRefused: () => refusals.push('pairing_refused'),
  });
  const gate = new ScriptedGate();
  const catalog = new ScriptedCatalog();
  const refusals: EntryRefusal[] = [];
  broker = await startBroker({
    gate,
    catalog,
    tokens,
    signIn: signIns.door,
    isPaused: () => pause.isOn,
    agents,
    clock: systemClock,
    version: '1.2.3',
    preferredPort: 0,
    allowedOrigins: [],
    socketPlace: socketPlace(home),
    onRefusedEntry: (why) => refusals.push(why),
    status: (mcpUrl) => ({ version: '1.2.3', mcpUrl, isPaused: false, waiting: 1, shell: 'console', canAsk: true }),
  });
  return {
    home,
    broker,
    agents,
    tokens,
    gate,
    catalog,
    refusals,
    signIns,
    events,
    alarms,
    pause,
    async [Symbol.asyncDispose]() {
      signIns.server.close();
      await broker.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

export const commandFile = resolve(import.meta.dirname, '../../main/cli/countersign.ts');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs the command as a client would, with nothing of this environment but the path to Node. */
export function runCommand(home: string, args: readonly string[]): Promise<Ran> {
  return runProgram(process.execPath, [commandFile, ...args], { COUNTERSIGN_HOME: home });
}

export function runProgram(program: string, args: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((settle, reject) => {
    const child = spawn(program, args, { env: { PATH: process.env['PATH'], ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let error = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => settle({ code, out, error }));
  });
}
