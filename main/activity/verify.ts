import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { eventsOf, toStory } from './action-story.ts';
import type { RecordProblem, Verification } from './activity.ts';
import { beginning, hashEvent } from './chain.ts';
import { readChained } from './chained-row.ts';
import type { ChainedEvent, ChainPoint } from './event.ts';
import { asEdited, beginState, nextState } from './fold.ts';
import { actionColumns, readColumns, readState } from './index-tables.ts';

/** How many events are checked before other questions get their turn. */
const chunk = 500;

type Broken = Extract<Verification, { ok: false }>;

/** Checks every event, every link, the newest event and the index; stops at the first event that does not fit. */
export async function verifyChain(database: DatabaseSync, anchor: ChainPoint | null): Promise<Verification> {
  const check = new ChainCheck(database, anchor);
  while (!check.isAtEnd) {
    const broken = check.next();
    if (broken) return broken;
    await nextTurn();
  }
  return check.finish();
}

function broken(atSequence: number, problem: RecordProblem): Broken {
  return { ok: false, atSequence, problem };
}

class ChainCheck {
  readonly #database: DatabaseSync;
  readonly #anchor: ChainPoint | null;
  #last: ChainPoint = beginning;
  #since: number | null = null;
  #events = 0;
  #actionEvents = 0;
  #actions = 0;
  /** What the file said of itself in the same instant as the last chunk. */
  #head: ChainPoint | null = null;
  /** Up to where events were filed when the check began: what is filed while it goes on is checked the next time. */
  #filedTo: number | undefined;
  #isBeyond = false;
  #filedActions = 0;
  #filedEvents = 0;
  #filedTexts = 0;
  /** Told only when the chain itself is whole: that is the greater harm. */
  #misfiled: number | undefined;
  isAtEnd = false;

  constructor(database: DatabaseSync, anchor: ChainPoint | null) {
    this.#database = database;
    this.#anchor = anchor;
  }

  next(): Broken | undefined {
    // One read transaction: an append between two of its statements is not seen by either.
    this.#database.exec('BEGIN');
    try {
      this.#filedTo ??= this.#mark();
      const rows = this.#database.prepare('SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?').all(this.#last.sequence, chunk);
      for (const row of rows) {
        const problem = this.#checkEvent(readChained(row));
        if (problem) return problem;
      }
      if (rows.length < chunk) this.#readEnd();
      return undefined;
    } finally {
      this.#database.exec('COMMIT');
    }
  }

  finish(): Verification {
    const head = this.#head ?? beginning;
    if (head.sequence !== this.#last.sequence) return broken(Math.min(head.sequence, this.#last.sequence) + 1, 'cut_off');
    if (head.hash !== this.#last.hash) return broken(head.sequence, 'rewritten');
    if (this.#anchor && this.#anchor.sequence > this.#last.sequence) return broken(this.#last.sequence + 1, 'cut_off');
    if (this.#misfiled !== undefined) return broken(this.#misfiled, 'misfiled');
    if (this.#isBeyond || this.#filedActions !== this.#actions || this.#filedTexts !== this.#actions || this.#filedEvents !== this.#actionEvents) return broken(this.#last.sequence, 'misfiled');
    return { ok: true, events: this.#events, since: this.#since };
  }

  #readEnd(): void {
    this.isAtEnd = true;
    const row = this.#database.prepare('SELECT sequence, hash FROM head').get();
    this.#head = row ? { sequence: Number(row['sequence']), hash: String(row['hash']) } : null;
    this.#filedActions = this.#count('actions', 'sequence');
    this.#filedEvents = this.#count('action_events', 'sequence');
    // One row of FTS5's own for each text that can be found (https://sqlite.org/fts5.html, "The Docsize Table").
    this.#filedTexts = this.#count('action_text_docsize', 'id');
    const beyond = 'SELECT 1 FROM actions WHERE sequence > ?1 UNION ALL SELECT 1 FROM action_events WHERE sequence > ?1 UNION ALL SELECT 1 FROM action_text_docsize WHERE id > ?1 LIMIT 1';
    this.#isBeyond = this.#database.prepare(beyond).get(this.#mark()) !== undefined;
  }

  #mark(): number {
    return Number(this.#database.prepare('SELECT sequence FROM index_version').get()?.['sequence'] ?? 0);
  }

  #count(table: 'actions' | 'action_events' | 'action_text_docsize', column: 'sequence' | 'id'): number {
    return Number(this.#database.prepare(`SELECT count(*) AS rows FROM ${table} WHERE ${column} <= ?`).get(this.#filedTo ?? 0)?.['rows'] ?? 0);
  }

  #checkEvent(event: ChainedEvent): Broken | undefined {
    const { sequence } = event;
    if (sequence !== this.#last.sequence + 1) return broken(this.#last.sequence + 1, 'missing');
    if (hashEvent(event) !== event.hash) return broken(sequence, 'altered');
    if (event.previousHash !== this.#last.hash) return broken(sequence, 'unlinked');
    if (this.#anchor?.sequence === sequence && this.#anchor.hash !== event.hash) return broken(sequence, 'rewritten');
    if (sequence <= (this.#filedTo ?? 0) && !this.#isFiledRight(event)) this.#misfiled ??= sequence;
    this.#last = { sequence, hash: event.hash };
    this.#since ??= event.at;
    this.#events += 1;
    return undefined;
  }

  /** The row that searches show must tell what the events of the action tell. */
  #isFiledRight({ action, kind, sequence }: ChainedEvent): boolean {
    if (action === null) return true;
    this.#actionEvents += 1;
    if (!this.#database.prepare('SELECT 1 FROM action_events WHERE action = ? AND sequence = ?').get(action, sequence)) return false;
    if (kind !== 'intent') return true;
    const story = toStory(eventsOf(this.#database, action));
    if (!story) return false;
    if (story.intent.sequence !== sequence) return true;
    const row = this.#database.prepare('SELECT * FROM actions WHERE sequence = ?').get(sequence);
    if (!row) return false;
    this.#actions += 1;
    const state = story.rest.reduce((before, { event }) => nextState(before, event), beginState(story.intent.event));
    return isDeepStrictEqual(readColumns(row), actionColumns(asEdited(story.intent.event, story.rest.map(({ event }) => event)))) && isDeepStrictEqual(readState(row), state);
  }
}
