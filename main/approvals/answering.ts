import type { Approval, Result } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';
import type { ApprovalStore } from './approval-store.ts';
import type { OpenCards } from './open-cards.ts';
import type { Proof, Proofs } from './proofs.ts';
import type { GivenAnswer } from './question.ts';
import { sign } from './signing.ts';

/** Takes the person's answers, each for a card exactly as it was shown. */
export class Answering {
  readonly #store: ApprovalStore;
  readonly #open: OpenCards;
  readonly #clock: Clock;
  readonly #proofs: Pick<Proofs, 'take'>;
  readonly #signed = new Emitter<Approval>();

  constructor(store: ApprovalStore, open: OpenCards, clock: Clock, proofs: Pick<Proofs, 'take'>) {
    this.#store = store;
    this.#open = open;
    this.#clock = clock;
    this.#proofs = proofs;
  }

  /**
   * The person's answer. Refused when the card is gone, was answered, shows something else, its key fact is not ticked, or it has
   * to be signed and `proof` is none for it. The first of two signatures is kept, and the card waits for the second.
   */
  give(given: GivenAnswer, proof?: Proof, together = 0): Result<null> {
    const approval = this.#store.get(given.id);
    if (!approval || !this.#open.has(given.id)) return { ok: false, problem: say('approval.problem.gone') };
    if (approval.digest !== given.digest) return { ok: false, problem: say('approval.problem.changed') };
    if (this.#open.left(given.id) <= 0) {
      this.#open.end(approval, 'timed_out', null);
      return { ok: false, problem: say('approval.problem.expired') };
    }
    if (given.answer === 'approve') {
      if (approval.card.confirm && !given.isConfirmed) return { ok: false, problem: say('approval.problem.unconfirmed') };
      if (this.#open.isTooNew(given.id)) return { ok: false, problem: say('approval.problem.tooSoon') };
      // Who does not see the page in the browser lets nobody in, and does not guess.
      if (approval.card.asksNumber === true && (given.number === undefined || given.number !== this.#open.numberOf(given.id))) {
        this.#open.end(approval, 'denied', null);
        return { ok: false, problem: say('approval.problem.wrongNumber') };
      }
    }
    try {
      if (given.answer === 'deny') this.#open.end(approval, 'denied', given.reason, together);
      else if (approval.signing === undefined) this.#open.end(approval, 'approved', given.reason, together);
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
      const open = this.#open.find(id, digest);
      if (!open.ok) return open;
      keys.add(open.value.stack?.key);
      if (answer === 'approve' && this.#open.isTooNew(id)) return { ok: false, problem: say('approval.problem.tooSoon') };
    }
    const [key] = keys;
    if (key === undefined || keys.size > 1 || new Set(cards.map(({ id }) => id)).size < cards.length) return { ok: false, problem: say('approval.problem.notTogether') };
    const answers = cards.map((card) => this.give({ ...card, answer, isConfirmed: false, reason }, undefined, cards.length - 1));
    return answers.find(({ ok }) => !ok) ?? { ok: true, value: null };
  }

  /** The first of two signed. */
  onSigned(listener: (approval: Approval) => void): Dispose {
    return this.#signed.on(listener);
  }

  /** Every yes to a card that has to be signed comes through here. */
  #sign(approval: Approval, signing: NonNullable<Approval['signing']>, proof: Proof | undefined, reason: string | null): Result<null> {
    const signer = proof && this.#proofs.take(proof, approval);
    if (signer === undefined) return { ok: false, problem: say('approval.problem.unsigned') };
    const next = sign(signing, signer, approval.digest, this.#clock.now());
    if ('problem' in next) return { ok: false, problem: next.problem };
    const signed: Approval = { ...approval, signing: next.signing };
    if (next.isComplete) this.#open.end(signed, 'approved', reason);
    else {
      this.#store.save(signed);
      this.#signed.emit(this.#open.showAgain(signed));
    }
    return { ok: true, value: null };
  }
}
