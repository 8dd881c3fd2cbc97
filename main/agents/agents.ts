import type { DatabaseSync } from 'node:sqlite';
import { agentOptions, type AgentId, type AgentOption, type AgentOptions, type ConnectionId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import type { SignInRequest } from '../model/sign-in-request.ts';
import { agentIdFor, parseAgentName } from './agent-name.ts';
import { AgentStore, defaultOptions, type PairedAgent } from './agent-store.ts';
import { Pairings, type Pairing, type PairingAnswer } from './pairings.ts';

/** Some of the options; one that is undefined is not given. */
export type GivenOptions = { readonly [K in AgentOption]?: AgentOptions[K] | undefined };

/** An agent that the organization set up on this machine; it needs no pairing. Options that are given are fixed. */
export interface ManagedAgent extends GivenOptions {
  readonly id: AgentId;
  readonly name: string;
  /** Null: every connection. */
  readonly connections: readonly ConnectionId[] | null;
}

export interface AgentsParts {
  /** With `agentMigrations` applied. */
  readonly database: DatabaseSync;
  readonly pairing: Pairing;
  readonly clock: Pick<Clock, 'now' | 'elapsed'>;
  /** Null: not known now; those of before stay. */
  readonly managed: readonly ManagedAgent[] | null;
}

export type AgentChange = { readonly agent: AgentId; readonly change: 'added' | 'changed' | 'seen' | 'forgotten' };
export type AgentAnswer = 'ok' | 'unknown_agent' | 'managed' | 'invalid_name';

/** Milliseconds between two writes of when an agent was last seen. */
const seenInterval = 60_000;

/** The agents this app knows. Changes are durable when a call returns. */
export class Agents {
  readonly #store: AgentStore;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #pairings: Pairings;
  readonly #agents = new Map<AgentId, PairedAgent>();
  readonly #changes = new Emitter<AgentChange>();

  constructor({ database, pairing, clock, managed }: AgentsParts) {
    this.#store = new AgentStore(database);
    this.#clock = clock;
    this.#pairings = new Pairings(pairing, clock);
    for (const agent of this.#store.all()) this.#agents.set(agent.id, agent);
    if (managed !== null) this.setManaged(managed);
  }

  /** By name, as English sorts them; the screen sorts anew, by the person's language. */
  list(): readonly PairedAgent[] {
    return [...this.#agents.values()].sort((a, b) => a.name.localeCompare(b.name, 'en') || (a.id < b.id ? -1 : 1));
  }

  get(id: AgentId): PairedAgent | undefined {
    return this.#agents.get(id);
  }

  /** Pairs an agent that the person adds here; its id is made from the name. Undefined for a name that is none. */
  add(name: string, options: { readonly isPractice?: boolean } = {}): PairedAgent | undefined {
    const parsed = parseAgentName(name);
    if (parsed === undefined) return undefined;
    const id = agentIdFor(parsed, (candidate) => this.#agents.has(candidate));
    return this.#pair(id, parsed, options.isPractice ?? false);
  }

  rename(id: AgentId, name: string): AgentAnswer {
    const parsed = parseAgentName(name);
    if (parsed === undefined) return 'invalid_name';
    return this.#changeOwn(id, { name: parsed });
  }

  setConnections(id: AgentId, connections: readonly ConnectionId[] | null): AgentAnswer {
    return this.#changeOwn(id, { connections: connections === null ? null : [...new Set(connections)] });
  }

  /** Changes the options that are given, all or none: refused when the organization fixed one of them. */
  setOptions(id: AgentId, options: GivenOptions): AgentAnswer {
    const agent = this.#agents.get(id);
    if (agent === undefined) return 'unknown_agent';
    const given = definedOptions(options);
    if (optionNames.some((name) => name in given && agent.lockedOptions.includes(name))) return 'managed';
    const next = { ...agent, ...given };
    if (optionNames.some((name) => next[name] !== agent[name])) this.#save(next, 'changed');
    return 'ok';
  }

  /** A person may pause a managed agent too: that only takes away. */
  setPaused(id: AgentId, isPaused: boolean): AgentAnswer {
    const agent = this.#agents.get(id);
    if (agent === undefined) return 'unknown_agent';
    if (agent.isPaused !== isPaused) this.#save({ ...agent, isPaused }, 'changed');
    return 'ok';
  }

  forget(id: AgentId): AgentAnswer {
    const agent = this.#agents.get(id);
    if (agent === undefined) return 'unknown_agent';
    if (agent.isManaged) return 'managed';
    this.#store.remove(id);
    this.#agents.delete(id);
    this.#changes.emit({ agent: id, change: 'forgotten' });
    return 'ok';
  }

  /** Notes that the agent was here, at most once a minute. */
  touch(id: AgentId): void {
    const agent = this.#agents.get(id);
    const now = this.#clock.now();
    if (agent === undefined || (agent.lastSeenAt !== null && now - agent.lastSeenAt < seenInterval)) return;
    this.#save({ ...agent, lastSeenAt: now }, 'seen');
  }

  /**
   * Lets a paired agent pass and asks the person about any other: one question per id at a time. `refused` covers a
   * no, no answer, an unfit name, and an id that was refused a short while ago; `busy`: too many questions are open.
   */
  async requirePaired(id: AgentId, proposedName: string): Promise<'paired' | 'refused' | 'busy'> {
    if (this.#agents.has(id)) return 'paired';
    const name = parseAgentName(proposedName);
    if (name === undefined) return 'refused';
    const answer = await this.#pairings.ask(id, name);
    if (answer === 'approved' && !this.#agents.has(id)) this.#pair(id, name, false);
    return toRequirement(answer);
  }

  /**
   * Asks the person about a program that signs in by itself: one that is new becomes an agent of its own, one that was let
   * in before (`known`) may come back. `no` covers the same as `refused` above, and an agent that is paused.
   */
  async signIn(known: AgentId | null, proposedName: string, request: SignInRequest): Promise<{ readonly kind: 'yes'; readonly agent: AgentId } | { readonly kind: 'no' } | { readonly kind: 'busy' }> {
    const name = parseAgentName(proposedName);
    const earlier = known === null ? undefined : this.#agents.get(known);
    if (name === undefined || earlier?.isPaused === true) return { kind: 'no' };
    const free = (): AgentId => agentIdFor(name, (candidate) => this.#agents.has(candidate) || this.#pairings.isOpen(candidate));
    const id = earlier?.id ?? free();
    const answer = await this.#pairings.ask(id, earlier?.name ?? name, request);
    if (answer === 'busy') return { kind: 'busy' };
    if (answer !== 'approved') return { kind: 'no' };
    if (earlier !== undefined) return this.#agents.has(id) ? { kind: 'yes', agent: id } : { kind: 'no' };
    return { kind: 'yes', agent: this.#pair(this.#agents.has(id) ? free() : id, name, false).id };
  }

  /** The organization's list is the truth about managed agents; one it dropped is forgotten. */
  setManaged(managed: readonly ManagedAgent[]): void {
    const listed = new Set(managed.map(({ id }) => id));
    for (const agent of this.list()) {
      if (!agent.isManaged || listed.has(agent.id)) continue;
      this.#store.remove(agent.id);
      this.#agents.delete(agent.id);
      this.#changes.emit({ agent: agent.id, change: 'forgotten' });
    }
    for (const { id, name, connections, ...options } of managed) {
      const known = this.#agents.get(id);
      const since = { isPaused: false, isPractice: false, pairedAt: this.#clock.now(), lastSeenAt: null, ...known };
      const fixed = definedOptions(options);
      const lockedOptions = optionNames.filter((option) => option in fixed);
      this.#save({ ...since, ...ownOptions(known), ...fixed, id, name, connections, lockedOptions, isManaged: true }, known === undefined ? 'added' : 'changed');
    }
  }

  onChange(listener: (change: AgentChange) => void): Dispose {
    return this.#changes.on(listener);
  }

  #pair(id: AgentId, name: string, isPractice: boolean): PairedAgent {
    const pairedAt = this.#clock.now();
    const agent: PairedAgent = { ...defaultOptions, id, name, isPaused: false, isManaged: false, isPractice, pairedAt, lastSeenAt: null, connections: null, lockedOptions: [] };
    this.#save(agent, 'added');
    return agent;
  }

  #changeOwn(id: AgentId, changes: Partial<Pick<PairedAgent, 'name' | 'connections'>>): AgentAnswer {
    const agent = this.#agents.get(id);
    if (agent === undefined) return 'unknown_agent';
    if (agent.isManaged) return 'managed';
    this.#save({ ...agent, ...changes }, 'changed');
    return 'ok';
  }

  #save(agent: PairedAgent, change: AgentChange['change']): void {
    this.#store.put(agent);
    this.#agents.set(agent.id, agent);
    this.#changes.emit({ agent: agent.id, change });
  }
}

export function createAgents(parts: AgentsParts): Agents {
  return new Agents(parts);
}

const optionNames = agentOptions.keyof().options;

function definedOptions(options: GivenOptions): Partial<AgentOptions> {
  const given = optionNames.filter((option) => options[option] !== undefined).map((option) => [option, options[option]]);
  // Each value comes from the field of the same name.
  return Object.fromEntries(given) as Partial<AgentOptions>;
}

/** What the person chose, and the defaults for what they did not: a value that the organization had fixed goes with its lock. */
function ownOptions(agent: PairedAgent | undefined): AgentOptions {
  if (agent === undefined) return defaultOptions;
  const fixed = agent.lockedOptions.map((option) => [option, undefined]);
  // `undefined` is what an option that is not given has.
  return { ...defaultOptions, ...definedOptions({ ...agent, ...(Object.fromEntries(fixed) as GivenOptions) }) };
}

function toRequirement(answer: PairingAnswer): 'paired' | 'refused' | 'busy' {
  if (answer === 'busy') return 'busy';
  return answer === 'approved' ? 'paired' : 'refused';
}
