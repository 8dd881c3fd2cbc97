import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { agentId, agentOptions, connectionId, type AgentId, type AgentOption, type AgentOptions, type ConnectionId } from '../../preload/contract.ts';

/** A paired agent. */
export interface PairedAgent extends Readonly<AgentOptions> {
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
  /** The options that the organization fixed. */
  readonly lockedOptions: readonly AgentOption[];
}

/** What holds until somebody chooses. */
export const defaultOptions: AgentOptions = { waitSeconds: null, toolMode: 'all', callsPerMinute: 6000 };

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
  `ALTER TABLE agents ADD COLUMN wait_seconds INTEGER;
  ALTER TABLE agents ADD COLUMN tool_mode TEXT NOT NULL DEFAULT 'all' CHECK (tool_mode IN ('all', 'search'));
  ALTER TABLE agents ADD COLUMN calls_per_minute INTEGER NOT NULL DEFAULT 6000;
  ALTER TABLE agents ADD COLUMN locked_options TEXT NOT NULL DEFAULT '[]';`,
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
  wait_seconds: agentOptions.shape.waitSeconds,
  tool_mode: agentOptions.shape.toolMode,
  calls_per_minute: agentOptions.shape.callsPerMinute,
  locked_options: z.string(),
});
const lockedOptions = z.array(agentOptions.keyof());

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
        `INSERT OR REPLACE INTO agents (id, name, is_paused, is_managed, is_practice, paired_at, last_seen_at, connections,
           wait_seconds, tool_mode, calls_per_minute, locked_options)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        agent.id, agent.name, ...flags, agent.pairedAt, agent.lastSeenAt, connections,
        agent.waitSeconds, agent.toolMode, agent.callsPerMinute, JSON.stringify(agent.lockedOptions),
      );
  }

  remove(id: AgentId): void {
    this.#database.prepare('DELETE FROM agents WHERE id = ?').run(id);
  }
}

function toAgent(value: unknown): PairedAgent {
  const { id, name, is_paused, is_managed, is_practice, paired_at, last_seen_at, connections, ...options } = row.parse(value);
  return {
    id,
    name,
    isPaused: is_paused !== 0,
    isManaged: is_managed !== 0,
    isPractice: is_practice !== 0,
    pairedAt: paired_at,
    lastSeenAt: last_seen_at,
    connections: connections === null ? null : z.array(connectionId).parse(JSON.parse(connections)),
    waitSeconds: options.wait_seconds,
    toolMode: options.tool_mode,
    callsPerMinute: options.calls_per_minute,
    lockedOptions: lockedOptions.parse(JSON.parse(options.locked_options)),
  };
}
