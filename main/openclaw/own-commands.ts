import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { agentId, type AgentId, type Message } from '../../preload/contract.ts';
import type { Gate } from '../gate/gate.ts';
import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { openclawsOwn } from '../model/openclaw-place.ts';
import { say } from '../model/say.ts';
import type { Upstream, UpstreamTool } from '../model/upstream.ts';
import { CommandApprover } from './command-approver.ts';
import { newDeviceKey } from './device-identity.ts';
import { gatewayAddress } from './gateway-address.ts';
import type { GatewayLink, LinkState } from './gateway-link.ts';
import { gatewayService } from './gateway-service.ts';
import { ownCommand } from './own-command.ts';

export const openclawMigrations: readonly string[] = [
  `CREATE TABLE openclaw_gateway (only INTEGER PRIMARY KEY CHECK (only = 1), agent TEXT NOT NULL, url TEXT NOT NULL) STRICT`,
];

/** The token and our key for the gateway, in the credential store, bound to its address. */
export interface GatewayVault {
  read(url: string): Promise<{ readonly token: string; readonly deviceKey: string } | Message>;
  write(url: string, secrets: { readonly token: string; readonly deviceKey: string }): Promise<Message | null>;
  remove(): Promise<void>;
}

export interface OwnCommandsParts {
  readonly database: DatabaseSync;
  readonly vault: GatewayVault;
  /** Known once the gate is built. */
  readonly gate: () => Pick<Gate, 'perform' | 'wait'>;
  readonly isKnown: (agent: AgentId) => boolean;
  readonly clock: Clock;
  readonly version: string;
  readonly report: (problem: string) => void;
}

export type GatewayState = 'connecting' | 'connected' | 'unpaired' | 'refused' | 'no_token';

const row = z.object({ agent: agentId, url: z.string() });
/** Milliseconds between two looks whether the gateway's owner let this app in. */
const unpairedRetryMs = 20_000;

/** Whether, and for which Claw, this app answers what OpenClaw asks before it runs a command of its own. */
export class OwnCommands {
  readonly #parts: OwnCommandsParts;
  readonly #changed = new Emitter<void>();
  #link: GatewayLink | undefined;
  #approver: CommandApprover | undefined;
  #gateway: { readonly agent: AgentId; readonly url: string } | undefined;
  #state: GatewayState = 'connecting';
  #turn = 0;
  #stopRetry: Dispose | undefined;

  constructor(parts: OwnCommandsParts) {
    this.#parts = parts;
    const found = parts.database.prepare('SELECT agent, url FROM openclaw_gateway').get();
    this.#gateway = found === undefined ? undefined : row.safeParse(found).data;
  }

  /** The Claw that it is done for, with the gateway's address; undefined: it is not done. */
  get gateway(): { readonly agent: AgentId; readonly url: string; readonly state: GatewayState } | undefined {
    return this.#gateway && { ...this.#gateway, state: this.#state };
  }

  onChange(listener: () => void): Dispose {
    return this.#changed.on(listener);
  }

  isFor(agent: AgentId): boolean {
    return this.#gateway?.agent === agent && this.#parts.isKnown(agent);
  }

  /** What it leads to: another gateway or another Claw gives another text. */
  get target(): string {
    return this.#gateway === undefined ? '' : JSON.stringify([openclawsOwn, this.#gateway.agent, this.#gateway.url]);
  }

  findTool(agent: AgentId, name: string): { readonly tool: UpstreamTool; readonly upstream: Upstream } | undefined {
    if (!this.isFor(agent) || name !== ownCommand.name) return undefined;
    return { tool: ownCommand, upstream: gatewayService((asked) => this.#approver?.allow(asked) ?? Promise.resolve('unsent')) };
  }

  /** Begins to answer for that Claw; null, or why not. Nothing is kept then. */
  async set(agent: AgentId, address: string, token: string): Promise<Message | null> {
    const { database, vault } = this.#parts;
    const url = gatewayAddress(address);
    if (url === null) return say('openclaw.problem.address');
    // A gateway that knows this app already, or waits for its owner's word about it, shall know it again.
    const earlier = this.#gateway?.url === url ? await vault.read(url) : undefined;
    const deviceKey = earlier !== undefined && 'deviceKey' in earlier ? earlier.deviceKey : newDeviceKey();
    const problem = await vault.write(url, { token, deviceKey });
    if (problem !== null) return problem;
    database.prepare('INSERT OR REPLACE INTO openclaw_gateway (only, agent, url) VALUES (1, ?, ?)').run(agent, url);
    this.#gateway = { agent, url };
    await this.start();
    return null;
  }

  /** Answers nothing any more, and forgets the token. */
  async remove(): Promise<void> {
    this.#parts.database.prepare('DELETE FROM openclaw_gateway').run();
    this.#gateway = undefined;
    this.#turn += 1;
    await this.#stop();
    await this.#parts.vault.remove();
    this.#changed.emit();
  }

  /** Connects, and stays connected. */
  async start(): Promise<void> {
    const turn = (this.#turn += 1);
    await this.#stop();
    const gateway = this.#gateway;
    if (gateway === undefined || turn !== this.#turn) return;
    // OpenClaw's client takes a while to load, and most people have no gateway.
    const [secrets, library] = await Promise.all([this.#parts.vault.read(gateway.url), import('./gateway-link.ts')]);
    if (turn !== this.#turn) return;
    if (!('token' in secrets)) return this.#tell('no_token');
    this.#tell('connecting');
    try {
      this.#connect(library.GatewayLink, gateway, secrets);
    } catch (error) {
      this.#parts.report(`OpenClaw's gateway cannot be connected to: ${String(error)}`);
      this.#tell('refused');
    }
  }

  /** Nothing is answered from here on; what waits stays for the next start. */
  async close(): Promise<void> {
    this.#turn += 1;
    this.#stopRetry?.();
    this.#approver?.close();
    await this.#link?.close();
  }

  #connect(Link: typeof GatewayLink, { agent, url }: { readonly agent: AgentId; readonly url: string }, secrets: { readonly token: string; readonly deviceKey: string }): void {
    const { clock, gate, report, version } = this.#parts;
    const approver = new CommandApprover({ gate: gate(), agent, clock, report, answer: (id, decision) => link.answer(id, decision) });
    const link: GatewayLink = new Link({
      url,
      ...secrets,
      version,
      report,
      onRequest: (request) => approver.ask(request),
      onResolved: (resolved) => approver.end(resolved),
      onPending: (ids) => approver.keepOnly(ids),
      onState: (state) => this.#follow(state),
    });
    this.#link = link;
    this.#approver = approver;
    link.start();
  }

  #follow(state: LinkState): void {
    if (state === 'unpaired') this.#stopRetry = this.#parts.clock.after(unpairedRetryMs, () => void this.start());
    // The end of a connection that was turned away tells nothing new.
    const isTurnedAway = this.#state === 'unpaired' || this.#state === 'refused';
    if (state !== 'disconnected') this.#tell(state);
    else if (!isTurnedAway) this.#tell('connecting');
  }

  async #stop(): Promise<void> {
    this.#stopRetry?.();
    this.#stopRetry = undefined;
    this.#approver?.stop();
    const link = this.#link;
    this.#link = undefined;
    this.#approver = undefined;
    await link?.close();
  }

  #tell(state: GatewayState): void {
    this.#state = state;
    this.#changed.emit();
  }
}
