import type { DatabaseSync } from 'node:sqlite';
import { approval, type ActionId, type Approval, type ApprovalId, type Progress } from '../../preload/contract.ts';
import type { NextTime } from './next-time.ts';

export const approvalMigrations: readonly string[] = [
  `CREATE TABLE approvals (
    id TEXT PRIMARY KEY,
    action TEXT UNIQUE,
    asked_at INTEGER NOT NULL,
    answered_at INTEGER,
    approval TEXT NOT NULL
  ) STRICT;
  CREATE INDEX approvals_by_answer ON approvals (answered_at, asked_at);`,
  `ALTER TABLE approvals ADD COLUMN next_time TEXT;`,
];

/** Questions and answers in `state.db`. A question is durable before anyone sees it, an answer before anyone acts on it. */
export class ApprovalStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** `nextTime` is kept from the first save on. */
  save(value: Approval, nextTime?: NextTime): void {
    this.#database
      .prepare(
        `INSERT INTO approvals (id, action, asked_at, answered_at, approval, next_time) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET answered_at = excluded.answered_at, approval = excluded.approval`,
      )
      .run(value.id, value.action, value.askedAt, value.answeredAt, JSON.stringify(value), nextTime === undefined ? null : JSON.stringify(nextTime));
  }

  get(id: ApprovalId): Approval | undefined {
    return this.#read('WHERE id = ?', id)[0];
  }

  /** What the person may allow for the next time, should nobody answer it. */
  nextTime(id: ApprovalId): NextTime | undefined {
    const kept = this.#database.prepare('SELECT next_time FROM approvals WHERE id = ?').get(id)?.['next_time'];
    // Written by `save` alone, so it has the type it was written with.
    return typeof kept === 'string' ? (JSON.parse(kept) as NextTime) : undefined;
  }

  ofAction(action: ActionId): Approval | undefined {
    return this.#read('WHERE action = ?', action)[0];
  }

  /** Waiting, oldest first. */
  waiting(): readonly Approval[] {
    return this.#read('WHERE answered_at IS NULL ORDER BY asked_at, rowid');
  }

  /** Answered since that instant, newest first, at most 100. */
  answeredSince(instant: number): readonly Approval[] {
    return this.#read('WHERE answered_at >= ? ORDER BY answered_at DESC, rowid DESC LIMIT 100', instant);
  }

  forgetAnsweredBefore(instant: number): void {
    this.#database.prepare('DELETE FROM approvals WHERE answered_at < ?').run(instant);
  }

  setProgress(action: ActionId, progress: Progress): boolean {
    const found = this.ofAction(action);
    if (!found) return false;
    this.save({ ...found, progress });
    return true;
  }

  #read(where: string, ...values: readonly (string | number)[]): readonly Approval[] {
    return this.#database
      .prepare(`SELECT approval FROM approvals ${where}`)
      .all(...values)
      .map((line) => approval.parse(JSON.parse(String(line['approval']))));
  }
}
