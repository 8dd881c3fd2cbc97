import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { readChained, toEvent } from './chained-row.ts';
import type { Transaction } from './database.ts';
import { ActivityIndex } from './index-tables.ts';

/** Brings the index up to date with the chain, a slice at a time. */
export class Filing {
  readonly #database: DatabaseSync;
  readonly #transaction: Transaction;
  readonly #index: ActivityIndex;
  readonly #select: StatementSync;
  readonly #mark: StatementSync;
  readonly #setMark: StatementSync;

  /** The index must have been prepared (`prepareIndex`). */
  constructor(database: DatabaseSync, transaction: Transaction) {
    this.#database = database;
    this.#transaction = transaction;
    this.#index = new ActivityIndex(database);
    this.#select = database.prepare('SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?');
    this.#mark = database.prepare('SELECT sequence FROM index_version');
    this.#setMark = database.prepare('UPDATE index_version SET sequence = ?');
  }

  /** The sequence up to which every event of the chain is filed. */
  get filedTo(): number {
    return Number(this.#mark.get()?.['sequence'] ?? 0);
  }

  /**
   * Files the next events, at most `limit`, in one transaction that also records how far it came.
   * @returns how many there were; fewer than `limit` means that all are filed.
   */
  fileNext(limit: number): number {
    // What a power cut takes of the index is filed again from the chain, so nobody waits for the disk here. The next append
    // does, and with it all that stands before it in the log. SQLite refuses the change within a transaction: it cannot fail unseen.
    this.#database.exec('PRAGMA synchronous = NORMAL');
    try {
      return this.#transaction(() => this.#fileNext(limit));
    } finally {
      this.#database.exec('PRAGMA synchronous = FULL');
    }
  }

  #fileNext(limit: number): number {
    const rows = this.#select.all(this.filedTo, limit);
    for (const row of rows) {
      const chained = readChained(row);
      const event = toEvent(chained);
      if (event) this.#index.add(chained.sequence, event);
    }
    const last = rows.at(-1);
    if (last) this.#setMark.run(Number(last['sequence']));
    return rows.length;
  }
}
