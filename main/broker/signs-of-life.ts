import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import type { Listener } from './asked-call.ts';

/** Milliseconds of silence after which a client that asked for progress is told that its call is alive. */
const interval = 10_000;
/** Far below what a service counts, so that its own first report still grows (MCP: progress must grow). */
const step = 1e-6;

/**
 * Keeps a client that asked for progress from timing out while a person decides. Silent for good as soon as the service
 * itself reports progress.
 */
export function withSignsOfLife(clock: Clock, listener: Listener): { readonly listener: Listener; readonly stop: Dispose } {
  if (!listener.wantsProgress) return { listener, stop: () => undefined };
  let progress = 0;
  let stop: Dispose;
  const schedule = (): void => {
    stop = clock.after(interval, () => {
      progress += step;
      listener.progress({ progress, message: 'Waiting: the person may still have to answer.' });
      schedule();
    });
  };
  schedule();
  const reporting: Listener = {
    ...listener,
    progress(params) {
      stop();
      listener.progress(params);
    },
  };
  return { listener: reporting, stop: () => stop() };
}
