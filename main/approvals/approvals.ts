import type { ActionId, Agent, Approval, ApprovalId, Card, Digest, Progress, Result } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';
import type { ApprovalStore } from './approval-store.ts';

export interface Question {
  readonly kind: Approval['kind'];
  readonly agent: Pick<Agent, 'id' | 'name'>;
  readonly action: ActionId | null;
  readonly connectionName: string | null;
  readonly digest: Digest;
  readonly card: Card;
  readonly answerWithinSeconds: number;
  /** What the person has to type to say yes, where `card.asksNumber` is set. It is shown elsewhere, and never kept. */
  readonly number?: number;
}

export interface Answer {
  readonly answer: 'approved' | 'denied' | 'timed_out' | 'withdrawn';
  /** What the digest was when the person answered; null when nobody did. */
  readonly digest: Digest | null;
  readonly reason: string | null;
}

export interface GivenAnswer {
  readonly id: ApprovalId;
  readonly digest: Digest;
  readonly answer: 'approve' | 'deny';
  readonly isConfirmed: boolean;
  readonly number?: number | undefined;
  readonly reason: string | null;
}

/** No card is answered by Approve sooner than this after it was asked: nobody has read it yet. */
const soonestApprovalMs = 600;

/**
 * Questions put to the person, and their answers. Every question is written to `state.db` before it is shown, and every
 * answer before it is acted on, so both survive a stop at any instant. Unanswered means refused.
 */
export class Approvals {
  readonly #store: ApprovalStore;
  readonly #clock: Clock;
  readonly #newId: () => ApprovalId;
  readonly #changed = new Emitter<void>();
  readonly #asked = new Emitter<Approval>();
  readonly #open = new Map<ApprovalId, { settle: (answer: Answer) => void; stopTimer: Dispose; number: number | undefined }>();

  constructor(store: ApprovalStore, clock: Clock, newId: () => ApprovalId) {
    this.#store = store;
    this.#clock = clock;
    this.#newId = newId;
  }

  /** Puts a question. The promise never rejects; it resolves when the person answers, time runs out, or it is withdrawn. */
  ask(question: Question): { readonly approval: Approval; readonly answer: Promise<Answer> } {
    const askedAt = this.#clock.now();
    const approval: Approval = {
      id: this.#newId(),
      kind: question.kind,
      agent: { id: question.agent.id, name: question.agent.name },
      action: question.action,
      connectionName: question.connectionName,
      digest: question.digest,
      card: question.card,
      askedAt,
      expiresAt: askedAt + question.answerWithinSeconds * 1000,
      answer: null,
      answeredAt: null,
      progress: question.action ? 'waiting' : null,
    };
    this.#store.save(approval);
    const answer = this.#wait(approval, question.number);
    this.#asked.emit(approval);
    this.#changed.emit();
    return { approval, answer };
  }

  /** Takes up a question that was open when the app stopped. Undefined when there is none for that action. */
  resume(action: ActionId): { readonly approval: Approval; readonly answer: Promise<Answer> } | undefined {
    const approval = this.#store.ofAction(action);
    if (!approval) return undefined;
    if (approval.answer !== null) {
      return { approval, answer: Promise.resolve({ answer: approval.answer, digest: approval.digest, reason: null }) };
    }
    const answer = this.#wait(approval);
    this.#asked.emit(approval);
    return { approval, answer };
  }

  /** Ends the pairing questions that were open when the app stopped: the program that asked is gone. */
  withdrawPairings(): void {
    for (const approval of this.#store.waiting()) if (approval.kind === 'pairing') this.#end(approval, 'withdrawn', null);
  }

  /** The person's answer. Refused when the card is gone, was answered, shows something else, or its key fact is not ticked. */
  give(given: GivenAnswer): Result<null> {
    const approval = this.#store.get(given.id);
    const open = this.#open.get(given.id);
    if (!approval || !open) return { ok: false, problem: say('approval.problem.gone') };
    if (approval.digest !== given.digest) return { ok: false, problem: say('approval.problem.changed') };
    if (this.#clock.now() >= approval.expiresAt) {
      this.#end(approval, 'timed_out', null);
      return { ok: false, problem: say('approval.problem.expired') };
    }
    if (given.answer === 'approve') {
      if (approval.card.confirm && !given.isConfirmed) return { ok: false, problem: say('approval.problem.unconfirmed') };
      if (this.#clock.now() - approval.askedAt < soonestApprovalMs) return { ok: false, problem: say('approval.problem.tooSoon') };
      // Who does not see the page in the browser lets nobody in, and does not guess.
      if (approval.card.asksNumber === true && (given.number === undefined || given.number !== open.number)) {
        this.#end(approval, 'denied', null);
        return { ok: false, problem: say('approval.problem.wrongNumber') };
      }
    }
    try {
      this.#end(approval, given.answer === 'approve' ? 'approved' : 'denied', given.reason);
    } catch {
      return { ok: false, problem: say('approval.problem.notKept') };
    }
    return { ok: true, value: null };
  }

  withdraw(id: ApprovalId): void {
    const approval = this.#store.get(id);
    if (approval && this.#open.has(id)) this.#end(approval, 'withdrawn', null);
  }

  find(id: ApprovalId): Approval | undefined {
    return this.#store.get(id);
  }

  ofAction(action: ActionId): Approval | undefined {
    return this.#store.ofAction(action);
  }

  /** Whether the person said yes to that action. */
  isApproved(action: ActionId): boolean {
    return this.#store.ofAction(action)?.answer === 'approved';
  }

  /** Ends the questions that nobody asks any more: nothing would follow from an answer. */
  withdrawUnclaimed(): void {
    for (const approval of this.#store.waiting()) if (!this.#open.has(approval.id)) this.#end(approval, 'withdrawn', null);
  }

  /** Drops questions that were answered before that instant, with what their cards show. */
  forgetAnsweredBefore(instant: number): void {
    this.#store.forgetAnsweredBefore(instant);
  }

  /** Tells the card in the history what came of it. */
  setProgress(action: ActionId, progress: Progress): void {
    if (this.#store.setProgress(action, progress)) this.#changed.emit();
  }

  /** Waiting first (oldest first), then those answered since `since` (newest first). */
  list(since: number): readonly Approval[] {
    return [...this.#store.waiting(), ...this.#store.answeredSince(since)];
  }

  waiting(): readonly Approval[] {
    return this.#store.waiting();
  }

  onChange(listener: () => void): Dispose {
    return this.#changed.on(listener);
  }

  onAsked(listener: (approval: Approval) => void): Dispose {
    return this.#asked.on(listener);
  }

  /** Stops the timers; the questions stay open in `state.db`. */
  close(): void {
    for (const open of this.#open.values()) open.stopTimer();
    this.#open.clear();
  }

  #wait(approval: Approval, number?: number): Promise<Answer> {
    return new Promise((settle) => {
      const stopTimer = this.#clock.after(approval.expiresAt - this.#clock.now(), () => this.#end(approval, 'timed_out', null));
      this.#open.set(approval.id, { settle, stopTimer, number });
    });
  }

  /** A yes counts only once it is kept. Anything else refuses, and does so even where it cannot be written. */
  #end(approval: Approval, answer: Answer['answer'], reason: string | null): void {
    try {
      this.#store.save({ ...approval, answer, answeredAt: this.#clock.now() });
    } catch (error) {
      if (answer === 'approved') throw error;
    }
    const open = this.#open.get(approval.id);
    this.#open.delete(approval.id);
    open?.stopTimer();
    open?.settle({ answer, digest: approval.digest, reason });
    this.#changed.emit();
  }
}
