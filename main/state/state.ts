import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { migrate, type Component } from './migrations.ts';
import { StateOpenError } from './state-open-error.ts';

/** How long a statement waits for another connection's lock, in milliseconds. */
const busyTimeout = 5000;

/** `state.db`, open. One writer: this process. */
export interface State {
  readonly database: DatabaseSync;
  /**
   * Runs `work` in one transaction: all of it is durable when this returns, none of it when `work` throws. May be nested;
   * an inner one that throws takes back only its own part. `work` must be synchronous; a promise is refused and rolled back.
   */
  transaction<T>(work: () => T): T;
  /** Writes the log back into the file and closes it. Calling it again does nothing. */
  close(): void;
}

/**
 * Opens `file` (created with mode 0600 in a 0700 folder; `:memory:` for a throw-away one) and brings every component's
 * tables up to date. WAL, `synchronous = FULL`: what is committed survives a power cut.
 * @throws {StateOpenError} when the file is newer than this app, is no database, is locked, or cannot be migrated.
 */
export function openState(file: string, components: readonly Component[]): State {
  const database = openDatabase(file);
  try {
    prepare(database);
    migrate(database, components);
  } catch (error) {
    database.close();
    throw StateOpenError.from(error);
  }
  return new SqliteState(database);
}

function openDatabase(file: string): DatabaseSync {
  try {
    if (file !== ':memory:') keepToThisPerson(file);
    return new DatabaseSync(file, { timeout: busyTimeout, enableForeignKeyConstraints: true, defensive: true });
  } catch (error) {
    throw StateOpenError.from(error);
  }
}

/** SQLite gives its `-wal` and `-shm` files the mode of the database file, so this one mode decides for all three. */
function keepToThisPerson(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

function prepare(database: DatabaseSync): void {
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON;');
}

class SqliteState implements State {
  readonly database: DatabaseSync;
  #depth = 0;

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  transaction<T>(work: () => T): T {
    const savepoint = this.#depth === 0 ? undefined : `nested_${this.#depth}`;
    this.database.exec(savepoint === undefined ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${savepoint}`);
    this.#depth += 1;
    try {
      const value = work();
      if (value instanceof Promise) throw new TypeError('A transaction cannot wait for a promise.');
      this.database.exec(savepoint === undefined ? 'COMMIT' : `RELEASE ${savepoint}`);
      return value;
    } catch (error) {
      this.#rollBack(savepoint);
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  close(): void {
    if (this.database.isOpen) this.database.close();
  }

  #rollBack(savepoint: string | undefined): void {
    // A full disk makes SQLite roll back by itself; there is then nothing left to take back.
    if (!this.database.isOpen || !this.database.isTransaction) return;
    this.database.exec(savepoint === undefined ? 'ROLLBACK' : `ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
  }
}
