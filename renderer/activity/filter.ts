import type { ActivityFilter } from '../../preload/contract.ts';
import { startOfDay } from './group-days.ts';

export type Period =
  | { readonly kind: 'any' | 'today' | 'week' | 'month' }
  /** Calendar days as `YYYY-MM-DD`, both included; an empty text leaves that end open. */
  | { readonly kind: 'dates'; readonly from: string; readonly to: string };

/** What the person chose above the timeline. */
export interface Choice extends Pick<ActivityFilter, 'text' | 'agent' | 'connection' | 'progress'> {
  /** Only what was read without a question because reading is watched. */
  readonly isWatched: boolean;
  readonly period: Period;
}

export const everything: Choice = { text: '', agent: null, connection: null, progress: null, isWatched: false, period: { kind: 'any' } };

export function isEverything(choice: Choice): boolean {
  return (
    choice.text.trim() === '' &&
    choice.agent === null &&
    choice.connection === null &&
    choice.progress === null &&
    !choice.isWatched &&
    (choice.period.kind === 'any' || (choice.period.kind === 'dates' && choice.period.from === '' && choice.period.to === ''))
  );
}

function localDay(text: string, offset: number): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return null;
  const [, year, month, day] = match.map(Number);
  if (year === undefined || month === undefined || day === undefined) return null;
  return Math.max(0, new Date(year, month - 1, day + offset).getTime());
}

/** The contract's filter for a choice. The end of a period is its last millisecond. `text` is cut at the contract's 200 characters. */
export function toFilter(choice: Choice, now: number): ActivityFilter {
  const { text, agent, connection, progress, isWatched, period } = choice;
  const base = { text: text.trim().slice(0, 200), agent, connection, progress, ...(isWatched ? { wouldAsk: true as const } : {}) };
  switch (period.kind) {
    case 'any':
      return { ...base, from: null, to: null };
    case 'today':
      return { ...base, from: startOfDay(now), to: null };
    case 'week':
      return { ...base, from: startOfDay(now, -6), to: null };
    case 'month':
      return { ...base, from: startOfDay(now, -29), to: null };
    case 'dates': {
      const end = localDay(period.to, 1);
      return { ...base, from: localDay(period.from, 0), to: end === null ? null : Math.max(0, end - 1) };
    }
  }
}
