import type { Dispose } from './disposable.ts';

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once after that many milliseconds; the disposer stops it. */
  after(milliseconds: number, callback: () => void): Dispose;
}

/** Node's timers take at most 2^31-1 ms; longer waits are cut to that. */
const longestWait = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, milliseconds), longestWait));
    return () => clearTimeout(timer);
  },
};
