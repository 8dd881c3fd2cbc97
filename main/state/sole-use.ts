import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Dispose } from '../model/disposable.ts';
import { StateOpenError } from './state-open-error.ts';

/** What is locked, so that a lock whose disposer nobody kept is not collected, and freed with it. */
const taken = new Set<DatabaseSync>();

/**
 * Takes the state directory for this process alone, before anything in it is read: a second app would go on with what the
 * first one holds, and both would write the record. The lock is SQLite's own on an empty file, so it is the same on every
 * system and ends with the process, however it ends.
 * @throws {StateOpenError} `locked` when another app has it, `unreadable` when the folder cannot be written.
 */
export function takeSoleUse(folder: string): Dispose {
  const lock = openLock(folder);
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    const problem = StateOpenError.from(error);
    throw problem.reason === 'locked' ? StateOpenError.alreadyRunning(error) : problem;
  }
  taken.add(lock);
  return () => {
    if (taken.delete(lock)) lock.close();
  };
}

function openLock(folder: string): DatabaseSync {
  try {
    const file = join(folder, 'running.lock');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    return new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw StateOpenError.from(error);
  }
}
