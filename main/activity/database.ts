import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ActivityUnavailable } from './activity.ts';

/** How long a statement waits for another connection's lock, in milliseconds. */
export const busyTimeout = 5000;

/**
 * The chain. A migration that shipped never changes. What is derived from the chain is not here: see `index-tables.ts`.
 * The triggers guard against our own mistakes; against others there is the chain.
 */
const migrations: readonly string[] = [
  `CREATE TABLE events (
     sequence INTEGER PRIMARY KEY,
     at INTEGER NOT NULL,
     kind TEXT NOT NULL,
     action TEXT,
     body TEXT NOT NULL,
     previous_hash TEXT NOT NULL,
     hash TEXT NOT NULL
   ) STRICT;
   CREATE INDEX events_of_action ON events (action, sequence) WHERE action IS NOT NULL;
   CREATE TRIGGER events_never_change BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
   CREATE TRIGGER events_never_leave BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
   CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), sequence INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
   CREATE TABLE index_version (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;`,
  // An append writes its event and the head, nothing else; what belongs to an action is found by the index (`action_events`).
  `DROP INDEX events_of_action;
   ALTER TABLE index_version ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0;`,
];

/**
 * Opens the record for writing: created with mode 0600 in a 0700 folder, WAL, brought up to date. With
 * `synchronous = NORMAL` a commit survives the process and not a power cut: until it does, what must survive is in the journal.
 * @throws {ActivityUnavailable} `newer_schema` or `cannot_open`; the file is then as it was.
 */
export function openForWriting(file: string): DatabaseSync {
  return open(() => {
    keepToThisPerson(file);
    const database = new DatabaseSync(file, { timeout: busyTimeout, defensive: true });
    return prepare(database, () => {
      // When the log is written back into the file is decided in `write-ahead-log.ts`, so that no append waits for it.
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA trusted_schema = OFF;');
      migrate(database);
    });
  });
}

/** Opens a record that `openForWriting` prepared, for reading only. */
export function openForReading(file: string): DatabaseSync {
  return open(() => {
    const database = new DatabaseSync(file, { readOnly: true, timeout: busyTimeout, defensive: true });
    return prepare(database, () => database.exec('PRAGMA trusted_schema = OFF;'));
  });
}

/** Runs work in one transaction: all of it is done when this returns, none when it throws. */
export type Transaction = <T>(work: () => T) => T;

/** Transactions on one connection; prepared once, for there is one for each append. */
export function transactionsOn(database: DatabaseSync): Transaction {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  return (work) => {
    begin.run();
    try {
      const value = work();
      commit.run();
      return value;
    } catch (error) {
      // A full disk makes SQLite roll back by itself; there is then nothing left to take back.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
}

/** SQLite gives its `-wal` and `-shm` files the mode of the database file, so this one mode decides for all three. */
function keepToThisPerson(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

function open(work: () => DatabaseSync): DatabaseSync {
  try {
    return work();
  } catch (error) {
    if (error instanceof ActivityUnavailable) throw error;
    throw new ActivityUnavailable('cannot_open', `The record cannot be opened (${describeFailure(error)}). Restore it from a backup, or move it away.`);
  }
}

function prepare(database: DatabaseSync, work: () => void): DatabaseSync {
  try {
    work();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
  if (version > migrations.length) {
    throw new ActivityUnavailable('newer_schema', `The record was written by a newer Countersign (${version}). Nothing was changed. Install that version or a newer one.`);
  }
  const transaction = transactionsOn(database);
  for (let next = version; next < migrations.length; next += 1) {
    transaction(() => database.exec(`${migrations[next] ?? ''} PRAGMA user_version = ${next + 1};`));
  }
}

/** SQLite's and Node's own words: they name the failure, never the content. */
export function describeFailure(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
