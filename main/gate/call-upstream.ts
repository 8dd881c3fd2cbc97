import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import type { UpstreamAnswer } from '../model/upstream.ts';

/** Milliseconds after which a call is cut off, whatever the service's own limits are (10 minutes). */
export const longestCallMs = 10 * 60_000;
/** Milliseconds a service has to end a call that was cut off. */
export const graceMs = 10_000;

/** Waits for a call, but never for ever: a service that ignores being cut off is given up, and what it did is unknown. */
export async function callUpstream(call: () => Promise<UpstreamAnswer>, abort: AbortController, clock: Clock): Promise<UpstreamAnswer> {
  const givenUp = Promise.withResolvers<UpstreamAnswer>();
  const stopLimit = clock.after(longestCallMs, () => abort.abort());
  let stopGrace: Dispose | undefined;
  const onAbort = (): void => {
    stopGrace = clock.after(graceMs, () => givenUp.resolve({ kind: 'unknown', text: 'The service did not end in time after it was cut off.' }));
  };
  if (abort.signal.aborted) onAbort();
  else abort.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([call(), givenUp.promise]);
  } finally {
    stopLimit();
    stopGrace?.();
    abort.signal.removeEventListener('abort', onAbort);
  }
}
