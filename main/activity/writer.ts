import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { beginning, chainJson } from './chain.ts';
import { readChained } from './chained-row.ts';
import { openForWriting, transactionsOn, type Transaction } from './database.ts';
import type { ChainedEvent, ChainPoint } from './event.ts';
import { Filing } from './filing.ts';
import { prepareIndex } from './index-tables.ts';
import { Journal } from './journal.ts';
import { WriteAheadLog } from './write-ahead-log.ts';

/** The most events that are filed before the file is closed; the rest is filed after the next start. */
const filedAtClose = 2000;

/**
 * Appends to the record; the only one that writes. What it appends is durable in the journal, goes into the database with the
 * next slice that is filed (`fileNext`), and can be searched then.
 */
export class ActivityWriter {
  readonly #database: DatabaseSync;
  readonly #transaction: Transaction;
  readonly #filing: Filing;
  readonly #log: WriteAheadLog;
  readonly #journal: Journal;
  readonly #insert: StatementSync;
  readonly #setHead: StatementSync;
  /** What the next event continues. */
  #last: ChainPoint;
  /** In the journal and not yet in the database, oldest first. */
  readonly #waiting: ChainedEvent[] = [];
  /** Why the database took no event. What it does not take cannot be searched, so no more is promised. */
  #failure: unknown;
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
      const journal = `${file}.journal`;
      this.#recover(Journal.read(journal));
      this.isAnchored = anchor === null || anchor.sequence > this.#newest().sequence || this.#hashAt(anchor.sequence) === anchor.hash;
      this.#last = this.#continueFrom(anchor);
      this.#journal = new Journal(journal);
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
   * Durable when it returns, nothing of it when it throws.
   * @param events each as the JSON text of an `ActivityEvent`.
   */
  append(events: readonly string[]): readonly ChainPoint[] {
    if (this.#failure !== undefined) throw this.#failure;
    const added: ChainedEvent[] = [];
    let last = this.#last;
    for (const json of events) {
      const event = chainJson(json, last.hash, last.sequence + 1);
      last = { sequence: event.sequence, hash: event.hash };
      added.push(event);
    }
    this.#journal.append(added);
    this.#waiting.push(...added);
    this.#last = last;
    return added.map(({ sequence, hash }) => ({ sequence, hash }));
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
    this.#takeIn(limit);
    return this.#filing.fileNext(limit);
  }

  /** Keeps the journal and the log short. */
  boundLog(): void {
    if (this.#journal.isWorthRestarting) this.#settle();
    this.#log.bound();
  }

  tidyLog(): void {
    this.#log.tidy();
  }

  close(): void {
    if (!this.#database.isOpen) return;
    const isSettled = this.#settleAtClose();
    this.#database.close();
    if (isSettled) this.#journal.remove();
    else this.#journal.close();
  }

  /** @returns whether the database has all that the journal holds; else the next start takes it from there. */
  #settleAtClose(): boolean {
    try {
      this.#settle();
    } catch {
      return false;
    }
    try {
      for (let left = filedAtClose, filed = 1; left > 0 && filed > 0; left -= filed) filed = this.#filing.fileNext(left);
    } catch {
      // The next start files it.
    }
    return true;
  }

  /** Takes what the last process had in its journal alone: it did not come to put it into the database. */
  #recover(left: readonly ChainedEvent[]): void {
    const { sequence } = this.#head() ?? this.#newest();
    const missing = left.filter((event) => event.sequence > sequence);
    if (missing.length > 0) this.#durably(() => this.#put(missing));
  }

  /** Puts the oldest events of the journal into the database. They are durable already, so nobody waits for the disk. */
  #takeIn(limit: number): void {
    if (this.#waiting.length === 0) return;
    const next = this.#waiting.slice(0, limit);
    try {
      this.#transaction(() => this.#put(next));
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    this.#waiting.splice(0, next.length);
  }

  /** Makes the database durable with all that is in the journal, which then begins anew. */
  #settle(): void {
    if (this.#journal.isEmpty) return;
    this.#takeIn(this.#waiting.length);
    const { sequence, hash } = this.#last;
    this.#durably(() => this.#setHead.run(sequence, hash));
    this.#journal.restart();
  }

  #put(events: readonly ChainedEvent[]): void {
    for (const { sequence, at, kind, action, body, previousHash, hash } of events) this.#insert.run(sequence, at, kind, action, body, previousHash, hash);
    const last = events.at(-1);
    if (last) this.#setHead.run(last.sequence, last.hash);
  }

  /** One transaction that is on disk when this returns, and with it all that stands before it in the log. */
  #durably(work: () => unknown): void {
    // SQLite refuses the change within a transaction: it cannot fail unseen.
    this.#database.exec('PRAGMA synchronous = FULL');
    try {
      this.#transaction(work);
    } finally {
      this.#database.exec('PRAGMA synchronous = NORMAL');
    }
  }

  /**
   * What the next event continues. Where the file, its own head and the anchor differ, events were cut off or put in behind
   * our back: the next event then continues the last one we know of, under a number nobody has, so that the gap stays in the
   * chain for good and `verify` finds it.
   */
  #continueFrom(anchor: ChainPoint | null): ChainPoint {
    const newest = this.#newest();
    const head = this.#head() ?? newest;
    const known = anchor !== null && anchor.sequence > head.sequence ? anchor : head;
    return { sequence: Math.max(known.sequence, newest.sequence), hash: known.hash };
  }

  /** What the file says is its newest event. */
  #head(): ChainPoint | undefined {
    const row = this.#database.prepare('SELECT sequence, hash FROM head').get();
    return row && { sequence: Number(row['sequence']), hash: String(row['hash']) };
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
