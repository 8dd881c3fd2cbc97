import type { AgentId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import type { SignInRequest } from '../model/sign-in-request.ts';

/** Puts "May this Claw connect?" to the person. */
export interface Pairing {
  ask(agent: AgentId, name: string, signIn?: SignInRequest): Promise<'approved' | 'denied' | 'timed_out'>;
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
  readonly #clock: Pick<Clock, 'elapsed'>;
  readonly #open = new Map<AgentId, Promise<PairingAnswer>>();
  readonly #refusedUntil = new Map<AgentId, number>();

  constructor(pairing: Pairing, clock: Pick<Clock, 'elapsed'>) {
    this.#pairing = pairing;
    this.#clock = clock;
  }

  isOpen(agent: AgentId): boolean {
    return this.#open.has(agent);
  }

  async ask(agent: AgentId, name: string, signIn?: SignInRequest): Promise<PairingAnswer> {
    const open = this.#open.get(agent);
    // The answer to one sign-in is none to another: it shows another number, and leads elsewhere.
    if (open !== undefined) return signIn === undefined ? await open : 'busy';
    if ((this.#refusedUntil.get(agent) ?? -Infinity) > this.#clock.elapsed()) return 'denied';
    if (this.#open.size >= openLimit) return 'busy';
    const answer = this.#askNow(agent, name, signIn);
    this.#open.set(agent, answer);
    return await answer;
  }

  async #askNow(agent: AgentId, name: string, signIn: SignInRequest | undefined): Promise<PairingAnswer> {
    try {
      const answer = await this.#pairing.ask(agent, name, signIn);
      if (answer === 'denied') this.#remember(agent);
      return answer;
    } finally {
      this.#open.delete(agent);
    }
  }

  #remember(agent: AgentId): void {
    if (this.#refusedUntil.size >= rememberedRefusals) this.#refusedUntil.clear();
    this.#refusedUntil.set(agent, this.#clock.elapsed() + refusalHolds);
  }
}
