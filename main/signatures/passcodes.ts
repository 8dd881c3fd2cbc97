import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Clock } from '../model/clock.ts';
import { decoy, hashPasscode, isPasscode, usualLogCost, type PasscodeHash } from './passcode-hash.ts';

/** Whose passcode it is: the account's, or an approver's by their id. */
export type Holder = string;
export const account: Holder = 'account';
/** All tries for names that nobody has count together. An id holds no question mark. */
const nobody: Holder = '?';

export type PasscodeCheck =
  | { readonly kind: 'right' }
  /** Tries that are left before the next wait. */
  | { readonly kind: 'wrong'; readonly triesLeft: number }
  /** Milliseconds since the Unix epoch: nothing is compared before that. */
  | { readonly kind: 'wait'; readonly until: number };

/** Wrong tries in a row that cost nothing. */
const freeTries = 5;
const firstWaitMs = 30_000;
const longestWaitMs = 3_600_000;

/**
 * Passcodes in `state.db`, each as its scrypt hash alone. A try is counted durably before it is compared, and one at a time, so
 * neither a kill nor many at once give more of them. Waits grow from 30 seconds to an hour, and last over a restart.
 */
export class Passcodes {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #logCost: number;
  readonly #decoy: PasscodeHash;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(database: DatabaseSync, clock: Clock, logCost = usualLogCost) {
    this.#database = database;
    this.#clock = clock;
    this.#logCost = logCost;
    this.#decoy = decoy(logCost);
  }

  has(holder: Holder): boolean {
    return this.#find(holder) !== undefined;
  }

  /** Durable when it resolves. Does not end a wait. */
  set(holder: Holder, passcode: string): Promise<void> {
    return this.#inTurn(async () => this.#keep(holder, await hashPasscode(passcode, this.#logCost)));
  }

  remove(holder: Holder): void {
    this.#database.prepare('DELETE FROM passcodes WHERE holder = ?').run(holder);
  }

  /** Compares; a holder who has none, or `null`, takes as long as one who has, and is wrong. */
  check(holder: Holder | null, passcode: string): Promise<PasscodeCheck> {
    return this.#inTurn(async () => {
      const kept = holder === null ? undefined : this.#find(holder);
      const counted = kept === undefined || holder === null ? nobody : holder;
      const now = this.#clock.now();
      const { failed, until } = this.#tries(counted);
      if (until > now) return { kind: 'wait', until };
      const tries = failed + 1;
      const waitUntil = tries < freeTries ? 0 : now + Math.min(longestWaitMs, firstWaitMs * 2 ** (tries - freeTries));
      this.#count(counted, tries, waitUntil);
      const isRight = (await isPasscode(passcode, kept ?? this.#decoy)) && kept !== undefined && holder !== null;
      // Taken away meanwhile: neither right, nor does it end the wait that may have come with that.
      if (!isRight || !this.has(holder)) return waitUntil > 0 ? { kind: 'wait', until: waitUntil } : { kind: 'wrong', triesLeft: freeTries - tries };
      this.#count(counted, 0, 0);
      // Parameters can be raised: who proves to know it gets the new ones.
      if (kept.logCost < this.#logCost) this.#keep(holder, await hashPasscode(passcode, this.#logCost));
      return { kind: 'right' };
    });
  }

  /** Nothing of that holder's is compared before then. */
  holdBack(holder: Holder, until: number): void {
    this.#count(holder, freeTries, until);
  }

  /** When the next try is possible; null: now. */
  waitsUntil(holder: Holder): number | null {
    const { until } = this.#tries(holder);
    return until > this.#clock.now() ? until : null;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #tries(holder: Holder): { readonly failed: number; readonly until: number } {
    const row = this.#database.prepare('SELECT failed, wait_until FROM passcode_tries WHERE holder = ?').get(holder);
    return { failed: Number(row?.['failed'] ?? 0), until: Number(row?.['wait_until'] ?? 0) };
  }

  #count(holder: Holder, failed: number, until: number): void {
    this.#database
      .prepare('INSERT INTO passcode_tries VALUES (?, ?, ?) ON CONFLICT (holder) DO UPDATE SET failed = excluded.failed, wait_until = excluded.wait_until')
      .run(holder, failed, until);
  }

  #keep(holder: Holder, { salt, hash, logCost, blockSize, parallelization }: PasscodeHash): void {
    this.#database.prepare('INSERT OR REPLACE INTO passcodes VALUES (?, ?, ?, ?, ?, ?, ?)').run(holder, salt, hash, logCost, blockSize, parallelization, this.#clock.now());
  }

  #find(holder: Holder): PasscodeHash | undefined {
    return this.#database.prepare('SELECT * FROM passcodes WHERE holder = ?').all(holder).map(readHash)[0];
  }
}

/** The table is written by this file alone. */
function readHash(row: Record<string, SQLOutputValue>): PasscodeHash {
  return {
    salt: row['salt'] as Uint8Array,
    hash: row['hash'] as Uint8Array,
    logCost: Number(row['log_cost']),
    blockSize: Number(row['block_size']),
    parallelization: Number(row['parallelization']),
  };
}
