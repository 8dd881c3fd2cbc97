import type { ConnectionId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import type { UpstreamChange } from '../model/upstream.ts';

/** Milliseconds between two words of the same change. */
const pace = 1000;
/** Different changes of all services within that time; a service that names more is not followed. */
const mostAtOnce = 1000;

interface Told {
  readonly connection: ConnectionId;
  readonly change: UpstreamChange;
}

/** Tells changes at once, but each at most once a second: a service that says them without end keeps nobody busy. */
export class PacedChanges {
  readonly #clock: Clock;
  readonly #changes = new Emitter<Told>();
  readonly #recent = new Map<string, { isWaiting: boolean; readonly stop: Dispose }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  on(listener: (connection: ConnectionId, change: UpstreamChange) => void): Dispose {
    return this.#changes.on(({ connection, change }) => listener(connection, change));
  }

  tell(connection: ConnectionId, change: UpstreamChange): void {
    const key = JSON.stringify([connection, change]);
    const recent = this.#recent.get(key);
    if (recent !== undefined) recent.isWaiting = true;
    else if (this.#recent.size < mostAtOnce || change.kind !== 'resource') this.#tellNow(key, { connection, change });
  }

  close(): void {
    for (const { stop } of this.#recent.values()) stop();
    this.#recent.clear();
  }

  #tellNow(key: string, told: Told): void {
    const stop = this.#clock.after(pace, () => {
      const isWaiting = this.#recent.get(key)?.isWaiting ?? false;
      this.#recent.delete(key);
      if (isWaiting) this.#tellNow(key, told);
    });
    this.#recent.set(key, { isWaiting: false, stop });
    this.#changes.emit(told);
  }
}
