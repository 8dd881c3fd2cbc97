import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import type { ActivityAnchor } from './activity.ts';
import type { ChainPoint } from './event.ts';

/** The least time between two writes, in milliseconds: what is cut off within it by a crash and an intruder is not noticed. */
const interval = 1000;

/** Writes the newest point to the anchor: the first at once, later ones at most once an interval, the last when settled. */
export class AnchorKeeper {
  readonly #anchor: ActivityAnchor;
  readonly #clock: Clock;
  #next: ChainPoint | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopWaiting: Dispose | undefined;

  constructor(anchor: ActivityAnchor, clock: Clock) {
    this.#anchor = anchor;
    this.#clock = clock;
  }

  keep(point: ChainPoint): void {
    this.#next = point;
    if (!this.#stopWaiting) this.#writeNow();
  }

  /** Writes what is left; resolves when it is written. */
  async settle(): Promise<void> {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#running = this.#running.then(() => this.#write());
    await this.#running;
  }

  #writeNow(): void {
    this.#stopWaiting = this.#clock.after(interval, () => {
      this.#stopWaiting = undefined;
      if (this.#next) this.#writeNow();
    });
    this.#running = this.#running.then(() => this.#write());
  }

  async #write(): Promise<void> {
    const point = this.#next;
    if (!point) return;
    this.#next = undefined;
    try {
      await this.#anchor.write(point);
    } catch {
      // An anchor that lags says nothing wrong: it is only a weaker proof, until the next event is written to it.
    }
  }
}
