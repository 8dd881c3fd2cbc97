import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { busyTimeout } from './database.ts';

/** In pages of 4 KiB: what is worth writing back when nothing else is to do (1 MiB). */
const worthTidying = 256;

/** In pages: what is written back also under load (8 MiB), and where readers are waited for so that the log begins anew (32 MiB). */
const long = 2048;
const longest = 8192;

/** How long readers are waited for then, in milliseconds. */
const patience = 100;

/** Bytes that the log file keeps when it begins anew. */
const keptLength = 16 * 1024 * 1024;

/**
 * Decides when SQLite's write-ahead log is written back into the file. SQLite by itself would do it within the commit that
 * makes the log longer than 1,000 pages, and the appends behind it would wait for it (https://sqlite.org/wal.html, "Checkpointing").
 */
export class WriteAheadLog {
  readonly #database: DatabaseSync;
  readonly #length: StatementSync;
  readonly #writeBack: StatementSync;
  readonly #beginAnew: StatementSync;
  #tooLong = longest;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(`PRAGMA journal_size_limit = ${keptLength}`);
    this.#length = database.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#writeBack = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');
    this.#beginAnew = database.prepare('PRAGMA wal_checkpoint(RESTART)');
  }

  /** When nothing else is to do. */
  tidy(): void {
    if (this.#lengthInPages() >= worthTidying) this.#writeBack.get();
  }

  /** From time to time under load: keeps the log within its bounds. */
  bound(): void {
    const length = this.#lengthInPages();
    if (length >= this.#tooLong) this.#waitForReaders(length);
    else if (length >= long) this.#writeBack.get();
  }

  /** A search that goes on keeps its part of the log. A program that looks at the file for hours must not hold up every append. */
  #waitForReaders(length: number): void {
    this.#database.exec(`PRAGMA busy_timeout = ${patience}`);
    try {
      const isHeld = this.#beginAnew.get()?.['busy'] !== 0;
      this.#tooLong = isHeld ? length + longest : longest;
    } finally {
      this.#database.exec(`PRAGMA busy_timeout = ${busyTimeout}`);
    }
  }

  #lengthInPages(): number {
    return Number(this.#length.get()?.['log'] ?? 0);
  }
}
