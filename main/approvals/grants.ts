import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { AgentId, ConnectionId, GrantId } from '../../preload/contract.ts';
import type { FrozenAction } from '../model/action.ts';
import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import type { Grant, GrantOffer } from '../model/grant.ts';

export const grantMigrations: readonly string[] = [
  `CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    entry TEXT NOT NULL,
    uses INTEGER NOT NULL DEFAULT 0,
    most_uses INTEGER NOT NULL,
    last_used_at INTEGER,
    ended TEXT CHECK (ended IN ('over', 'revoked')),
    ended_at INTEGER
  ) STRICT;`,
  // Told while it is in force: when that was by the wall, and how many milliseconds were left.
  `ALTER TABLE grants ADD COLUMN seen_at INTEGER;
   ALTER TABLE grants ADD COLUMN left_ms INTEGER;`,
];

/** A grant in force, with how it was used. */
export interface GrantInForce extends Grant {
  readonly uses: number;
  readonly usesLeft: number;
  readonly lastUsedAt: number | null;
}

/** Who may do what with which tool, before it is said how far. */
export type Grantee = Pick<FrozenAction, 'agent' | 'connection' | 'kind' | 'name'>;

export type GrantChange = { readonly kind: 'given' | 'revoked' | 'over' | 'used'; readonly grant: Grant };

/** Milliseconds. */
const hour = 3_600_000;
/** Milliseconds between two looks whether one has ended: a sleeping computer calls nobody back. */
const lookEveryMs = 10_000;
/** Milliseconds between two times that what is left is written, and so the most by which a crash can lengthen a grant. */
const tellEveryMs = 60_000;
/** How long it is remembered that a grant has ended: an action it allowed may still be on its way. */
const keepEndedMs = 24 * hour;

/**
 * The ledger of standing answers, in `state.db`. What a grant allows is Cedar's to say (`main/policy/grant-text.ts`); here is when
 * it begins and ends, and how often it was used.
 */
export class Grants {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #newId: () => GrantId;
  readonly #changed = new Emitter<GrantChange>();
  /** When each ends at the latest, in elapsed time: setting the clock on the wall back makes no grant last longer. */
  readonly #ends = new Map<GrantId, number>();
  #toldAt: number;
  #stopTimer: Dispose | undefined;

  /** Ends what ran out while the app was not running, and what was in force at a time to come: the clock was set back. */
  constructor(database: DatabaseSync, clock: Clock, newId: () => GrantId) {
    this.#database = database;
    this.#clock = clock;
    this.#newId = newId;
    const now = clock.now();
    database.prepare('DELETE FROM grants WHERE ended_at < ?').run(now - keepEndedMs);
    for (const grant of this.list()) {
      const { seenAt, leftMs } = this.#told(grant.id);
      if (grant.until <= now || grant.from > now || seenAt > now) this.#end(grant, 'over');
      else this.#ends.set(grant.id, clock.elapsed() + Math.min(grant.until - now, leftMs));
    }
    this.#toldAt = clock.elapsed();
    this.#look();
  }

  /** In force, newest first. */
  list(): readonly GrantInForce[] {
    return this.#database.prepare('SELECT * FROM grants WHERE ended IS NULL ORDER BY rowid DESC').all().map(readLine);
  }

  /** Durable when it returns. Throws when it cannot be written: then there is no grant. */
  give({ agent, connection, kind: actionKind, name }: Grantee, { scope, sentence, lasts, uses }: GrantOffer): Grant {
    const from = this.#clock.now();
    const until = endOf(lasts, from);
    const grant: Grant = { id: this.#newId(), agent, connection, actionKind, name, scope, sentence, from, until };
    this.#database.prepare('INSERT INTO grants (id, entry, most_uses) VALUES (?, ?, ?)').run(grant.id, JSON.stringify(grant), uses);
    this.#ends.set(grant.id, this.#clock.elapsed() + until - from);
    this.#look();
    this.#changed.emit({ kind: 'given', grant });
    return grant;
  }

  /** One use of exactly one thing: where it is there and not used yet, that is the one. */
  giveOnce(grantee: Grantee, offer: GrantOffer): Grant {
    const { digest } = { digest: null, ...offer.scope };
    return this.list().find(({ agent, scope }) => agent === grantee.agent && scope.kind === 'once' && scope.digest === digest) ?? this.give(grantee, offer);
  }

  /** Counts that it let an action through; the last use ends it. */
  use(id: GrantId): void {
    const grant = this.#find(id);
    if (grant === undefined) return;
    this.#database.prepare('UPDATE grants SET uses = uses + 1, last_used_at = ? WHERE id = ?').run(this.#clock.now(), id);
    if (grant.usesLeft <= 1) this.#end(grant, 'over');
    else this.#changed.emit({ kind: 'used', grant });
  }

  /** False when it is not in force any more. */
  revoke(id: GrantId): boolean {
    const grant = this.#find(id);
    if (grant === undefined) return false;
    this.#end(grant, 'revoked');
    return true;
  }

  /** Whether the person took it back: what it let through and has not been done yet is then not done. */
  isRevoked(id: GrantId): boolean {
    return this.#database.prepare('SELECT ended FROM grants WHERE id = ?').get(id)?.['ended'] !== 'over' && this.#find(id) === undefined;
  }

  /** Takes back what a Claw, or whoever used a connection, may: it was forgotten or removed. */
  revokeWhere(matches: (grant: { readonly agent: AgentId; readonly connection: ConnectionId }) => boolean): void {
    for (const grant of this.list()) if (matches(grant)) this.#end(grant, 'revoked');
  }

  onChange(listener: (change: GrantChange) => void): Dispose {
    return this.#changed.on(listener);
  }

  /** Ends what has run out by the wall or by the passing of time, whichever comes first. Called before anything is decided. */
  endDue(): void {
    const now = this.#clock.now();
    const elapsed = this.#clock.elapsed();
    for (const [id, end] of this.#ends) {
      const grant = this.#find(id);
      if (grant === undefined) this.#ends.delete(id);
      else if (elapsed >= end || now >= grant.until) this.#end(grant, 'over');
    }
  }

  /** Stops the timer; the grants stay in `state.db`. */
  close(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#tell();
  }

  #find(id: GrantId): GrantInForce | undefined {
    return this.#database.prepare('SELECT * FROM grants WHERE id = ? AND ended IS NULL').all(id).map(readLine)[0];
  }

  #look(): void {
    this.endDue();
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    if (this.#ends.size === 0) return;
    const elapsed = this.#clock.elapsed();
    if (elapsed - this.#toldAt >= tellEveryMs) this.#tell();
    this.#stopTimer = this.#clock.after(Math.max(0, Math.min(lookEveryMs, ...[...this.#ends.values()].map((end) => end - elapsed))), () => this.#look());
  }

  /** For the next start: how much is left of each, and a time by the wall that is not to come again. */
  #tell(): void {
    this.#toldAt = this.#clock.elapsed();
    try {
      const write = this.#database.prepare('UPDATE grants SET seen_at = ?, left_ms = ? WHERE id = ?');
      for (const [id, end] of this.#ends) write.run(this.#clock.now(), Math.round(end - this.#toldAt), id);
    } catch {
      // A full disk ends no grant; what was written before still bounds it.
    }
  }

  #told(id: GrantId): { readonly seenAt: number; readonly leftMs: number } {
    const row = this.#database.prepare('SELECT seen_at, left_ms FROM grants WHERE id = ?').get(id);
    return { seenAt: Number(row?.['seen_at'] ?? 0), leftMs: Number(row?.['left_ms'] ?? Infinity) };
  }

  #end(grant: Grant, how: 'over' | 'revoked'): void {
    this.#ends.delete(grant.id);
    this.#database.prepare('UPDATE grants SET ended = ?, ended_at = ? WHERE id = ? AND ended IS NULL').run(how, this.#clock.now(), grant.id);
    this.#changed.emit({ kind: how, grant });
  }
}

/** When a standing answer that begins at that instant ends. */
export function endOf(lasts: GrantOffer['lasts'], from: number): number {
  switch (lasts) {
    case 'hour':
      return from + hour;
    case 'today':
      return endOfDay(from);
    case 'fortnight':
      return from + 14 * 24 * hour;
  }
}

/** Midnight of this computer's own time; 24 hours later on a day that is longer. */
function endOfDay(instant: number): number {
  return Math.min(new Date(instant).setHours(24, 0, 0, 0), instant + 24 * hour);
}

/** The table is written by this file alone, so its JSON has the type it was written with. */
function readLine({ entry, uses, most_uses: mostUses, last_used_at: lastUsedAt }: Record<string, SQLOutputValue>): GrantInForce {
  const grant = JSON.parse(String(entry)) as Grant;
  return { ...grant, uses: Number(uses), usesLeft: Number(mostUses) - Number(uses), lastUsedAt: lastUsedAt === null ? null : Number(lastUsedAt) };
}
