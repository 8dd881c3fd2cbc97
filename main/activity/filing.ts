import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { readChained, toEvent } from './chained-row.ts';
import type { Transaction } from './database.ts';
import { ActivityIndex } from './index-tables.ts';

/** Characters of events after which a slice ends, however few they are. */
const textAtOnce = 65_536;

/** Brings the index up to date with the chain, a slice at a time. */
export class Filing {
  readonly #transaction: Transaction;
  readonly #index: ActivityIndex;
  readonly #select: StatementSync;
  readonly #mark: StatementSync;
  readonly #setMark: StatementSync;

  /** The index must have been prepared (`prepareIndex`). */
  constructor(database: DatabaseSync, transaction: Transaction) {
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
   * Files the next events, at most `limit` and not much more text than takes some milliseconds, in one transaction that also
   * records how far it came.
   * @returns how many it filed; 0 when all are filed.
   */
  fileNext(limit: number): number {
    // What a power cut takes of the index is filed again from the chain, so nobody waits for the disk here.
    return this.#transaction(() => this.#fileNext(limit));
  }

  #fileNext(limit: number): number {
    let count = 0;
    let length = 0;
    let last = 0;
    for (const row of this.#select.iterate(this.filedTo, limit)) {
      const chained = readChained(row);
      const event = toEvent(chained);
      if (event) this.#index.add(chained.sequence, event);
      count += 1;
      length += chained.body.length;
      last = chained.sequence;
      if (length >= textAtOnce) break;
    }
    if (count > 0) this.#setMark.run(last);
    return count;
  }
}
