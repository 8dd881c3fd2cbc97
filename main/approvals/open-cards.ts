import type { Approval, ApprovalId, Digest, Result } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { startCountdown, type Countdown } from '../model/countdown.ts';
import { say } from '../model/say.ts';
import type { ApprovalStore } from './approval-store.ts';
import { whenLate } from './next-time.ts';
import type { Answer } from './question.ts';

/** A question that waits. */
interface Open {
  readonly settle: (answer: Answer) => void;
  readonly countdown: Countdown;
  readonly number: number | undefined;
  /** When its card became what it is, in elapsed time. */
  readonly shownAt: number;
  /** What `state.db` and the screen have as the end of the countdown, by the clock on the wall. */
  readonly expiresAt: number;
}

/** No card is answered by Approve sooner than this after it was asked: nobody has read it yet. */
const soonestApprovalMs = 600;
/** Milliseconds by which the end of a countdown on screen may be off before it is written anew. */
const mostOffMs = 1000;

/** The cards that wait for an answer, each with its countdown and with whoever waits for it; how each of them ends. */
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
    return this.left(id) <= 0 ? { ok: false, problem: say('approval.problem.expired') } : { ok: true, value: approval };
  }

  /** Milliseconds that are left to answer it; 0 where it is not open. */
  left(id: ApprovalId): number {
    return this.#open.get(id)?.countdown.left() ?? 0;
  }

  /** What is left, and no less than that many seconds. */
  leftAtLeast(id: ApprovalId, seconds: number): number {
    return Math.max(this.left(id), seconds * 1000);
  }

  /** Whether nobody can have read it as it is now. */
  isTooNew(id: ApprovalId): boolean {
    const now = this.#clock.elapsed();
    return now - (this.#open.get(id)?.shownAt ?? now) < soonestApprovalMs;
  }

  /** Whether one waits that nobody can have read yet. */
  hasUnread(): boolean {
    return [...this.#open.keys()].some((id) => this.isTooNew(id));
  }

  /** What has to be typed to say yes to it. */
  numberOf(id: ApprovalId): number | undefined {
    return this.#open.get(id)?.number;
  }

  wait({ id, expiresAt }: Approval, number?: number): Promise<Answer> {
    return new Promise((settle) => {
      const countdown = startCountdown({ clock: this.#clock, milliseconds: expiresAt - this.#clock.now(), over: () => this.#timeOut(id), looked: () => this.#keepShown(id) });
      this.#open.set(id, { settle, countdown, number, shownAt: this.#clock.elapsed(), expiresAt });
    });
  }

  /** Another card under the same id, to be read anew, or the same one (`isSame`) with another end. `left`: milliseconds to answer it from now. */
  showAgain(approval: Approval, { left, isSame = false }: { readonly left?: number; readonly isSame?: boolean } = {}): Approval {
    const open = this.#open.get(approval.id);
    if (open) this.#open.set(approval.id, { ...open, ...(isSame ? {} : { shownAt: this.#clock.elapsed() }), expiresAt: approval.expiresAt });
    if (left !== undefined) open?.countdown.restart(left);
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
    open?.countdown.stop();
    open?.settle({ answer, digest: approval.digest, reason, signed: answer === 'approved' ? (approval.signing?.signed ?? []) : [], ...(together === 0 ? {} : { together }) });
    this.#changed();
  }

  /** Stops the countdowns; the questions stay open in `state.db`. */
  close(): void {
    for (const open of this.#open.values()) open.countdown.stop();
    this.#open.clear();
  }

  #timeOut(id: ApprovalId): void {
    const approval = this.#store.get(id);
    if (approval) this.end(approval, 'timed_out', null);
  }

  /** What is written and shown as the end follows the clock on the wall, so that what is left stays what it is. */
  #keepShown(id: ApprovalId): void {
    const open = this.#open.get(id);
    const expiresAt = this.#clock.now() + (open?.countdown.left() ?? 0);
    if (!open || Math.abs(expiresAt - open.expiresAt) <= mostOffMs) return;
    try {
      const approval = this.#store.get(id);
      if (approval) this.#store.save({ ...approval, expiresAt });
    } catch {
      // What is left is counted here; the next look writes it again.
      return;
    }
    this.#open.set(id, { ...open, expiresAt });
    this.#changed();
  }
}
