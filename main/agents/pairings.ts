import type { AgentId } from '../../preload/contract.ts';

/** Puts "May this Claw connect?" to the person. */
export interface Pairing {
  ask(agent: AgentId, name: string): Promise<'approved' | 'denied' | 'timed_out'>;
}

export type PairingAnswer = 'approved' | 'denied' | 'timed_out' | 'busy';

/** Pairing questions open at once; more are not asked. */
const openLimit = 3;
/** Milliseconds for which a refused id is refused without asking again (5 minutes). */
export const refusalHolds = 5 * 60_000;
const rememberedRefusals = 1000;

/** Keeps unknown agents from flooding the person: one question per id, few at once, no asking again right after a no. */
export class Pairings {
  readonly #pairing: Pairing;
  readonly #clock: { now(): number };
  readonly #open = new Map<AgentId, Promise<PairingAnswer>>();
  readonly #refusedUntil = new Map<AgentId, number>();

  constructor(pairing: Pairing, clock: { now(): number }) {
    this.#pairing = pairing;
    this.#clock = clock;
  }

  async ask(agent: AgentId, name: string): Promise<PairingAnswer> {
    const open = this.#open.get(agent);
    if (open !== undefined) return await open;
    if ((this.#refusedUntil.get(agent) ?? 0) > this.#clock.now()) return 'denied';
    if (this.#open.size >= openLimit) return 'busy';
    const answer = this.#askNow(agent, name);
    this.#open.set(agent, answer);
    return await answer;
  }

  async #askNow(agent: AgentId, name: string): Promise<PairingAnswer> {
    try {
      const answer = await this.#pairing.ask(agent, name);
      if (answer === 'denied') this.#remember(agent);
      return answer;
    } finally {
      this.#open.delete(agent);
    }
  }

  #remember(agent: AgentId): void {
    if (this.#refusedUntil.size >= rememberedRefusals) this.#refusedUntil.clear();
    this.#refusedUntil.set(agent, this.#clock.now() + refusalHolds);
  }
}
