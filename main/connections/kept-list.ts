import type { Clock } from '../model/clock.ts';

export interface KeptListOptions<T> {
  readonly ask: () => Promise<T>;
  readonly clock: Clock;
  /** Milliseconds a list is taken for new. */
  readonly keepFor: number;
  /** Milliseconds that one question may hold up those who ask for what is there. */
  readonly waitFor: number;
  /** A list came that somebody had to go without. */
  readonly onArrival: () => void;
}

/** A list that a service gives: asked for once by all who want it, kept, and used beyond its time while a new one is asked for. */
export class KeptList<T> {
  readonly #options: KeptListOptions<T>;
  #kept: { readonly value: T; readonly until: number } | undefined;
  #asking: { readonly answer: Promise<T>; readonly since: number } | undefined;
  #isMissed = false;

  constructor(options: KeptListOptions<T>) {
    this.#options = options;
  }

  /** Asks when the list is not new. Rejects when the service does not answer. */
  fresh(): Promise<T> {
    const current = this.#current();
    return current === undefined ? this.#ask() : Promise.resolve(current.value);
  }

  /** What is there at once; when it is old, a new one is asked for meanwhile. */
  known(): { readonly value: T; readonly isNew: boolean } | undefined {
    if (this.#kept === undefined) return undefined;
    const { value } = this.#kept;
    const isNew = this.#current() !== undefined;
    if (!isNew) this.#ask().catch(() => undefined);
    return { value, isNew };
  }

  /** Never rejects. Undefined when the service does not answer; the old list, if there is one, when it does not in time. */
  async offered(): Promise<T | undefined> {
    const current = this.#current();
    if (current !== undefined) return current.value;
    const answer = this.#ask();
    const late = Promise.withResolvers<undefined>();
    const since = this.#asking?.since ?? 0;
    const stop = this.#options.clock.after(Math.max(0, since + this.#options.waitFor - this.#options.clock.now()), () => late.resolve(undefined));
    try {
      const value = await Promise.race([answer, late.promise]);
      if (value !== undefined) return value;
      this.#isMissed = true;
      return this.#kept?.value;
    } catch {
      this.#isMissed = true;
      return undefined;
    } finally {
      stop();
    }
  }

  /** What is being asked for now is not kept either: it may be the list of before. */
  forget(): void {
    this.#kept = undefined;
    this.#asking = undefined;
  }

  #current(): { readonly value: T } | undefined {
    return this.#kept !== undefined && this.#kept.until > this.#options.clock.now() ? this.#kept : undefined;
  }

  #ask(): Promise<T> {
    if (this.#asking !== undefined) return this.#asking.answer;
    const { ask, clock, keepFor, onArrival } = this.#options;
    const asking = { answer: ask(), since: clock.now() };
    this.#asking = asking;
    asking.answer.then(
      (value) => {
        if (this.#asking !== asking) return;
        this.#asking = undefined;
        this.#kept = { value, until: clock.now() + keepFor };
        if (!this.#isMissed) return;
        this.#isMissed = false;
        onArrival();
      },
      () => {
        if (this.#asking === asking) this.#asking = undefined;
      },
    );
    return asking.answer;
  }
}
