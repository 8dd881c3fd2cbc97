import type {
  ActionId,
  AgentId,
  ApprovalId,
  ApproverId,
  ConnectionId,
  Digest,
  Effect,
  GrantId,
  Message,
  Outcome,
  Signature,
} from '../../preload/contract.ts';
import type { ActionKind, ArgumentChange, Decision, EndReason, Facts, Risk, Sentence } from '../model/action.ts';
import type { GrantScope } from '../model/grant.ts';
import type { JsonObject } from '../model/json.ts';

export interface Named<Id extends string> {
  readonly id: Id;
  readonly name: string;
}

interface OfAction {
  /** When it happened, milliseconds since the Unix epoch. */
  readonly at: number;
  readonly action: ActionId;
}

interface OfApp {
  readonly at: number;
}

/** What an agent attempts, recorded durably before anything leaves. */
export interface IntentEvent extends OfAction {
  readonly kind: 'intent';
  readonly agent: Named<AgentId>;
  readonly connection: Named<ConnectionId>;
  readonly actionKind: ActionKind;
  readonly tool: string;
  readonly effect: Effect;
  readonly digest: Digest;
  /** Secrets already masked: this is kept for good. */
  readonly arguments: JsonObject;
  readonly facts: Facts;
  readonly sentence: Sentence;
  readonly decision: Decision;
}

export interface AskedEvent extends OfAction {
  readonly kind: 'asked';
  readonly approval: ApprovalId;
  readonly expiresAt: number;
  readonly why: Message;
  /** How much was at stake, as the card said, and which standing answers it offered; absent in records of the first versions. */
  readonly risk?: Risk;
  readonly offered?: readonly GrantScope['kind'][];
}

/** The first of two who have to sign; the answer names both. */
export interface SignedEvent extends OfAction {
  readonly kind: 'signed';
  readonly approver: Named<ApproverId>;
  readonly digest: Digest;
}

export interface AnsweredEvent extends OfAction {
  readonly kind: 'answered';
  readonly answer: 'approved' | 'denied' | 'timed_out' | 'withdrawn';
  /** "you", the names of two who signed, or null when nobody answered: time ran out, or the app answered by itself. */
  readonly by: string | null;
  /** Who proved that they were there, in the order they signed; absent where the rules did not want it. `name` null: whoever the account belongs to. */
  readonly signatures?: readonly Omit<Signature, 'digest' | 'groups'>[];
  /** How many other questions the person gave the same answer with it; absent where it was answered alone. */
  readonly together?: number;
  /** What the person gave as a reason. */
  readonly reason: string | null;
}

/**
 * What the person changed before they approved it, written right before their answer. The intent tells what the agent asked
 * for; from here on, facts and sentence are those of the changed action.
 */
export interface EditedEvent extends OfAction {
  readonly kind: 'edited';
  readonly by: string;
  /** The digest of what the agent asked for, and that of what was approved. */
  readonly from: Digest;
  readonly to: Digest;
  /** Secrets already masked. */
  readonly changes: readonly ArgumentChange[];
  readonly facts: Facts;
  readonly sentence: Sentence;
  /** What the rules said of the changed action. */
  readonly decision: Decision;
}

/** A change that the rules did not allow: nothing came of it, and the card stayed as it was. */
export interface EditRefusedEvent extends OfAction {
  readonly kind: 'edit_refused';
  readonly by: string;
  /** The digest of what was changed. */
  readonly from: Digest;
  /** Secrets already masked. */
  readonly changes: readonly ArgumentChange[];
  /** Which rule said no. */
  readonly decision: Decision;
}

export interface HeldEvent extends OfAction {
  readonly kind: 'held';
  readonly until: number;
}

export interface UndoneEvent extends OfAction {
  readonly kind: 'undone';
}

/** Written just before the call goes upstream. */
export interface StartedEvent extends OfAction {
  readonly kind: 'started';
}

/** The arguments held a secret that this app keeps: an agent has what it must never have. Masked, here as everywhere. */
export interface OwnSecretSentEvent extends OfAction {
  readonly kind: 'own_secret_sent';
  /** Whose sign-in it is, or was. */
  readonly connections: readonly Named<ConnectionId>[];
}

/** One request to a place that was let through; the query is not kept. Written while the run goes on, after the action's own end. */
export interface RequestedEvent extends OfAction {
  readonly kind: 'requested';
  readonly method: string;
  readonly path: string;
}

/** What a run tried and its sandbox or its network refused, in the sandbox's words. */
export interface RefusedEvent extends OfAction {
  readonly kind: 'refused';
  readonly line: string;
}

/** What stands for a lent key was somewhere where it counts for nothing. `variable` null: it was none of this run's. */
export interface KeyMisusedEvent extends OfAction {
  readonly kind: 'key_misused';
  readonly variable: string | null;
  readonly host: string;
  readonly how: 'another_host' | 'unencrypted' | 'wrong_place' | 'content' | 'another_run';
}

export interface EndedEvent extends OfAction {
  readonly kind: 'ended';
  readonly outcome: Outcome;
  /** What the agent was told, scrubbed; null when it got the plain result. */
  readonly text: string | null;
  /** Why it was not done, or is not known; absent when it was done, and in records of the first versions. */
  readonly reason?: EndReason;
}

/** Everything that is recorded about one action. */
export type ActionEvent = IntentEvent | AskedEvent | OwnSecretSentEvent | EditedEvent | EditRefusedEvent | SignedEvent | AnsweredEvent | HeldEvent | UndoneEvent | StartedEvent | RequestedEvent | RefusedEvent | KeyMisusedEvent | EndedEvent;

/** What is recorded about the app itself. */
export type AppEvent =
  | (OfApp & { readonly kind: 'paused' | 'resumed' })
  | (OfApp & { readonly kind: 'paired' | 'forgotten'; readonly agent: Named<AgentId> })
  /** A sign-in ended because somebody showed what had been used before: it may have been copied. */
  | (OfApp & { readonly kind: 'signed_out'; readonly agent: Named<AgentId>; readonly why: string })
  /**
   * A Claw that this app starts in a sandbox: how it was started, how it ended, or what it tried and was refused, in the sandbox's
   * words. Secrets already masked.
   */
  | (OfApp & { readonly kind: 'claw_started' | 'claw_ended' | 'claw_refused'; readonly agent: Named<AgentId>; readonly text: string })
  /** Somebody was turned away at the door: a bad token, a foreign origin. Never the token itself. */
  | (OfApp & { readonly kind: 'refused_entry'; readonly why: string })
  | (OfApp & { readonly kind: 'connection_added' | 'connection_removed'; readonly connection: Named<ConnectionId> })
  /** What the program of a connection tried and was refused, in the sandbox's words. Secrets already masked. */
  | (OfApp & { readonly kind: 'server_refused'; readonly connection: Named<ConnectionId>; readonly text: string })
  /** A standing answer was given, taken back, or is used up or over. `text`: what it allows, in English. */
  | (OfApp & { readonly kind: 'grant_given' | 'grant_revoked' | 'grant_over'; readonly grant: GrantId; readonly agent: Named<AgentId>; readonly text: string })
  /** The passcode by which the person of this account signs. Never the passcode. */
  | (OfApp & { readonly kind: 'passcode_set' | 'passcode_changed' | 'passcode_reset' })
  | (OfApp & { readonly kind: 'approver_added' | 'approver_removed'; readonly approver: Named<ApproverId> })
  | (OfApp & { readonly kind: 'rule_changed'; readonly text: string })
  | (OfApp & { readonly kind: 'settings_changed'; readonly keys: readonly string[] })
  | (OfApp & { readonly kind: 'record_checked'; readonly isIntact: boolean; readonly events: number });

export type ActivityEvent = ActionEvent | AppEvent;

/** A place in the chain. `sequence` starts at 1. */
export interface ChainPoint {
  readonly sequence: number;
  /** SHA-256, lower-case hex. */
  readonly hash: string;
}

/** An event as the chain holds it. `body` is the event without `at`, `kind` and `action`, as JCS text (RFC 8785). */
export interface ChainedEvent extends ChainPoint {
  readonly at: number;
  readonly kind: ActivityEvent['kind'];
  readonly action: ActionId | null;
  readonly body: string;
  readonly previousHash: string;
}
