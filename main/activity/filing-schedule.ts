import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../model/clock.ts';

/** Milliseconds without an append after which filing begins. */
const quiet = 2;

/** Milliseconds and events: under a load that never pauses, filing begins at the latest then. */
const longestDelay = 100;
const longestBacklog = 1024;

/** Milliseconds without an append after which the log is tidied. */
const idle = 250;

/** How many events are filed before an append that waits gets its turn: a few milliseconds' worth. */
const slice = 32;

/** What there is to do beside appending; `ActivityWriter` does it. */
export interface Upkeep {
  /** The newest event. */
  readonly head: { readonly sequence: number };
  readonly filedTo: number;
  /** Files at most that many events; returns how many it filed, 0 when all are filed. */
  fileNext(limit: number): number;
  boundLog(): void;
  tidyLog(): void;
}

/** Decides when what was appended is filed: when nobody appends, but never much later than it was appended. */
export class FilingSchedule {
  readonly #upkeep: Upkeep;
  readonly #clock: Clock;
  #behindSince: number | undefined;
  #lastAppend: number;
  #running: Promise<void> | undefined;
  #stopWaiting: (() => void) | undefined;
  #isClosed = false;

  /** @param clock one that never goes back. */
  constructor(upkeep: Upkeep, clock: Clock) {
    this.#upkeep = upkeep;
    this.#clock = clock;
    this.#lastAppend = clock.now();
    if (upkeep.filedTo < upkeep.head.sequence) this.appended();
  }

  /** To be called after each append. */
  appended(): void {
    this.#lastAppend = this.#clock.now();
    if (this.#behindSince === undefined) {
      this.#behindSince = this.#lastAppend;
      this.#stopWaiting?.();
      this.#stopWaiting = undefined;
    }
    this.#wait(quiet);
  }

  /** Resolves with the sequence up to which all is filed: at least the newest event's of this instant. Rejects when that fails. */
  async upToDate(): Promise<number> {
    const target = this.#upkeep.head.sequence;
    while (!this.#isClosed && this.#upkeep.filedTo < target && this.#upkeep.fileNext(slice) > 0) {
      attempt(() => this.#upkeep.boundLog());
      await nextTurn();
    }
    return Math.max(target, this.#upkeep.filedTo);
  }

  close(): void {
    this.#isClosed = true;
    this.#stopWaiting?.();
  }

  #wait(milliseconds: number): void {
    if (this.#isClosed || this.#running) return;
    this.#stopWaiting ??= this.#clock.after(milliseconds, () => {
      this.#stopWaiting = undefined;
      this.#look();
    });
  }

  #look(): void {
    const now = this.#clock.now();
    const pause = now - this.#lastAppend;
    if (this.#behindSince === undefined) {
      if (pause >= idle) attempt(() => this.#upkeep.tidyLog());
      else this.#wait(idle);
    } else if (pause >= quiet || now - this.#behindSince >= longestDelay || this.#upkeep.head.sequence - this.#upkeep.filedTo >= longestBacklog) {
      this.#running = this.#file().finally(() => {
        this.#running = undefined;
        this.#wait(this.#behindSince === undefined ? idle : quiet);
      });
    } else {
      this.#wait(quiet);
    }
  }

  async #file(): Promise<void> {
    // What is appended from here on is filed in the next round.
    this.#behindSince = undefined;
    // A failure is told to who asks to be up to date; here there is nobody to tell.
    await this.upToDate().catch(() => undefined);
    attempt(() => this.#upkeep.boundLog());
  }
}

/** Upkeep that fails is done another time; what matters, the appends, fails by itself. */
function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // A lock or a full disk: see above.
  }
}
