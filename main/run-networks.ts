import { randomBytes } from 'node:crypto';
import type { ActionId, AgentId, ConnectionId, LentKey } from '../preload/contract.ts';
import type { Activity } from './activity/activity.ts';
import type { ActivityEvent } from './activity/event.ts';
import type { Agents } from './agents/agents.ts';
import { Egress } from './egress/egress.ts';
import { RunKeys } from './egress/run-keys.ts';
import { ServerEgress } from './egress/server-egress.ts';
import type { Gate } from './gate/gate.ts';
import type { PauseSwitch } from './gate/pause-switch.ts';
import type { LentKeys } from './lent-keys.ts';
import type { Clock } from './model/clock.ts';
import { readHostPattern, type HostPattern } from './model/host-pattern.ts';
import { theNetwork } from './model/network-place.ts';
import type { Organization } from './organization.ts';
import { anyAgent, type Policy } from './policy/policy.ts';
import type { SettingsService } from './settings/settings.ts';

export interface RunNetworksParts {
  /** Asked for late: the gate itself leads to what starts runs. */
  readonly gate: () => Gate;
  readonly policy: Pick<Policy, 'decide'>;
  readonly agents: Pick<Agents, 'get'>;
  readonly pause: Pick<PauseSwitch, 'isPaused'>;
  readonly organization: Pick<Organization, 'settings'>;
  readonly settings: Pick<SettingsService, 'get' | 'rulesProfile'>;
  readonly activity: Pick<Activity, 'append'>;
  readonly lentKeys: Pick<LentKeys, 'lend'>;
  readonly clock: Clock;
  readonly scrub: (text: string) => string;
  readonly report: (problem: string) => void;
}

/** What goes out to the network, and for whom. */
export interface RunOf {
  readonly agent: AgentId;
  readonly action: ActionId;
  /** What runs, as the person reads it. */
  readonly program: string;
  readonly connection: ConnectionId;
  /** What the connection lends. */
  readonly keys: readonly LentKey[];
}

export interface RunNetwork {
  readonly decider: Egress;
  /** What the run sees of the keys that it is lent. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Gives each run its way to the gate, and writes down what runs do and may not do. */
export class RunNetworks {
  readonly #parts: RunNetworksParts;

  constructor(parts: RunNetworksParts) {
    this.#parts = parts;
  }

  /** For one run; close it at the run's end. `program`: what runs, as the person reads it; `keys`: what it is lent. */
  open(agent: AgentId, program: string, keys?: RunKeys): Egress {
    const { agents, clock, gate, pause, policy, scrub } = this.#parts;
    return new Egress(
      {
        gate: gate(),
        decide: (of, name, facts) => policy.decide({ kind: 'connect', agent: of, connection: theNetwork, name, effect: 'connect', arguments: {}, facts, at: clock.now() }),
        mayPass: (of) => !pause.isPaused && agents.get(of)?.isPaused === false,
        refusesOpaque: () => this.#refusesOpaque(),
        allowedNetworks: () => this.#allowedNetworks(),
        onRequest: (action, { method, path }) => this.#write({ at: clock.now(), kind: 'requested', action, method, path: scrub(path) }),
      },
      { agent, program, ...(keys && { keys }) },
    );
  }

  /** For the program of a connection, which works for whoever calls: `places` are those that it may reach. */
  openForServer(places: readonly HostPattern[]): ServerEgress {
    const { clock, pause, policy } = this.#parts;
    return new ServerEgress({
      places,
      decide: (name, facts) => policy.decide({ kind: 'connect', agent: anyAgent, connection: theNetwork, name, effect: 'connect', arguments: {}, facts, at: clock.now() }),
      mayPass: () => !pause.isPaused,
      refusesOpaque: this.#refusesOpaque(),
      allowedNetworks: this.#allowedNetworks(),
    });
  }

  /** What the program of a connection tried and was refused. */
  noteServerRefused(connection: { readonly id: ConnectionId; readonly name: string }, line: string): void {
    const { clock, scrub } = this.#parts;
    this.#write({ at: clock.now(), kind: 'server_refused', connection: { id: connection.id, name: connection.name }, text: scrub(line) });
  }

  /** For one run of a connection that may lend it keys; close the decider at the run's end. */
  openLending(run: RunOf): RunNetwork {
    const keys = run.keys.length === 0 ? undefined : this.#keysOf(run);
    return { decider: this.open(run.agent, run.program, keys), environment: keys?.environment ?? {} };
  }

  /** What a run tried, and its sandbox or its network refused; in the sandbox's words. */
  noteRefused(action: ActionId, line: string): void {
    const { clock, scrub } = this.#parts;
    this.#write({ at: clock.now(), kind: 'refused', action, line: scrub(line) });
  }

  #refusesOpaque(): boolean {
    return this.#parts.settings.rulesProfile().profile === 'strict';
  }

  #keysOf({ agent, action, connection, program, keys }: RunOf): RunKeys {
    const { clock, gate, lentKeys, policy } = this.#parts;
    return new RunKeys(
      {
        gate: gate(),
        isForbidden: (name, { host, port }) =>
          policy.decide({ kind: 'useCredential', agent, connection, name, effect: 'connect', arguments: {}, facts: { effect: 'connect', isReversible: false, host, port, hosts: [host] }, at: clock.now() }).answer === 'deny',
        lend: (variable) => lentKeys.lend(connection, keys, variable, agent),
        onMisuse: (misuse) => this.#write({ at: clock.now(), kind: 'key_misused', action, ...misuse }),
        random: () => randomBytes(22).toString('hex').slice(0, 43),
      },
      { agent, connection, program, keys },
    );
  }

  #allowedNetworks(): readonly string[] {
    const { organization, settings } = this.#parts;
    const entries = [...settings.get().allowedHosts, ...(organization.settings?.network.allow ?? [])];
    return entries.flatMap((entry) => {
      const read = readHostPattern(entry);
      return read.ok && read.pattern.target.kind === 'network' ? [read.pattern.target.cidr] : [];
    });
  }

  #write(event: ActivityEvent): void {
    this.#parts.activity.append(event).catch((error: unknown) => this.#parts.report(`The record cannot be written: ${String(error)}`));
  }
}
