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

/** Waits for the work, but no longer than that many milliseconds; the work goes on. */
export async function waitAtMost(clock: Clock, milliseconds: number, work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<undefined>();
  const stop = clock.after(milliseconds, () => late.resolve(undefined));
  try {
    await Promise.race([work, late.promise]);
  } finally {
    stop();
  }
}
