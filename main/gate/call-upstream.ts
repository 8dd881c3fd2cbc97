import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import type { UpstreamAnswer } from '../model/upstream.ts';
import type { LiveAction } from './live-actions.ts';

/** Milliseconds after which a call is cut off, whatever the service's own limits are (10 minutes). */
export const longestCallMs = 10 * 60_000;
/** Milliseconds a service has to end a call that was cut off. */
export const graceMs = 10_000;

/**
 * Waits for a call, but never for ever: a service that ignores being cut off is given up, and what it did is unknown. The
 * time in which the agent's client answers a question of the service does not count.
 */
export function callUpstream(live: LiveAction, call: () => Promise<UpstreamAnswer>, clock: Clock): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    let remaining = longestCallMs;
    let startedAt = clock.elapsed();
    let stopTimer: Dispose | undefined;
    const startLimit = (): void => {
      startedAt = clock.elapsed();
      stopTimer = clock.after(remaining, () => live.cutOff());
    };
    const over = (): void => {
      stopTimer?.();
      live.whenCutOff(null);
      live.conversation.whenAsking(null);
    };
    live.conversation.whenAsking((isOpen) => {
      if (!isOpen) return startLimit();
      stopTimer?.();
      remaining = Math.max(0, remaining - (clock.elapsed() - startedAt));
      return undefined;
    });
    startLimit();
    live.whenCutOff(() => {
      live.conversation.whenAsking(null);
      stopTimer?.();
      stopTimer = clock.after(graceMs, () => {
        over();
        resolve({ kind: 'unknown', text: 'The service did not end in time after it was cut off.' });
      });
    });
    call().then(
      (answer) => {
        over();
        resolve(answer);
      },
      (error: unknown) => {
        over();
        reject(error);
      },
    );
  });
}
