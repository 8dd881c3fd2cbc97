import type { ActionId, Agent, Approval, ApprovalId, Card, Digest, Signature } from '../../preload/contract.ts';
import type { SigningNeed } from '../model/signing.ts';
import type { NextTime } from './next-time.ts';

export interface Question {
  readonly kind: Approval['kind'];
  readonly agent: Pick<Agent, 'id' | 'name'>;
  readonly action: ActionId | null;
  readonly connectionName: string | null;
  readonly digest: Digest;
  readonly card: Card;
  /** The person may change something of it before they say yes. */
  readonly isEditable?: boolean;
  /** What a yes takes beside the button; null: nothing. */
  readonly signing?: SigningNeed | null;
  /** What it may be answered together with. */
  readonly stack?: Approval['stack'];
  /** What the person may allow for the next time, should nobody answer. */
  readonly nextTime?: NextTime | undefined;
  readonly answerWithinSeconds: number;
  /** What the person has to type to say yes, where `card.asksNumber` is set. It is shown elsewhere, and never kept. */
  readonly number?: number;
}

export interface Answer {
  readonly answer: 'approved' | 'denied' | 'timed_out' | 'withdrawn';
  /** What the digest was when the person answered; null when nobody did. */
  readonly digest: Digest | null;
  readonly reason: string | null;
  /** Who signed, where a yes took that. */
  readonly signed: readonly Signature[];
  /** How many other questions got the same answer with it. */
  readonly together?: number;
}

export interface GivenAnswer {
  readonly id: ApprovalId;
  readonly digest: Digest;
  readonly answer: 'approve' | 'deny';
  readonly isConfirmed: boolean;
  readonly number?: number | undefined;
  readonly reason: string | null;
}

/** What a person made of the action that a card asks about. */
export interface ChangedCard {
  readonly digest: Digest;
  readonly card: Card;
  /** Undefined: it is again what the agent asked for. */
  readonly edit: Approval['edit'];
  readonly signing: SigningNeed | null;
}
