import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { beginning, chainJson } from './chain.ts';
import { readChained } from './chained-row.ts';
import { openForWriting, transactionsOn, type Transaction } from './database.ts';
import type { ChainPoint } from './event.ts';
import { Filing } from './filing.ts';
import { prepareIndex } from './index-tables.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

/** The most events that are filed before the file is closed; the rest is filed after the next start. */
const filedAtClose = 2000;

/** Appends to the record; the only one that writes. What it appends can be searched once it is filed (`fileNext`). */
export class ActivityWriter {
  readonly #database: DatabaseSync;
  readonly #transaction: Transaction;
  readonly #filing: Filing;
  readonly #log: WriteAheadLog;
  readonly #insert: StatementSync;
  readonly #setHead: StatementSync;
  /** What the next event continues. */
  #last: ChainPoint;
  /** False when the chain is not the one that the anchor was made for. */
  readonly isAnchored: boolean;

  /** @throws {ActivityUnavailable} when the file cannot be opened or is newer than this app. */
  constructor(file: string, anchor: ChainPoint | null) {
    this.#database = openForWriting(file);
    try {
      this.#transaction = transactionsOn(this.#database);
      prepareIndex(this.#database, this.#transaction);
      this.#filing = new Filing(this.#database, this.#transaction);
      this.#log = new WriteAheadLog(this.#database);
      this.#insert = this.#database.prepare('INSERT INTO events (sequence, at, kind, action, body, previous_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?)');
      this.#setHead = this.#database.prepare('INSERT INTO head VALUES (1, ?, ?) ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash');
      this.isAnchored = anchor === null || anchor.sequence > this.#newest().sequence || this.#hashAt(anchor.sequence) === anchor.hash;
      this.#last = this.#continueFrom(anchor);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** The newest recorded event; sequence 0 when there is none. */
  get head(): ChainPoint {
    return this.#last;
  }

  /**
   * Appends in one transaction; durable when it returns, nothing of it when it throws.
   * @param events each as the JSON text of an `ActivityEvent`.
   */
  append(events: readonly string[]): readonly ChainPoint[] {
    let last = this.#last;
    const points = this.#transaction(() => {
      const added = events.map((json) => {
        const { sequence, at, kind, action, body, previousHash, hash } = chainJson(json, last.hash, last.sequence + 1);
        this.#insert.run(sequence, at, kind, action, body, previousHash, hash);
        last = { sequence, hash };
        return last;
      });
      this.#setHead.run(last.sequence, last.hash);
      return added;
    });
    this.#last = last;
    return points;
  }

  /** The sequence up to which every event can be searched. */
  get filedTo(): number {
    return this.#filing.filedTo;
  }

  /**
   * Makes some of the next events searchable, at most `limit`, from what is in the chain: so an index made anew is the same.
   * @returns how many; 0 when all are.
   */
  fileNext(limit: number): number {
    return this.#filing.fileNext(limit);
  }

  /** Keeps appends quick; see `WriteAheadLog`. */
  makeLogSpace(): void {
    this.#log.makeSpace();
  }

  boundLog(): void {
    this.#log.bound();
  }

  tidyLog(): void {
    this.#log.tidy();
  }

  close(): void {
    if (!this.#database.isOpen) return;
    try {
      for (let left = filedAtClose, filed = 1; left > 0 && filed > 0; left -= filed) filed = this.#filing.fileNext(left);
    } catch {
      // The next start files it.
    }
    this.#database.close();
  }

  /**
   * What the next event continues. Where the file, its own head and the anchor differ, events were cut off or put in behind
   * our back: the next event then continues the last one we know of, under a number nobody has, so that the gap stays in the
   * chain for good and `verify` finds it.
   */
  #continueFrom(anchor: ChainPoint | null): ChainPoint {
    const newest = this.#newest();
    const row = this.#database.prepare('SELECT sequence, hash FROM head').get();
    const head = row ? { sequence: Number(row['sequence']), hash: String(row['hash']) } : newest;
    const known = anchor !== null && anchor.sequence > head.sequence ? anchor : head;
    return { sequence: Math.max(known.sequence, newest.sequence), hash: known.hash };
  }

  #newest(): ChainPoint {
    const row = this.#database.prepare('SELECT * FROM events ORDER BY sequence DESC LIMIT 1').get();
    return row ? readChained(row) : beginning;
  }

  #hashAt(sequence: number): unknown {
    if (sequence === 0) return beginning.hash;
    return this.#database.prepare('SELECT hash FROM events WHERE sequence = ?').get(sequence)?.['hash'];
  }
}
