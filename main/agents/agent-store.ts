import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { agentId, connectionId, type AgentId, type ConnectionId } from '../../preload/contract.ts';

/** A paired agent. */
export interface PairedAgent {
  readonly id: AgentId;
  readonly name: string;
  readonly isPaused: boolean;
  /** The organization set it up; its name and connections are the organization's to change. */
  readonly isManaged: boolean;
  readonly isPractice: boolean;
  /** Milliseconds since the Unix epoch, like every instant here. */
  readonly pairedAt: number;
  readonly lastSeenAt: number | null;
  /** The connections it may use; null: every one, also later ones. */
  readonly connections: readonly ConnectionId[] | null;
}

export const agentMigrations: readonly string[] = [
  `CREATE TABLE agents (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    is_paused INTEGER NOT NULL,
    is_managed INTEGER NOT NULL,
    is_practice INTEGER NOT NULL,
    paired_at INTEGER NOT NULL,
    last_seen_at INTEGER,
    connections TEXT
  ) STRICT, WITHOUT ROWID;`,
];

const row = z.object({
  id: agentId,
  name: z.string(),
  is_paused: z.number(),
  is_managed: z.number(),
  is_practice: z.number(),
  paired_at: z.number(),
  last_seen_at: z.number().nullable(),
  connections: z.string().nullable(),
});

/** The table of agents; one row each. */
export class AgentStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  all(): readonly PairedAgent[] {
    return this.#database.prepare('SELECT * FROM agents').all().map(toAgent);
  }

  put(agent: PairedAgent): void {
    const flags = [agent.isPaused, agent.isManaged, agent.isPractice].map(Number);
    const connections = agent.connections === null ? null : JSON.stringify(agent.connections);
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO agents (id, name, is_paused, is_managed, is_practice, paired_at, last_seen_at, connections)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(agent.id, agent.name, ...flags, agent.pairedAt, agent.lastSeenAt, connections);
  }

  remove(id: AgentId): void {
    this.#database.prepare('DELETE FROM agents WHERE id = ?').run(id);
  }
}

function toAgent(value: unknown): PairedAgent {
  const { id, name, is_paused, is_managed, is_practice, paired_at, last_seen_at, connections } = row.parse(value);
  return {
    id,
    name,
    isPaused: is_paused !== 0,
    isManaged: is_managed !== 0,
    isPractice: is_practice !== 0,
    pairedAt: paired_at,
    lastSeenAt: last_seen_at,
    connections: connections === null ? null : z.array(connectionId).parse(JSON.parse(connections)),
  };
}
