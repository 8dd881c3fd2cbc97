import type { AgentId } from '../../preload/contract.ts';

/** Requests and streams one agent may have open, so that it cannot keep the others out. */
export const openPerAgent = 64;
/** The share of a minute's calls that may come in one go. */
const burstShare = 1 / 4;

/** How many calls an agent may make: a bucket that refills evenly (token bucket). */
export class CallLimits {
  readonly #callsPerMinute: (agent: AgentId) => number;
  readonly #now: () => number;
  readonly #buckets = new Map<AgentId, { left: number; at: number }>();

  constructor(callsPerMinute: (agent: AgentId) => number, now: () => number) {
    this.#callsPerMinute = callsPerMinute;
    this.#now = now;
  }

  /** Counts one call. 0 when it may go on; else the seconds after which the next one may. */
  take(agent: AgentId): number {
    const now = this.#now();
    const perMinute = this.#callsPerMinute(agent);
    const most = Math.max(1, perMinute * burstShare);
    const bucket = this.#buckets.get(agent) ?? { left: most, at: now };
    // A clock that was set back refills nothing.
    bucket.left = Math.min(most, bucket.left + (Math.max(0, now - bucket.at) * perMinute) / 60_000);
    bucket.at = now;
    this.#buckets.set(agent, bucket);
    if (bucket.left < 1) return Math.ceil(((1 - bucket.left) * 60) / perMinute);
    bucket.left -= 1;
    return 0;
  }
}
