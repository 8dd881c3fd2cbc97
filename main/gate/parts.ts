import type { ActionId, AgentId, ConnectionId, Digest, GrantId, Settings } from '../../preload/contract.ts';
import type { ActivityEvent } from '../activity/event.ts';
import type { Approvals } from '../approvals/approvals.ts';
import type { ActionKind, ActionProfile, Decision, Facts, Risk } from '../model/action.ts';
import type { Clock } from '../model/clock.ts';
import type { JsonObject } from '../model/json.ts';
import type { KnownContacts } from '../model/known-contacts.ts';
import type { SecretLook } from '../model/secret.ts';
import type { Upstream, UpstreamTool } from '../model/upstream.ts';
import type { Outbox } from './outbox.ts';
import type { PauseSwitch } from './pause-switch.ts';

export interface PolicyQuestion {
  readonly kind: ActionKind;
  readonly agent: AgentId;
  readonly connection: ConnectionId;
  readonly name: string;
  readonly effect: Facts['effect'];
  readonly arguments: JsonObject;
  readonly facts: Facts;
  readonly at: number;
  readonly digest: Digest;
  readonly risk: Risk | null;
}

/** What the gate needs of the rest of the house. */
export interface GateParts {
  readonly clock: Clock;
  readonly newActionId: () => ActionId;
  readonly policy: {
    /** Grows with every change of the rules. */
    readonly revision: number;
    /** The same answer for the same question in the same second of `at`, until `revision` grows. */
    decide(question: PolicyQuestion): Decision;
  };
  readonly approvals: Approvals;
  readonly grants: {
    /** Ends those that have run out. */
    endDue(): void;
    /** Counts that a standing answer let an action through. */
    use(id: GrantId): void;
    /** Taken back by the person, in contrast to used up or run out. */
    isRevoked(id: GrantId): boolean;
  };
  /** The organization lets people give standing answers. */
  readonly mayGrant: () => boolean;
  readonly outbox: Outbox;
  /** Runs work on `state.db`, where approvals and outbox are: all of it becomes durable, or none of it when it throws. */
  readonly transaction: <T>(work: () => T) => T;
  readonly pause: PauseSwitch;
  readonly activity: {
    /** Rejects when the event cannot be made durable. */
    append(event: ActivityEvent, urgency?: 'now' | 'soon'): Promise<unknown>;
    actionsWithoutEnd(): Promise<readonly ActionId[]>;
  };
  /** Where done actions of the record went. */
  readonly contacts: { now(): Promise<KnownContacts> };
  readonly services: {
    /** Undefined when that agent may not use the connection. Rejects when the service cannot be reached. */
    open(agent: AgentId, connection: ConnectionId): Promise<Upstream | undefined>;
    /** Undefined when that agent's connections have no such tool. Rejects when the service cannot be reached. */
    findTool(agent: AgentId, connection: ConnectionId, name: string): Promise<{ readonly tool: UpstreamTool; readonly upstream: Upstream } | undefined>;
    /** Why a service cannot be reached, in words for agents; undefined: nobody knows more. */
    explain(error: unknown): string | undefined;
    validate(tool: UpstreamTool, args: JsonObject): { readonly ok: true } | { readonly ok: false; readonly text: string };
  };
  /** Descriptions of the tools of other people's servers. */
  readonly profiles: { of(connection: ConnectionId, tool: UpstreamTool): ActionProfile | undefined };
  readonly agents: {
    name(id: AgentId): string;
    isPaused(id: AgentId): boolean;
    isKnown(id: AgentId): boolean;
    /** False once the connection is gone or was taken from that agent. */
    mayUse(id: AgentId, connection: ConnectionId): boolean;
  };
  readonly connectionName: (id: ConnectionId) => string;
  /** What a connection leads to, as one text: another account, command or address gives another one. */
  readonly target: (id: ConnectionId) => string;
  readonly settings: () => Settings;
  /** Seconds after which that agent is told to wait, before its client gives up by itself. */
  readonly waitSeconds: (agent: AgentId) => number;
  /** False where no person can answer: what needs one is refused at once. */
  readonly canAsk: () => boolean;
  /** The organization's contact, told with its refusals. */
  readonly contact: () => string | null;
  /** Removes every live secret from text. */
  readonly scrub: (text: string) => string;
  readonly scrubJson: <T extends JsonObject>(value: T) => T;
  /** Looks for secrets in what an agent sends. */
  readonly secrets: SecretLook;
  /** Makes invisible and direction-changing characters visible. */
  readonly disarm: (text: string) => string;
  readonly report: (problem: string) => void;
}
