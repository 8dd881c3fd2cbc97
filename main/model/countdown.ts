import type { Clock } from './clock.ts';
import type { Dispose } from './disposable.ts';

/** Milliseconds between two looks at the clock. */
const lookEveryMs = 1000;
/** A look that comes later than this was held up: the computer slept, or the app stood still. */
const latestLookMs = 2500;

export interface Countdown {
  /** Milliseconds that are left. */
  left(): number;
  /** Begins again with that many milliseconds. */
  restart(milliseconds: number): void;
  readonly stop: Dispose;
}

export interface CountdownParts {
  readonly clock: Pick<Clock, 'elapsed' | 'after'>;
  readonly milliseconds: number;
  /** Time is up. */
  readonly over: () => void;
  /** About once a second until then. `slept`: milliseconds in which nobody could see anything; 0 almost always. */
  readonly looked?: (slept: number) => void;
}

/**
 * Counts the time in which a person could act: neither what becomes of the clock on the wall nor the computer's sleep uses any of
 * it up. `over` is called once, never before this returns.
 */
export function startCountdown({ clock, milliseconds, over, looked }: CountdownParts): Countdown {
  let left = milliseconds;
  let lookedAt = clock.elapsed();
  let stopTimer: Dispose | undefined;
  const passed = (): { readonly awake: number; readonly slept: number } => {
    const since = clock.elapsed() - lookedAt;
    // How much of that was before it fell asleep nobody knows: it is given again.
    return since > latestLookMs ? { awake: 0, slept: since } : { awake: since, slept: 0 };
  };
  const look = (): void => {
    const { awake, slept } = passed();
    left -= awake;
    lookedAt = clock.elapsed();
    stopTimer = undefined;
    if (left <= 0) return over();
    wait();
    looked?.(slept);
  };
  const wait = (): void => {
    stopTimer = clock.after(Math.min(left, lookEveryMs), look);
  };
  const stop = (): void => {
    stopTimer?.();
    stopTimer = undefined;
  };
  wait();
  return {
    left: () => Math.max(0, left - passed().awake),
    restart(again) {
      stop();
      left = again;
      lookedAt = clock.elapsed();
      wait();
    },
    stop,
  };
}
