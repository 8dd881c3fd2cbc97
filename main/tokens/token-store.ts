import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { agentId, connectionId, type AgentId, type ConnectionId } from '../../preload/contract.ts';
import type { Reach } from '../model/reach.ts';
import { formatScope, reachFromKept } from './scopes.ts';

export const tokenMigrations: readonly string[] = [
  `CREATE TABLE token_clients (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    redirects TEXT NOT NULL,
    agent TEXT,
    registered_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE refresh_tokens (
    hash TEXT PRIMARY KEY,
    family TEXT NOT NULL,
    client TEXT NOT NULL,
    agent TEXT NOT NULL,
    scope TEXT,
    audience TEXT,
    bound_to TEXT,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);
  CREATE INDEX refresh_tokens_by_agent ON refresh_tokens (agent);`,
];

/** A program that may ask to sign in. */
export interface Client {
  readonly id: string;
  /** What it calls itself. */
  readonly name: string;
  /** Where its answers may go. */
  readonly redirects: readonly string[];
  /** The Claw it became; null: the person has not let it in (yet). */
  readonly agent: AgentId | null;
  readonly registeredAt: number;
}

/** A refresh token as it is kept: never the token itself. */
export interface KeptRefresh {
  readonly hash: string;
  readonly family: string;
  readonly client: string;
  readonly agent: AgentId;
  readonly reach: Reach;
  readonly audience: ConnectionId | null;
  readonly boundTo: string | null;
  readonly expiresAt: number;
  readonly usedAt: number | null;
}

/** Clients and refresh tokens in `state.db`, so that a Claw need not sign in anew after a restart. */
export class TokenStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  client(id: string): Client | undefined {
    const row = this.#database.prepare('SELECT * FROM token_clients WHERE id = ?').get(id);
    return row && toClient(row);
  }

  putClient({ id, name, redirects, agent, registeredAt }: Client): void {
    this.#database.prepare('INSERT OR REPLACE INTO token_clients (id, name, redirects, agent, registered_at) VALUES (?, ?, ?, ?, ?)').run(id, name, JSON.stringify(redirects), agent, registeredAt);
  }

  /** Drops clients that nobody let in: those from before that instant, and the oldest beyond that many. */
  sweepStrangers(before: number, most: number): void {
    this.#database.prepare('DELETE FROM token_clients WHERE agent IS NULL AND registered_at < ?').run(before);
    this.#database
      .prepare('DELETE FROM token_clients WHERE agent IS NULL AND id NOT IN (SELECT id FROM token_clients WHERE agent IS NULL ORDER BY registered_at DESC, id LIMIT ?)')
      .run(most);
  }

  refresh(hash: string): KeptRefresh | undefined {
    const row = this.#database.prepare('SELECT * FROM refresh_tokens WHERE hash = ?').get(hash);
    return row && toRefresh(row);
  }

  putRefresh({ hash, family, client, agent, reach, audience, boundTo, expiresAt }: Omit<KeptRefresh, 'usedAt'>): void {
    this.#database
      .prepare('INSERT INTO refresh_tokens (hash, family, client, agent, scope, audience, bound_to, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(hash, family, client, agent, formatScope(reach), audience, boundTo, expiresAt);
  }

  /** False when it was used before: the one check that lets it be used once. */
  useRefresh(hash: string, now: number): boolean {
    return Number(this.#database.prepare('UPDATE refresh_tokens SET used_at = ? WHERE hash = ? AND used_at IS NULL').run(now, hash).changes) === 1;
  }

  dropFamily(family: string): void {
    this.#database.prepare('DELETE FROM refresh_tokens WHERE family = ?').run(family);
  }

  /** Families that were signed in for that connection by name: another one may get its id. */
  familiesNaming(connection: ConnectionId): readonly string[] {
    const rows = this.#database.prepare('SELECT * FROM refresh_tokens').all().map(toRefresh);
    return [...new Set(rows.filter(({ audience, reach }) => audience === connection || reach?.some((one) => one.connection === connection) === true).map(({ family }) => family))];
  }

  familiesOf(agent: AgentId): readonly string[] {
    return this.#database.prepare('SELECT DISTINCT family FROM refresh_tokens WHERE agent = ?').all(agent).map((row) => String(row['family']));
  }

  /** Nothing stays of an agent that was forgotten: another one may get its id. */
  forgetAgent(agent: AgentId): void {
    this.#database.prepare('DELETE FROM refresh_tokens WHERE agent = ?').run(agent);
    this.#database.prepare('DELETE FROM token_clients WHERE agent = ?').run(agent);
  }

  dropAllRefresh(): void {
    this.#database.exec('DELETE FROM refresh_tokens');
  }

  dropExpired(now: number): void {
    this.#database.prepare('DELETE FROM refresh_tokens WHERE expires_at <= ?').run(now);
  }

  agents(): readonly AgentId[] {
    const rows = this.#database.prepare('SELECT agent FROM token_clients WHERE agent IS NOT NULL UNION SELECT agent FROM refresh_tokens').all();
    return rows.map(({ agent }) => agentId.parse(agent));
  }
}

type Row = Record<string, SQLOutputValue>;

function textOrNull(value: SQLOutputValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function toClient(row: Row): Client {
  const agent = textOrNull(row['agent']);
  return {
    id: String(row['id']),
    name: String(row['name']),
    // Written by `putClient`.
    redirects: JSON.parse(String(row['redirects'])) as readonly string[],
    agent: agent === null ? null : agentId.parse(agent),
    registeredAt: Number(row['registered_at']),
  };
}

function toRefresh(row: Row): KeptRefresh {
  const audience = textOrNull(row['audience']);
  return {
    hash: String(row['hash']),
    family: String(row['family']),
    client: String(row['client']),
    agent: agentId.parse(row['agent']),
    reach: reachFromKept(textOrNull(row['scope'])),
    audience: audience === null ? null : connectionId.parse(audience),
    boundTo: textOrNull(row['bound_to']),
    expiresAt: Number(row['expires_at']),
    usedAt: row['used_at'] === null ? null : Number(row['used_at']),
  };
}
