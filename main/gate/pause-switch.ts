import type { DatabaseSync } from 'node:sqlite';
import { Emitter, type Dispose } from '../model/disposable.ts';

export const pauseMigrations: readonly string[] = [
  `CREATE TABLE pause (only INTEGER PRIMARY KEY CHECK (only = 1), is_paused INTEGER NOT NULL) STRICT;
   INSERT INTO pause (only, is_paused) VALUES (1, 0);`,
];

/** "Pause all Claws". Works in memory at once, then survives a restart. */
export class PauseSwitch {
  readonly #database: DatabaseSync;
  readonly #changed = new Emitter<boolean>();
  #isPaused: boolean;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#isPaused = Number(database.prepare('SELECT is_paused FROM pause').get()?.['is_paused']) !== 0;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  set(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.#changed.emit(isPaused);
    this.#database.prepare('UPDATE pause SET is_paused = ?').run(isPaused ? 1 : 0);
  }

  onChange(listener: (isPaused: boolean) => void): Dispose {
    return this.#changed.on(listener);
  }
}
