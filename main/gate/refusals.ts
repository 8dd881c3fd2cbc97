import type { Digest } from '../../preload/contract.ts';

/** How often a person refuses the very same thing before it is refused by itself. */
const enough = 2;
/** The one refused longest ago is forgotten first. */
const mostRemembered = 1000;

/**
 * What the person refused since the start, by its digest, which covers the Claw, the tool and the exact arguments. A Claw that asks
 * for the same thing again and again must not wear the person down.
 */
export class Refusals {
  readonly #counts = new Map<Digest, number>();

  note(digest: Digest): void {
    const count = (this.#counts.get(digest) ?? 0) + 1;
    this.#counts.delete(digest);
    this.#counts.set(digest, count);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > mostRemembered && oldest !== undefined) this.#counts.delete(oldest);
  }

  /** Whether the person said no to it often enough not to be asked again. */
  areEnough(digest: Digest): boolean {
    return (this.#counts.get(digest) ?? 0) >= enough;
  }
}
