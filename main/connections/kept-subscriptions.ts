import type { Dispose } from '../model/disposable.ts';
import type { Upstream } from '../model/upstream.ts';

interface Held {
  holders: number;
  /** How the upstream that was opened last took it. */
  taken: Promise<Dispose>;
  hasFailed: boolean;
}

/** Resources that may be subscribed to at one service. */
const mostHeld = 1000;

/** The resources that somebody wants to hear of: asked for once each, and again from every upstream that is opened. */
export class KeptSubscriptions {
  readonly #held = new Map<string, Held>();

  get isEmpty(): boolean {
    return this.#held.size === 0;
  }

  /** Rejects when the upstream does not take it. `onEmpty`: nobody holds any resource any more. */
  async hold(uri: string, upstream: Upstream, onEmpty: () => void): Promise<Dispose> {
    const held = this.#held.get(uri) ?? this.#add(uri, upstream);
    if (held.hasFailed) this.#take(uri, held, upstream);
    held.holders += 1;
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      held.holders -= 1;
      if (held.holders > 0) return;
      this.#held.delete(uri);
      held.taken.then((end) => end(), () => undefined);
      if (this.isEmpty) onEmpty();
    };
    try {
      await latest(held);
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Takes everything up again at an upstream that was opened anew. One that refuses is asked again the next time. */
  resume(upstream: Upstream): void {
    for (const [uri, held] of this.#held) this.#take(uri, held, upstream);
  }

  #add(uri: string, upstream: Upstream): Held {
    if (this.#held.size >= mostHeld) throw new Error(`More than ${mostHeld} resources of one service cannot be followed.`);
    const held: Held = { holders: 0, taken: subscribeAt(upstream, uri), hasFailed: false };
    this.#held.set(uri, held);
    noteFailure(held);
    return held;
  }

  #take(uri: string, held: Held, upstream: Upstream): void {
    held.taken = subscribeAt(upstream, uri);
    held.hasFailed = false;
    noteFailure(held);
  }
}

function subscribeAt({ offers }: Upstream, uri: string): Promise<Dispose> {
  return offers?.subscribe(uri) ?? Promise.reject(new Error('This connection does not offer that.'));
}

function noteFailure(held: Held): void {
  const { taken } = held;
  taken.catch(() => {
    if (held.taken === taken) held.hasFailed = true;
  });
}

/** An upstream that ended meanwhile does not matter when a later one took it. */
async function latest(held: Held): Promise<void> {
  for (;;) {
    const { taken } = held;
    try {
      await taken;
      return;
    } catch (error) {
      if (held.taken === taken) throw error;
    }
  }
}
