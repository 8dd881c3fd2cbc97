import type { DatabaseSync } from 'node:sqlite';
import { agentId, clawRunInput, type AgentId, type ClawRunInput } from '../../preload/contract.ts';

export const clawRunMigrations: readonly string[] = [`CREATE TABLE claw_run (agent TEXT PRIMARY KEY, config TEXT NOT NULL) STRICT, WITHOUT ROWID`];

/** How Claws are started that this app starts. Holds no secret. */
export class ClawRunStore {
  readonly #database: DatabaseSync;

  /** `database`: with `clawRunMigrations` applied. */
  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  all(): ReadonlyMap<AgentId, ClawRunInput> {
    const rows = this.#database.prepare('SELECT agent, config FROM claw_run').all();
    return new Map(
      rows.flatMap(({ agent, config }) => {
        const [id, read] = [agentId.safeParse(agent), clawRunInput.safeParse(JSON.parse(String(config)))];
        return id.success && read.success ? [[id.data, read.data] as const] : [];
      }),
    );
  }

  put(agent: AgentId, config: ClawRunInput): void {
    this.#database.prepare('INSERT OR REPLACE INTO claw_run (agent, config) VALUES (?, ?)').run(agent, JSON.stringify(config));
  }

  remove(agent: AgentId): void {
    this.#database.prepare('DELETE FROM claw_run WHERE agent = ?').run(agent);
  }
}
