import type { DatabaseSync } from 'node:sqlite';
import type { ActionId, ActivityDay, ActivityDetail, ActivityEntry, ActivityFilter, ActivityPage, AgentId, ConnectionId } from '../../preload/contract.ts';
import type { AnsweredQuestions, QuestionFigures } from '../model/answered-question.ts';
import { answeredQuestions, countQuestions } from './answers.ts';
import { eventsOf, toStory, type ActionStory } from './action-story.ts';
import type { Verification } from './activity.ts';
import type { RecordedContact } from './contacts.ts';
import { openForReading } from './database.ts';
import { toDetail, toEntry, type TimelineIntent } from './entry.ts';
import type { ChainPoint, IntentEvent } from './event.ts';
import { exportPage, type ExportedPage, type ExportRequest } from './export-page.ts';
import { toCondition } from './filter.ts';
import { readState } from './index-tables.ts';
import { verifyChain } from './verify.ts';

const longestPage = 200;

/** A calendar day: its name, its first instant, and the first instant after it. */
export interface DaySpan {
  readonly day: string;
  readonly from: number;
  readonly to: number;
}

/** Answers questions about the record over a connection that cannot write. */
export class ActivityReader {
  readonly #database: DatabaseSync;

  constructor(file: string) {
    this.#database = openForReading(file);
  }

  search(input: { readonly filter: ActivityFilter; readonly after: string | null; readonly limit: number }): ActivityPage {
    const before = input.after === null ? Number.MAX_SAFE_INTEGER : readCursor(input.after);
    if (before === undefined) return { entries: [], next: null };
    const limit = Math.min(Math.max(1, Math.trunc(input.limit)), longestPage);
    const { from, order, where, values } = toCondition(input.filter);
    const select = this.#database.prepare(`SELECT actions.* FROM ${from} WHERE ${where} AND ${order} < ? ORDER BY ${order} DESC LIMIT ?`);
    const rows = select.all(...values, before, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { entries: page.map(rowToEntry), next: rows.length > limit && last ? writeCursor(Number(last['sequence'])) : null };
  }

  read(action: ActionId): ActivityDetail | undefined {
    const story = this.#story(action);
    return story && toDetail(story);
  }

  intent(action: ActionId): IntentEvent | undefined {
    return this.#story(action)?.intent.event;
  }

  countDays(days: readonly DaySpan[]): ActivityDay[] {
    const count = this.#database.prepare(
      `SELECT count(*) FILTER (WHERE progress IN ('done', 'done_with_changes')) AS done, count(asked_at) AS asked,
         count(*) FILTER (WHERE progress IN ('denied', 'blocked', 'timed_out', 'undone')) AS stopped
       FROM actions WHERE at >= ? AND at < ?`,
    );
    return days.map(({ day, from, to }) => {
      const row = count.get(from, to) ?? {};
      return { day, done: Number(row['done'] ?? 0), asked: Number(row['asked'] ?? 0), stopped: Number(row['stopped'] ?? 0) };
    });
  }

  contactsSince(sequence: number): readonly RecordedContact[] {
    // Written by `ActivityIndex` and by nobody else.
    return this.#database.prepare('SELECT kind, name, sequence FROM contacts WHERE sequence > ? ORDER BY sequence').all(sequence) as unknown as readonly RecordedContact[];
  }

  askedSince(input: { readonly agent: AgentId; readonly since: number }): number {
    const row = this.#database.prepare('SELECT count(*) AS asked FROM actions WHERE agent = ? AND asked_at >= ?').get(input.agent, input.since);
    return Number(row?.['asked'] ?? 0);
  }

  countQuestions(since: number): QuestionFigures {
    return countQuestions(this.#database, since);
  }

  answeredQuestions(since: number): AnsweredQuestions {
    return answeredQuestions(this.#database, since);
  }

  lastUsed(): ReadonlyMap<ConnectionId, number> {
    // The ids were put there from events whose type says so.
    return new Map(this.#database.prepare('SELECT connection, at FROM last_used').all().map((row) => [row['connection'] as ConnectionId, Number(row['at'])]));
  }

  lastSeen(): ReadonlyMap<AgentId, number> {
    return new Map(this.#database.prepare('SELECT agent, at FROM last_seen').all().map((row) => [row['agent'] as AgentId, Number(row['at'])]));
  }

  actionsWithoutEnd(): readonly ActionId[] {
    return this.#database.prepare('SELECT action FROM actions WHERE is_ended = 0 ORDER BY sequence').all().map((row) => row['action'] as ActionId);
  }

  exportPage(request: ExportRequest): ExportedPage {
    return exportPage(this.#database, request);
  }

  verify(anchor: ChainPoint | null): Promise<Verification> {
    return verifyChain(this.#database, anchor);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #story(action: ActionId): ActionStory | undefined {
    return toStory(eventsOf(this.#database, action));
  }
}

function rowToEntry(row: Record<string, unknown>): ActivityEntry {
  // Written by `actionColumns`, which takes each column from the field of the same type.
  const columns = row as Record<'action' | 'agent' | 'agent_name' | 'connection' | 'connection_name' | 'effect' | 'sentence' | 'decision', string> & { at: number };
  const intent = {
    action: columns.action,
    at: columns.at,
    agent: { id: columns.agent, name: columns.agent_name },
    connection: { id: columns.connection, name: columns.connection_name },
    effect: columns.effect,
    sentence: JSON.parse(columns.sentence) as unknown,
    decision: JSON.parse(columns.decision) as unknown,
  } as TimelineIntent;
  return toEntry(intent, readState(row));
}

function writeCursor(sequence: number): string {
  return Buffer.from(`before:${sequence}`).toString('base64url');
}

function readCursor(cursor: string): number | undefined {
  const match = /^before:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString());
  return match ? Number(match[1]) : undefined;
}
