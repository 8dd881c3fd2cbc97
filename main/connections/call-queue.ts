export interface CallLimits {
  /** Calls under way at once. */
  readonly atOnce: number;
  /** Calls that may wait behind them. */
  readonly waiting: number;
}

export const defaultCallLimits: CallLimits = { atOnce: 32, waiting: 256 };

export type Turn<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** Nothing was begun: too many were waiting already. */
  | { readonly kind: 'full' }
  /** Nothing was begun: it was cancelled before its turn. */
  | { readonly kind: 'aborted' };

/** Lets a bounded number of calls run at once, and a bounded number wait for their turn, in the order they came. */
export class CallQueue {
  readonly #limits: CallLimits;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  /** Rejects with what `work` rejects with. `signal` matters until the turn comes; then it is the work's own. */
  async take<T>(signal: AbortSignal, work: () => Promise<T>): Promise<Turn<T>> {
    if (signal.aborted) return { kind: 'aborted' };
    if (this.#running < this.#limits.atOnce) this.#running += 1;
    else if (this.#waiting.size >= this.#limits.waiting) return { kind: 'full' };
    else if (!(await this.#turn(signal))) return { kind: 'aborted' };
    try {
      // It may have been cancelled between its turn and now.
      return signal.aborted ? { kind: 'aborted' } : { kind: 'done', value: await work() };
    } finally {
      this.#pass();
    }
  }

  /** True when a place was passed on to it. */
  #turn(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = (): void => {
        this.#waiting.delete(begin);
        resolve(false);
      };
      this.#waiting.add(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** The place goes to who waited longest; nobody who comes new can get in before. */
  #pass(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
