import { uptime } from 'node:os';
import type { Dispose } from './disposable.ts';

export interface Clock {
  /** Milliseconds since the Unix epoch, by the clock on the wall: somebody may set it, in either direction. */
  now(): number;
  /** Milliseconds since some instant before the start. Nobody can set it, and the time in which the computer slept counts. */
  elapsed(): number;
  /** Calls back once after that many milliseconds; the disposer stops it. While the computer sleeps, it may stand still. */
  after(milliseconds: number, callback: () => void): Dispose;
}

/** Node's timers take at most 2^31-1 ms; longer waits are cut to that. */
const longestWait = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  // Linux's monotonic clock stands still while the computer sleeps, those of macOS and Windows go on.
  elapsed: process.platform === 'linux' ? () => uptime() * 1000 : () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, milliseconds), longestWait));
    return () => clearTimeout(timer);
  },
};

/** One whose `now` is the wall's time at this moment and goes on from here evenly, whatever becomes of the clock on the wall. */
export function steadyClock(clock: Clock): Clock {
  const offset = clock.now() - clock.elapsed();
  return { now: () => offset + clock.elapsed(), elapsed: () => clock.elapsed(), after: (milliseconds, callback) => clock.after(milliseconds, callback) };
}

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
