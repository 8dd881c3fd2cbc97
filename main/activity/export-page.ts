import type { DatabaseSync } from 'node:sqlite';
import type { ActivityFilter } from '../../preload/contract.ts';
import { eventsOf } from './action-story.ts';
import type { ExportFormat } from './activity.ts';
import { toLine } from './chain.ts';
import { readChained } from './chained-row.ts';
import { csvHeader, csvLine } from './csv.ts';
import { isEverything, toCondition } from './filter.ts';

/** How many actions (or events) make a chunk of an export. */
const pageLength = 200;

export interface ExportRequest {
  readonly filter: ActivityFilter;
  readonly format: ExportFormat;
  /** The `next` of the page before; 0 to begin. */
  readonly after: number;
}

export interface ExportedPage {
  readonly text: string;
  readonly next: number | null;
}

export function exportPage(database: DatabaseSync, request: ExportRequest): ExportedPage {
  if (request.format === 'jsonl' && isEverything(request.filter)) return wholeChain(database, request.after);
  const { from, order, where, values } = toCondition(request.filter);
  const select = database.prepare(`SELECT actions.* FROM ${from} WHERE ${where} AND ${order} > ? ORDER BY ${order} LIMIT ?`);
  const rows = select.all(...values, request.after, pageLength);
  const text = request.format === 'csv' ? csv(rows, request.after === 0) : events(database, rows);
  return { text, next: nextPage(rows) };
}

function wholeChain(database: DatabaseSync, after: number): ExportedPage {
  const rows = database.prepare('SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?').all(after, pageLength);
  return { text: rows.map((row) => toLine(readChained(row))).join(''), next: nextPage(rows) };
}

function csv(rows: readonly Record<string, unknown>[], isFirst: boolean): string {
  return (isFirst ? csvHeader() : '') + rows.map(csvLine).join('');
}

function events(database: DatabaseSync, rows: readonly Record<string, unknown>[]): string {
  return rows
    .flatMap((row) => eventsOf(database, String(row['action'])))
    .map((row) => toLine(readChained(row)))
    .join('');
}

function nextPage(rows: readonly Record<string, unknown>[]): number | null {
  return rows.length < pageLength ? null : Number(rows.at(-1)?.['sequence']);
}
