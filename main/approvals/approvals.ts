import type { ActionId, Approval, ApprovalId, Digest, GrantId, Progress, Result, Signature } from '../../preload/contract.ts';
import { steadyClock, type Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import type { SigningNeed } from '../model/signing.ts';
import { Answering } from './answering.ts';
import type { ApprovalStore } from './approval-store.ts';
import type { NextTime } from './next-time.ts';
import { OpenCards } from './open-cards.ts';
import type { Proof, Proofs } from './proofs.ts';
import type { Answer, ChangedCard, GivenAnswer, Question } from './question.ts';

/**
 * Questions put to the person, and their answers. Every question is written to `state.db` before it is shown, and every
 * answer before it is acted on, so both survive a stop at any instant. Unanswered means refused. While the app runs, the time to
 * answer is the time in which a person could: sleep and another time on the wall use up none of it. After a start the wall decides.
 */
export class Approvals {
  readonly #store: ApprovalStore;
  readonly #clock: Clock;
  readonly #steady: Pick<Clock, 'now'>;
  readonly #newId: () => ApprovalId;
  readonly #answering: Answering;
  readonly #changed = new Emitter<void>();
  readonly #asked = new Emitter<Approval>();
  readonly #open: OpenCards;

  constructor(store: ApprovalStore, clock: Clock, newId: () => ApprovalId, proofs: Pick<Proofs, 'take'>) {
    this.#store = store;
    this.#clock = clock;
    this.#steady = steadyClock(clock);
    this.#newId = newId;
    this.#open = new OpenCards(store, clock, () => this.#changed.emit());
    this.#answering = new Answering(store, this.#open, clock, proofs);
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
      ...(question.isEditable === true ? { isEditable: true } : {}),
      ...unsigned(question.signing ?? null),
      ...(question.stack === undefined ? {} : { stack: question.stack }),
      askedAt,
      expiresAt: askedAt + question.answerWithinSeconds * 1000,
      answer: null,
      answeredAt: null,
      progress: question.action ? 'waiting' : null,
    };
    this.#store.save(approval, question.nextTime);
    const answer = this.#open.wait(approval, question.number);
    this.#asked.emit(approval);
    this.#changed.emit();
    return { approval, answer };
  }

  /**
   * Takes up a question that was open when the app stopped, for no longer than a new one (the clock may have been set back).
   * Undefined when there is none for that action.
   */
  resume(action: ActionId, withinSeconds: number): { readonly approval: Approval; readonly answer: Promise<Answer> } | undefined {
    const approval = this.#store.ofAction(action);
    if (!approval) return undefined;
    if (approval.answer !== null) {
      return { approval, answer: Promise.resolve({ answer: approval.answer, digest: approval.digest, reason: null, signed: approval.signing?.signed ?? [] }) };
    }
    const now = this.#clock.now();
    const resumed = { ...approval, expiresAt: Math.min(approval.expiresAt, now + withinSeconds * 1000) };
    if (resumed.expiresAt !== approval.expiresAt) this.#store.save(resumed);
    const answer = this.#open.wait(resumed);
    this.#asked.emit(resumed);
    return { approval: resumed, answer };
  }

  /** Ends the pairing questions that were open when the app stopped: the program that asked is gone. */
  withdrawPairings(): void {
    for (const approval of this.#store.waiting()) if (approval.kind === 'pairing') this.#open.end(approval, 'withdrawn', null);
  }

  /** The person's answer; see `Answering.give`. */
  give(given: GivenAnswer, proof?: Proof): Result<null> {
    return this.#answering.give(given, proof);
  }

  /** One answer for several cards; see `Answering.giveStack`. */
  giveStack(cards: readonly Pick<GivenAnswer, 'id' | 'digest'>[], answer: GivenAnswer['answer'], reason: string | null): Result<null> {
    return this.#answering.giveStack(cards, answer, reason);
  }

  /** Takes back the signatures on waiting cards that somebody gave who may not sign any more. */
  keepSignatures(isKept: (signature: Signature) => boolean): void {
    for (const approval of this.#store.waiting()) {
      const { signing } = approval;
      const signed = signing?.signed.filter(isKept);
      if (signing === undefined || signed === undefined || signed.length === signing.signed.length) continue;
      const changed: Approval = { ...approval, signing: { ...signing, signed } };
      this.#store.save(changed);
      this.#open.showAgain(changed);
    }
  }

  /** No to everything that waits. */
  denyWaiting(): void {
    for (const approval of this.#store.waiting()) if (this.#open.has(approval.id)) this.#open.end(approval, 'denied', null);
  }

  /** Whether a card waits that nobody can have read yet. */
  hasUnread(): boolean {
    return this.#open.hasUnread();
  }

  /** The question of an open card that shows that digest. */
  openCard(id: ApprovalId, digest: Digest): Result<Approval> {
    return this.#open.find(id, digest);
  }

  /**
   * Writes another card in place of one that `openCard` gave. Who looks at it has at least `withinSeconds` from now. Returns
   * what shows it, to be called once it is durable: it may be part of a transaction.
   */
  exchange({ id }: Approval, { digest, card, edit, signing }: ChangedCard, withinSeconds: number): () => Approval {
    const approval = this.#store.get(id);
    if (!approval || approval.answer !== null) throw new Error('Only a card that waits can be exchanged.');
    const { edit: _before, signing: _signed, stack: _stack, ...kept } = approval;
    const left = this.#open.leftAtLeast(id, withinSeconds);
    const changed: Approval = { ...kept, digest, card, ...unsigned(signing), ...(edit === undefined ? {} : { edit }), expiresAt: this.#clock.now() + left };
    this.#store.save(changed);
    return () => this.#open.showAgain(changed, { left });
  }

  /** Somebody is at work on a card: they have at least that long from now. */
  prolong(approval: Approval, withinSeconds: number): Approval {
    const left = this.#open.leftAtLeast(approval.id, withinSeconds);
    if (left <= this.#open.left(approval.id)) return approval;
    const changed: Approval = { ...approval, expiresAt: this.#clock.now() + left };
    this.#store.save(changed);
    return this.#open.showAgain(changed, { left, isSame: true });
  }

  /** What may be allowed the next time, of a question that nobody answered; undefined for any other. */
  nextTime(id: ApprovalId): NextTime | undefined {
    return this.#store.get(id)?.nextTime === undefined ? undefined : this.#store.nextTime(id);
  }

  /** The person allowed it once more; durable when it returns. */
  allowedNextTime(id: ApprovalId, grant: GrantId): void {
    const approval = this.#store.get(id);
    if (approval) this.#store.save({ ...approval, nextTime: { grant } });
    this.#changed.emit();
  }

  withdraw(id: ApprovalId): void {
    const approval = this.#store.get(id);
    if (approval && this.#open.has(id)) this.#open.end(approval, 'withdrawn', null);
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
    for (const approval of this.#store.waiting()) if (!this.#open.has(approval.id)) this.#open.end(approval, 'withdrawn', null);
  }

  /** Drops questions that were answered more than that many milliseconds ago, with what their cards show. A clock set forward drops none. */
  forgetAnsweredOlderThan(age: number): void {
    this.#store.forgetAnsweredBefore(Math.min(this.#clock.now(), this.#steady.now()) - age);
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

  /** The first of two signed. */
  onSigned(listener: (approval: Approval) => void): Dispose {
    return this.#answering.onSigned(listener);
  }

  onAsked(listener: (approval: Approval) => void): Dispose {
    return this.#asked.on(listener);
  }

  /** Stops the timers; the questions stay open in `state.db`. */
  close(): void {
    this.#open.close();
  }
}

/** Whatever was signed before was signed of something else. */
function unsigned(need: SigningNeed | null): Pick<Approval, 'signing'> {
  return need === null ? {} : { signing: { people: need.people, groups: [...need.groups], signed: [] } };
}
