import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentId, ClawRun, ClawRunInput, Message, Result } from '../../preload/contract.ts';
import type { Agents } from '../agents/agents.ts';
import type { RunSocketStart } from '../broker/run-socket.ts';
import type { PauseSwitch } from '../gate/pause-switch.ts';
import type { Clock } from '../model/clock.ts';
import { disarmLine } from '../model/disarm.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';
import type { NetworkDecider } from '../sandbox/network.ts';
import type { Run } from '../sandbox/run.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { homeFolder, readClawPlan, type PlanParts } from './claw-run-plan.ts';
import type { ClawRunStore } from './claw-run-store.ts';
import { RunLog } from './run-log.ts';

export interface ClawRunsParts extends PlanParts {
  readonly store: ClawRunStore;
  readonly sandbox: Sandbox;
  readonly agents: Pick<Agents, 'get' | 'onChange'>;
  readonly pause: Pick<PauseSwitch, 'isPaused' | 'onChange'>;
  readonly clock: Clock;
  /** The broker's socket for one run. */
  readonly openSocket: (agent: AgentId) => Promise<RunSocketStart>;
  /** Its way to the network, through the gate; close it at the run's end. */
  readonly openNetwork: (agent: AgentId, program: string) => NetworkDecider & { close(): void };
  /** Kept in the record. */
  readonly onEvent: (event: { readonly kind: 'claw_started' | 'claw_ended' | 'claw_refused'; readonly agent: AgentId; readonly text: string }) => void;
  readonly scrub: (text: string) => string;
  /** Whether a text holds what looks like a secret. */
  readonly holdsSecret: (text: string) => boolean;
}

/** One Claw that this app starts, from start to end and over again. */
interface Running {
  readonly log: RunLog;
  state: 'stopped' | 'starting' | 'running' | 'frozen' | 'stopping';
  run: Run | undefined;
  /** Resolves when nothing of it is left. */
  over: Promise<void>;
  /** How it ended last. */
  last: ClawRun['last'];
  figures: ClawRun['figures'];
  since: number | null;
  refused: number;
}

const done = { ok: true, value: null } as const;
/** Refusals of one run that are written down. */
const mostRefusals = 200;

/** Claws that this app starts in a sandbox: their own folder, the folders that the person chose, the gate, and nothing else. */
export class ClawRuns {
  readonly #parts: ClawRunsParts;
  readonly #configs: Map<AgentId, ClawRunInput>;
  readonly #running = new Map<AgentId, Running>();
  readonly #changes = new Emitter<'state' | 'figures'>();
  readonly #ends: readonly Dispose[];
  #isClosed = false;

  constructor(parts: ClawRunsParts) {
    this.#parts = parts;
    this.#configs = new Map(parts.store.all());
    this.#ends = [
      parts.pause.onChange(() => void this.#freezeWhatIsPaused()),
      parts.agents.onChange(({ agent, change }) => {
        if (change === 'forgotten') void this.remove(agent);
        else if (change === 'changed') void this.#freezeWhatIsPaused();
      }),
    ];
  }

  /** Null: somebody else starts it. */
  view(agent: AgentId): ClawRun | null {
    const config = this.#configs.get(agent);
    if (config === undefined) return null;
    const { state, since, last, figures } = this.#of(agent);
    return { ...config, state, since, last, figures: state === 'running' || state === 'frozen' ? figures : null };
  }

  /** What it wrote last, and what it was refused. */
  log(agent: AgentId): readonly string[] {
    return this.#of(agent).log.lines;
  }

  /** `figures`: what may wait. */
  onChange(listener: (change: 'state' | 'figures') => void): Dispose {
    return this.#changes.on(listener);
  }

  /** Keeps how it is started, after a look at whether it could be. One that runs goes on as it was started. */
  async set(agent: AgentId, input: ClawRunInput): Promise<Result<{ readonly sees: string[] }>> {
    if (this.#parts.agents.get(agent) === undefined) return { ok: false, problem: say('agent.problem.gone') };
    if (this.#parts.holdsSecret(`${input.command}\n${input.variables}`)) return { ok: false, problem: say('clawRun.problem.secret') };
    const read = await readClawPlan(input, this.#parts);
    if (!read.ok) return read;
    this.#parts.store.put(agent, input);
    this.#configs.set(agent, input);
    this.#changes.emit('state');
    return { ok: true, value: { sees: [...read.installed] } };
  }

  /** Ends it, and forgets how it is started. */
  async remove(agent: AgentId): Promise<Result<null>> {
    await this.stop(agent);
    this.#parts.store.remove(agent);
    this.#configs.delete(agent);
    this.#running.delete(agent);
    this.#changes.emit('state');
    return done;
  }

  async start(agent: AgentId): Promise<Result<null>> {
    const config = this.#configs.get(agent);
    const known = this.#parts.agents.get(agent);
    if (config === undefined || known === undefined) return { ok: false, problem: say('agent.problem.gone') };
    if (this.#isPaused(agent)) return { ok: false, problem: say('clawRun.problem.paused', { agent: known.name }) };
    const running = this.#of(agent);
    if (running.state !== 'stopped' || this.#isClosed) return done;
    running.state = 'starting';
    running.last = null;
    this.#changes.emit('state');
    const problem = await this.#begin(agent, config, running).catch((error: unknown) => say('clawRun.problem.sandbox', { text: disarmLine(this.#parts.scrub(String(error))) }));
    if (problem === null) return done;
    running.state = 'stopped';
    running.last = { code: null, signal: null, limit: null, at: this.#parts.clock.now(), problem };
    this.#changes.emit('state');
    return { ok: false, problem };
  }

  /** Resolves when nothing of it is left. */
  async stop(agent: AgentId): Promise<void> {
    const running = this.#running.get(agent);
    if (running?.run === undefined) return;
    running.state = 'stopping';
    this.#changes.emit('state');
    void running.run.stop();
    await running.over;
  }

  async restart(agent: AgentId): Promise<Result<null>> {
    await this.stop(agent);
    return this.start(agent);
  }

  /** Those that start with the app. */
  async startAll(): Promise<void> {
    for (const [agent, { startsWithApp }] of this.#configs) if (startsWithApp && !this.#isPaused(agent)) await this.start(agent);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const end of this.#ends) end();
    await Promise.all([...this.#running.keys()].map((agent) => this.stop(agent)));
  }

  /** Null: it runs. */
  async #begin(agent: AgentId, config: ClawRunInput, running: Running): Promise<Message | null> {
    const { clock, onEvent, openNetwork, openSocket, sandbox } = this.#parts;
    const read = await readClawPlan(config, this.#parts);
    if (!read.ok) return read.problem;
    await mkdir(join(read.plan.cwd, homeFolder), { recursive: true, mode: 0o700 });
    const opened = await openSocket(agent);
    if (!opened.ok) return say('clawRun.problem.socket');
    const network = openNetwork(agent, config.command);
    const letGo = async (): Promise<void> => {
      network.close();
      await opened.socket.close();
    };
    const started = await sandbox.start({ ...read.plan, network, brokerSocket: opened.socket.path });
    if (!started.ok) {
      await letGo();
      return started.why === 'folder' ? say(`clawRun.problem.${started.problem}`, { folder: disarmLine(started.path) }) : say('clawRun.problem.sandbox', { text: disarmLine(started.text) });
    }
    const { run } = started;
    running.run = run;
    running.state = 'running';
    running.since = clock.now();
    running.refused = 0;
    running.figures = null;
    run.input.end();
    for (const stream of [run.output, run.error]) running.log.follow(stream);
    this.#followFigures(running, run);
    run.onViolation((line) => this.#noteRefused(agent, running, line));
    onEvent({ kind: 'claw_started', agent, text: config.command });
    running.over = run.end.then(async (end) => {
      await letGo();
      running.run = undefined;
      running.last = { code: end.code, signal: end.signal, limit: end.limit, at: clock.now(), problem: null };
      if (running.state === 'stopping') running.last = null;
      running.state = 'stopped';
      running.since = null;
      onEvent({ kind: 'claw_ended', agent, text: howItEnded(end.code, end.signal, end.limit) });
      this.#changes.emit('state');
    });
    this.#changes.emit('state');
    // It may have been paused, or everything may have been closed, while it started.
    if (this.#isClosed) await this.stop(agent);
    else await this.#freezeWhatIsPaused();
    return null;
  }

  #followFigures(running: Running, run: Run): void {
    const { clock } = this.#parts;
    let before = { at: clock.elapsed(), processor: 0 };
    run.onUsage(({ processes, memory, processor }) => {
      const at = clock.elapsed();
      const share = at > before.at ? Math.max(0, (processor - before.processor) / (at - before.at)) : 0;
      before = { at, processor };
      running.figures = { processes, memory, processor: Math.round(share * 100) / 100 };
      this.#changes.emit('figures');
    });
  }

  #noteRefused(agent: AgentId, running: Running, line: string): void {
    running.log.note(`[refused] ${line}`);
    running.refused += 1;
    if (running.refused <= mostRefusals) this.#parts.onEvent({ kind: 'claw_refused', agent, text: line });
  }

  #isPaused(agent: AgentId): boolean {
    return this.#parts.pause.isPaused || this.#parts.agents.get(agent)?.isPaused !== false;
  }

  async #freezeWhatIsPaused(): Promise<void> {
    for (const [agent, running] of this.#running) {
      const { run } = running;
      const isPaused = this.#isPaused(agent);
      if (run === undefined || (running.state !== 'running' && running.state !== 'frozen') || isPaused === (running.state === 'frozen')) continue;
      running.state = isPaused ? 'frozen' : 'running';
      this.#changes.emit('state');
      // What cannot be frozen is ended: paused means that nothing goes on.
      if (!(await run.freeze(isPaused)) && isPaused && running.run === run) await this.stop(agent);
    }
  }

  #of(agent: AgentId): Running {
    const known = this.#running.get(agent);
    if (known !== undefined) return known;
    const { scrub } = this.#parts;
    const made: Running = { log: new RunLog((line) => disarmLine(scrub(line))), state: 'stopped', run: undefined, over: Promise.resolve(), last: null, figures: null, since: null, refused: 0 };
    this.#running.set(agent, made);
    return made;
  }
}

function howItEnded(code: number | null, signal: string | null, limit: string | null): string {
  if (limit !== null) return `limit: ${limit}`;
  return signal === null ? `exit code ${code ?? 'unknown'}` : signal;
}
