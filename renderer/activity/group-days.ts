import type { ActivityEntry } from '../../preload/contract.ts';

export interface DayGroup {
  /** Local midnight of the day, in milliseconds since the Unix epoch. */
  readonly start: number;
  readonly name: 'today' | 'yesterday' | 'date';
  readonly entries: readonly ActivityEntry[];
}

/** Local midnight of the day that holds `at`. `offset` days are added by the calendar, so a 23-hour day counts as one. */
export function startOfDay(at: number, offset = 0): number {
  const date = new Date(at);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + offset).getTime();
}

/** Groups entries, newest first, by the local calendar day they happened on. Keeps their order. */
export function groupByDay(entries: readonly ActivityEntry[], now: number): readonly DayGroup[] {
  const days = new Map<number, ActivityEntry[]>();
  for (const entry of entries) {
    const start = startOfDay(entry.at);
    const day = days.get(start);
    if (day === undefined) days.set(start, [entry]);
    else day.push(entry);
  }
  const today = startOfDay(now);
  const yesterday = startOfDay(now, -1);
  return [...days].map(([start, list]) => ({
    start,
    name: start === today ? 'today' : start === yesterday ? 'yesterday' : 'date',
    entries: list,
  }));
}
