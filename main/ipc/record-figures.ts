import type { AgentId, ConnectionId } from '../../preload/contract.ts';
import type { Activity, AppendedEvent } from '../activity/activity.ts';
import type { Clock } from '../model/clock.ts';

const weekMs = 7 * 24 * 60 * 60 * 1000;
/** Milliseconds after which the week is looked at again although nothing was asked: questions grow older than a week (10 minutes). */
const weekMovesMs = 10 * 60 * 1000;

/**
 * What the record says of agents and connections. Asked from the record's reader only for what events have changed; between
 * two refreshes the last answer stands.
 */
export class RecordFigures {
  readonly #activity: Activity;
  readonly #clock: Clock;
  readonly #asked = new Map<AgentId, number>();
  #askedAt = Number.NEGATIVE_INFINITY;
  #lastUsed: ReadonlyMap<ConnectionId, number> = new Map();
  #isUseKnown = false;

  constructor(activity: Activity, clock: Clock) {
    this.#activity = activity;
    this.#clock = clock;
  }

  /** Questions put to the person because of this agent in the last 7 days. */
  askedThisWeek(agent: AgentId): number {
    return this.#asked.get(agent) ?? 0;
  }

  lastUsedAt(connection: ConnectionId): number | null {
    return this.#lastUsed.get(connection) ?? null;
  }

  /** An event was recorded: whatever it may have changed is asked for at the next refresh. */
  note({ event }: AppendedEvent): void {
    if (event.kind === 'asked') this.#askedAt = Number.NEGATIVE_INFINITY;
    if (event.kind === 'started' || event.kind === 'ended') this.#isUseKnown = false;
  }

  /** Resolves with what changed. */
  async refresh(agents: readonly AgentId[]): Promise<{ readonly asked: boolean; readonly used: boolean }> {
    const [asked, used] = await Promise.all([this.#refreshAsked(agents), this.#refreshUse()]);
    return { asked, used };
  }

  async #refreshAsked(agents: readonly AgentId[]): Promise<boolean> {
    const now = this.#clock.now();
    const isOld = now - this.#askedAt >= weekMovesMs;
    const wanted = isOld ? agents : agents.filter((id) => !this.#asked.has(id));
    if (wanted.length === 0) return false;
    const before = this.#askedAt;
    if (isOld) this.#askedAt = now;
    try {
      const counts = await Promise.all(wanted.map(async (id) => [id, await this.#activity.askedSince(id, now - weekMs)] as const));
      for (const [id, count] of counts) this.#asked.set(id, count);
      return true;
    } catch (error) {
      this.#askedAt = before;
      throw error;
    }
  }

  async #refreshUse(): Promise<boolean> {
    if (this.#isUseKnown) return false;
    this.#isUseKnown = true;
    try {
      this.#lastUsed = await this.#activity.lastUsed();
      return true;
    } catch (error) {
      this.#isUseKnown = false;
      throw error;
    }
  }
}
