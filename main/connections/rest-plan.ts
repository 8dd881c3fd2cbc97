import type { Clock } from '../model/clock.ts';

/** What is started here, and keeps ending by itself, is left down after `ends` times within so many milliseconds. */
export interface RestartLimit {
  readonly ends: number;
  readonly within: number;
}

export const defaultRestartLimit: RestartLimit = { ends: 5, within: 10 * 60_000 };

/** Milliseconds. */
const firstRest = 1000;
const longestRest = 5 * 60_000;
/** What ran this long before it ended by itself was well; its end is the first failure again. */
const wellAfter = 60_000;

/** When an upstream that failed may be opened again: after 1 s, 2 s, 4 s … up to 5 minutes, or not before a person says so. */
export class RestPlan {
  readonly #clock: Clock;
  readonly #limit: RestartLimit | null;
  #failures = 0;
  #until = 0;
  #ends: readonly number[] = [];
  #isGivenUp = false;

  /** No limit for what is not started here: a remote service that is away for a day is no fault of its own. */
  constructor(clock: Clock, limit: RestartLimit | null) {
    this.#clock = clock;
    this.#limit = limit;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds left to rest. */
  get left(): number {
    return Math.max(0, this.#until - this.#clock.now());
  }

  /** Set once the limit is reached: it stays down until `forget`. */
  get givenUp(): RestartLimit | null {
    return this.#isGivenUp ? this.#limit : null;
  }

  failed(): void {
    this.#until = this.#clock.now() + Math.min(firstRest * 2 ** this.#failures, longestRest);
    this.#failures += 1;
  }

  endedByItself(openedAt: number): void {
    const now = this.#clock.now();
    if (now - openedAt >= wellAfter) this.#failures = 0;
    this.failed();
    if (this.#limit === null) return;
    const { ends, within } = this.#limit;
    this.#ends = [...this.#ends.filter((at) => now - at < within), now];
    if (this.#ends.length >= ends) this.#isGivenUp = true;
  }

  /** A person looked into it: everything before is forgotten. */
  forget(): void {
    this.#failures = 0;
    this.#until = 0;
    this.#ends = [];
    this.#isGivenUp = false;
  }
}
