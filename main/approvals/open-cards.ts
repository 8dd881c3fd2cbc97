import type { Approval, ApprovalId, Digest, Result } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';
import type { ApprovalStore } from './approval-store.ts';
import { whenLate } from './next-time.ts';
import type { Answer } from './question.ts';

/** A question that waits. */
interface Open {
  readonly settle: (answer: Answer) => void;
  readonly stopTimer: Dispose;
  readonly number: number | undefined;
  /** When its card became what it is. */
  readonly shownAt: number;
}

/** No card is answered by Approve sooner than this after it was asked: nobody has read it yet. */
const soonestApprovalMs = 600;

/** The cards that wait for an answer, each with its timer and with whoever waits for it; how each of them ends. */
export class OpenCards {
  readonly #store: ApprovalStore;
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #open = new Map<ApprovalId, Open>();

  constructor(store: ApprovalStore, clock: Clock, changed: () => void) {
    this.#store = store;
    this.#clock = clock;
    this.#changed = changed;
  }

  has(id: ApprovalId): boolean {
    return this.#open.has(id);
  }

  /** The question of an open card that shows that digest. */
  find(id: ApprovalId, digest: Digest): Result<Approval> {
    const approval = this.#store.get(id);
    if (!approval || !this.#open.has(id)) return { ok: false, problem: say('approval.problem.gone') };
    if (approval.digest !== digest) return { ok: false, problem: say('approval.problem.changed') };
    return this.#clock.now() >= approval.expiresAt ? { ok: false, problem: say('approval.problem.expired') } : { ok: true, value: approval };
  }

  /** Whether nobody can have read it as it is now. */
  isTooNew(id: ApprovalId): boolean {
    return this.#clock.now() - this.shownAt(id) < soonestApprovalMs;
  }

  /** When its card became what it is; now for one that is not open. */
  shownAt(id: ApprovalId): number {
    return this.#open.get(id)?.shownAt ?? this.#clock.now();
  }

  /** What has to be typed to say yes to it. */
  numberOf(id: ApprovalId): number | undefined {
    return this.#open.get(id)?.number;
  }

  wait(approval: Approval, number?: number): Promise<Answer> {
    return new Promise((settle) => {
      this.#open.set(approval.id, { settle, stopTimer: this.#timeOut(approval), number, shownAt: approval.edit?.at ?? approval.askedAt });
    });
  }

  /** Another card, or another end, under the same id. */
  showAgain(approval: Approval, shownAt: number): Approval {
    const open = this.#open.get(approval.id);
    open?.stopTimer();
    if (open) this.#open.set(approval.id, { ...open, shownAt, stopTimer: this.#timeOut(approval) });
    this.#changed();
    return approval;
  }

  /** A yes counts only once it is kept: it throws where it cannot be written. Anything else refuses, and does so even then. */
  end(approval: Approval, answer: Answer['answer'], reason: string | null, together = 0): void {
    try {
      const late = answer === 'timed_out' ? whenLate(approval, this.#store.nextTime(approval.id)) : {};
      this.#store.save({ ...approval, ...late, answer, answeredAt: this.#clock.now() });
    } catch (error) {
      if (answer === 'approved') throw error;
    }
    const open = this.#open.get(approval.id);
    this.#open.delete(approval.id);
    open?.stopTimer();
    open?.settle({ answer, digest: approval.digest, reason, signed: answer === 'approved' ? (approval.signing?.signed ?? []) : [], ...(together === 0 ? {} : { together }) });
    this.#changed();
  }

  /** Stops the timers; the questions stay open in `state.db`. */
  close(): void {
    for (const open of this.#open.values()) open.stopTimer();
    this.#open.clear();
  }

  #timeOut(approval: Approval): Dispose {
    return this.#clock.after(approval.expiresAt - this.#clock.now(), () => this.end(approval, 'timed_out', null));
  }
}
