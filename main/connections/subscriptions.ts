import type { Dispose } from '../model/disposable.ts';

/** How one era follows resources. */
export interface Follower {
  /** Rejects when the server does not take it. */
  follow(uri: string): Promise<void>;
  unfollow(uri: string): Promise<void>;
}

interface Held {
  holders: number;
  readonly taken: Promise<void>;
}

const mostHeld = 1000;

/** The server is asked once for each resource, however many want to hear of it, and told when nobody does any more. */
export class Subscriptions {
  readonly #follower: Follower;
  readonly #held = new Map<string, Held>();

  constructor(follower: Follower) {
    this.#follower = follower;
  }

  async subscribe(uri: string): Promise<Dispose> {
    const held = this.#held.get(uri) ?? this.#add(uri);
    held.holders += 1;
    try {
      await held.taken;
    } catch (error) {
      if (this.#held.get(uri) === held) this.#held.delete(uri);
      throw error;
    }
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      held.holders -= 1;
      if (held.holders > 0) return;
      this.#held.delete(uri);
      // A service that goes on telling of it does no harm.
      this.#follower.unfollow(uri).catch(() => undefined);
    };
  }

  #add(uri: string): Held {
    if (this.#held.size >= mostHeld) throw new Error(`More than ${mostHeld} resources of one service cannot be followed.`);
    const held: Held = { holders: 0, taken: this.#follower.follow(uri) };
    this.#held.set(uri, held);
    return held;
  }
}
