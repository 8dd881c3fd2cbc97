import type { Clock } from '../model/clock.ts';

/** Lets at most `most` through in any one second that it counts; the rest is to be dropped. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #most: number;
  #since = -Infinity;
  #taken = 0;

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  take(): boolean {
    const now = this.#clock.now();
    if (now - this.#since >= 1000) {
      this.#since = now;
      this.#taken = 0;
    }
    this.#taken += 1;
    return this.#taken <= this.#most;
  }
}
