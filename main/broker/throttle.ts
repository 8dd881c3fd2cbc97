import type { EntryRefusal } from './entry.ts';

/** Milliseconds within which the same refusal is reported once. */
export const reportInterval = 10_000;

/** Passes each kind of refusal on at most once in `reportInterval`: a web page must not be able to fill the record. */
export function throttled(report: (why: EntryRefusal) => void, clock: { now(): number }): (why: EntryRefusal) => void {
  const reportedAt = new Map<EntryRefusal, number>();
  return (why) => {
    const last = reportedAt.get(why);
    if (last !== undefined && clock.now() - last < reportInterval) return;
    reportedAt.set(why, clock.now());
    report(why);
  };
}
