import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';

export interface CallClockOptions {
  readonly clock: Clock;
  /** Milliseconds the service may take without a sign of life. */
  readonly limit: number;
  /** Milliseconds it may take in all. */
  readonly longest: number;
  /** Called once. */
  onEnd(): void;
}

/** Measures the time that a service takes, and only that: it stands still while somebody else has to answer. */
export class CallClock {
  readonly #options: CallClockOptions;
  #left: number;
  #used = 0;
  #startedAt = 0;
  #pauses = 0;
  #isOver = false;
  #cancel: Dispose | undefined;

  constructor(options: CallClockOptions) {
    this.#options = options;
    this.#left = options.limit;
    this.#start();
  }

  /** Stands still until the disposer is called; of several pauses, until the last one ends. */
  pause(): Dispose {
    if (this.#pauses === 0) this.#hold();
    this.#pauses += 1;
    let isPaused = true;
    return () => {
      if (!isPaused) return;
      isPaused = false;
      this.#pauses -= 1;
      if (this.#pauses === 0) this.#start();
    };
  }

  /** A sign of life: the limit begins anew, within the time it may take in all. */
  restart(): void {
    if (this.#pauses === 0) this.#hold();
    this.#left = this.#options.limit;
    if (this.#pauses === 0) this.#start();
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel?.();
  }

  #start(): void {
    if (this.#isOver) return;
    this.#startedAt = this.#options.clock.now();
    this.#cancel = this.#options.clock.after(Math.min(this.#left, this.#options.longest - this.#used), () => {
      if (this.#isOver) return;
      this.#isOver = true;
      this.#options.onEnd();
    });
  }

  #hold(): void {
    this.#cancel?.();
    const taken = this.#options.clock.now() - this.#startedAt;
    this.#used += taken;
    this.#left -= taken;
  }
}
