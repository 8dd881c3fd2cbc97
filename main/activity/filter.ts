import type { ActivityFilter } from '../../preload/contract.ts';
import { matchExpression } from './search-text.ts';

/** A filter as SQL. */
export interface Condition {
  /** What to select `actions.*` from. */
  readonly from: string;
  /** The column to page and sort by. With text it is the full-text index's own, which gives its rows in that order. */
  readonly order: string;
  readonly where: string;
  readonly values: readonly (string | number)[];
}

/** In the words of the index for it. */
export const isWatched = `json_extract(decision, '$.wouldAsk') = 1`;

/** True when the filter lets everything through. */
export function isEverything(filter: ActivityFilter): boolean {
  const { text, agent, connection, progress, wouldAsk, from, to } = filter;
  return wouldAsk === undefined && text.trim() === '' && agent === null && connection === null && progress === null && from === null && to === null;
}

/** `from` and `to` are inclusive. */
export function toCondition(filter: ActivityFilter): Condition {
  const expression = matchExpression(filter.text);
  const parts: readonly (readonly [string, string | number | null | undefined])[] = [
    ['action_text MATCH ?', expression],
    ['actions.agent = ?', filter.agent],
    ['actions.connection = ?', filter.connection],
    ['actions.progress = ?', filter.progress],
    ['actions.at >= ?', filter.from],
    ['actions.at <= ?', filter.to],
  ];
  const used = parts.flatMap(([sql, value]) => (value === null || value === undefined ? [] : [{ sql, value }]));
  const watched = filter.wouldAsk === true ? [isWatched] : [];
  const never = expression === null ? ['0'] : [];
  const isByText = typeof expression === 'string';
  return {
    from: isByText ? 'action_text CROSS JOIN actions ON actions.sequence = action_text.rowid' : 'actions',
    order: isByText ? 'action_text.rowid' : 'actions.sequence',
    where: [...never, ...watched, ...used.map(({ sql }) => sql), '1'].join(' AND '),
    values: used.map(({ value }) => value),
  };
}
