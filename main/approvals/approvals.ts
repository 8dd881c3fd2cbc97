import type { ActionId, Agent, Approval, ApprovalId, Card, Digest, Progress, Result, Signature } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';
import type { SigningNeed } from '../model/signing.ts';
import type { ApprovalStore } from './approval-store.ts';
import type { Proof, Proofs } from './proofs.ts';
import { sign } from './signing.ts';

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

/** A question that waits. */
interface Open {
  readonly settle: (answer: Answer) => void;
  readonly stopTimer: Dispose;
  readonly number: number | undefined;
  /** When its card became what it is. */
  readonly shownAt: number;
}

/** What a person made of the action that a card asks about. */
export interface ChangedCard {
  readonly digest: Digest;
  readonly card: Card;
  /** Undefined: it is again what the agent asked for. */
  readonly edit: Approval['edit'];
  readonly signing: SigningNeed | null;
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
  readonly #proofs: Pick<Proofs, 'take'>;
  readonly #changed = new Emitter<void>();
  readonly #asked = new Emitter<Approval>();
  readonly #signed = new Emitter<Approval>();
  readonly #open = new Map<ApprovalId, Open>();

  constructor(store: ApprovalStore, clock: Clock, newId: () => ApprovalId, proofs: Pick<Proofs, 'take'>) {
    this.#store = store;
    this.#clock = clock;
    this.#newId = newId;
    this.#proofs = proofs;
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
      return { approval, answer: Promise.resolve({ answer: approval.answer, digest: approval.digest, reason: null, signed: approval.signing?.signed ?? [] }) };
    }
    const answer = this.#wait(approval);
    this.#asked.emit(approval);
    return { approval, answer };
  }

  /** Ends the pairing questions that were open when the app stopped: the program that asked is gone. */
  withdrawPairings(): void {
    for (const approval of this.#store.waiting()) if (approval.kind === 'pairing') this.#end(approval, 'withdrawn', null);
  }

  /**
   * The person's answer. Refused when the card is gone, was answered, shows something else, its key fact is not ticked, or it has
   * to be signed and `proof` is none for it. The first of two signatures is kept, and the card waits for the second.
   */
  give(given: GivenAnswer, proof?: Proof, together = 0): Result<null> {
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
      if (this.#isTooNew(given.id)) return { ok: false, problem: say('approval.problem.tooSoon') };
      // Who does not see the page in the browser lets nobody in, and does not guess.
      if (approval.card.asksNumber === true && (given.number === undefined || given.number !== open.number)) {
        this.#end(approval, 'denied', null);
        return { ok: false, problem: say('approval.problem.wrongNumber') };
      }
    }
    try {
      if (given.answer === 'deny') this.#end(approval, 'denied', given.reason, together);
      else if (approval.signing === undefined) this.#end(approval, 'approved', given.reason, together);
      else return this.#sign(approval, approval.signing, proof, given.reason);
    } catch {
      return { ok: false, problem: say('approval.problem.notKept') };
    }
    return { ok: true, value: null };
  }

  /**
   * One answer for several cards of one stack. Refused as a whole when one of them is gone, shows something else, may not be
   * answered with the others, or is too new to have been read.
   */
  giveStack(cards: readonly Pick<GivenAnswer, 'id' | 'digest'>[], answer: GivenAnswer['answer'], reason: string | null): Result<null> {
    const keys = new Set<string | undefined>();
    for (const { id, digest } of cards) {
      const open = this.openCard(id, digest);
      if (!open.ok) return open;
      keys.add(open.value.stack?.key);
      if (answer === 'approve' && this.#isTooNew(id)) return { ok: false, problem: say('approval.problem.tooSoon') };
    }
    const [key] = keys;
    if (key === undefined || keys.size > 1 || new Set(cards.map(({ id }) => id)).size < cards.length) return { ok: false, problem: say('approval.problem.notTogether') };
    const answers = cards.map((card) => this.give({ ...card, answer, isConfirmed: false, reason }, undefined, cards.length - 1));
    return answers.find(({ ok }) => !ok) ?? { ok: true, value: null };
  }

  #isTooNew(id: ApprovalId): boolean {
    return this.#clock.now() - (this.#open.get(id)?.shownAt ?? this.#clock.now()) < soonestApprovalMs;
  }

  /** Every yes to a card that has to be signed comes through here. */
  #sign(approval: Approval, signing: NonNullable<Approval['signing']>, proof: Proof | undefined, reason: string | null): Result<null> {
    const signer = proof && this.#proofs.take(proof, approval);
    if (signer === undefined) return { ok: false, problem: say('approval.problem.unsigned') };
    const next = sign(signing, signer, approval.digest, this.#clock.now());
    if ('problem' in next) return { ok: false, problem: next.problem };
    const signed: Approval = { ...approval, signing: next.signing };
    if (next.isComplete) this.#end(signed, 'approved', reason);
    else {
      this.#store.save(signed);
      this.#signed.emit(this.#showAgain(signed, this.#clock.now()));
    }
    return { ok: true, value: null };
  }

  /** Takes back the signatures on waiting cards that somebody gave who may not sign any more. */
  keepSignatures(isKept: (signature: Signature) => boolean): void {
    for (const approval of this.#store.waiting()) {
      const { signing } = approval;
      const signed = signing?.signed.filter(isKept);
      if (signing === undefined || signed === undefined || signed.length === signing.signed.length) continue;
      const changed: Approval = { ...approval, signing: { ...signing, signed } };
      this.#store.save(changed);
      this.#showAgain(changed, this.#clock.now());
    }
  }

  /** No to everything that waits. */
  denyWaiting(): void {
    for (const approval of this.#store.waiting()) if (this.#open.has(approval.id)) this.#end(approval, 'denied', null);
  }

  /** The question of an open card that shows that digest. */
  openCard(id: ApprovalId, digest: Digest): Result<Approval> {
    const approval = this.#store.get(id);
    if (!approval || !this.#open.has(id)) return { ok: false, problem: say('approval.problem.gone') };
    if (approval.digest !== digest) return { ok: false, problem: say('approval.problem.changed') };
    return this.#clock.now() >= approval.expiresAt ? { ok: false, problem: say('approval.problem.expired') } : { ok: true, value: approval };
  }

  /**
   * Writes another card in place of one that `openCard` gave. Who looks at it has at least `withinSeconds` from now. Returns
   * what shows it, to be called once it is durable: it may be part of a transaction.
   */
  exchange({ id }: Approval, { digest, card, edit, signing }: ChangedCard, withinSeconds: number): () => Approval {
    const approval = this.#store.get(id);
    if (!approval || approval.answer !== null) throw new Error('Only a card that waits can be exchanged.');
    const { edit: _before, signing: _signed, stack: _stack, ...kept } = approval;
    const changed: Approval = { ...kept, digest, card, ...unsigned(signing), ...(edit === undefined ? {} : { edit }), expiresAt: this.#atLeast(approval, withinSeconds) };
    this.#store.save(changed);
    return () => this.#showAgain(changed, this.#clock.now());
  }

  /** Somebody is at work on a card: they have at least that long from now. */
  prolong(approval: Approval, withinSeconds: number): Approval {
    const expiresAt = this.#atLeast(approval, withinSeconds);
    if (expiresAt === approval.expiresAt) return approval;
    const changed: Approval = { ...approval, expiresAt };
    this.#store.save(changed);
    return this.#showAgain(changed, this.#open.get(approval.id)?.shownAt ?? this.#clock.now());
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

  /** The first of two signed. */
  onSigned(listener: (approval: Approval) => void): Dispose {
    return this.#signed.on(listener);
  }

  onAsked(listener: (approval: Approval) => void): Dispose {
    return this.#asked.on(listener);
  }

  /** Stops the timers; the questions stay open in `state.db`. */
  close(): void {
    for (const open of this.#open.values()) open.stopTimer();
    this.#open.clear();
  }

  #atLeast({ expiresAt }: Approval, withinSeconds: number): number {
    return Math.max(expiresAt, this.#clock.now() + withinSeconds * 1000);
  }

  #showAgain(approval: Approval, shownAt: number): Approval {
    const open = this.#open.get(approval.id);
    open?.stopTimer();
    if (open) this.#open.set(approval.id, { ...open, shownAt, stopTimer: this.#timeOut(approval) });
    this.#changed.emit();
    return approval;
  }

  #timeOut(approval: Approval): Dispose {
    return this.#clock.after(approval.expiresAt - this.#clock.now(), () => this.#end(approval, 'timed_out', null));
  }

  #wait(approval: Approval, number?: number): Promise<Answer> {
    return new Promise((settle) => {
      this.#open.set(approval.id, { settle, stopTimer: this.#timeOut(approval), number, shownAt: approval.edit?.at ?? approval.askedAt });
    });
  }

  /** A yes counts only once it is kept. Anything else refuses, and does so even where it cannot be written. */
  #end(approval: Approval, answer: Answer['answer'], reason: string | null, together = 0): void {
    try {
      this.#store.save({ ...approval, answer, answeredAt: this.#clock.now() });
    } catch (error) {
      if (answer === 'approved') throw error;
    }
    const open = this.#open.get(approval.id);
    this.#open.delete(approval.id);
    open?.stopTimer();
    open?.settle({ answer, digest: approval.digest, reason, signed: answer === 'approved' ? (approval.signing?.signed ?? []) : [], ...(together === 0 ? {} : { together }) });
    this.#changed.emit();
  }
}

/** Whatever was signed before was signed of something else. */
function unsigned(need: SigningNeed | null): Pick<Approval, 'signing'> {
  return need === null ? {} : { signing: { people: need.people, groups: [...need.groups], signed: [] } };
}
