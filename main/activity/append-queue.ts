import { ActivityUnavailable, type AppendedEvent } from './activity.ts';
import type { ActivityEvent, ChainPoint } from './event.ts';

/** The most events that share one transaction. */
const longestBatch = 256;
/** Milliseconds that an event may wait for another one to share a transaction with. */
const longestRide = 20;

interface Waiting {
  readonly event: ActivityEvent;
  readonly json: string;
  readonly resolve: (point: ChainPoint) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Group commit: what is appended while a transaction runs goes into the next one, all together, in the order of the calls. What
 * need not be durable at once rides along with what must: a transaction of its own would hold up the next one.
 * After one failure nothing is appended any more.
 */
export class AppendQueue {
  readonly #write: (events: readonly string[]) => Promise<readonly ChainPoint[]>;
  readonly #onDurable: (appended: readonly AppendedEvent[]) => void;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #startSoon: NodeJS.Timeout | undefined;
  /** Something waits that cannot wait for more. */
  #isUrgent = false;
  #closed: ActivityUnavailable | undefined;
  #newest: Promise<unknown> = Promise.resolve();

  constructor(write: (events: readonly string[]) => Promise<readonly ChainPoint[]>, onDurable: (appended: readonly AppendedEvent[]) => void) {
    this.#write = write;
    this.#onDurable = onDurable;
  }

  /** Nothing can be appended any more: an earlier append failed, or it was closed. */
  get isStopped(): boolean {
    return this.#closed !== undefined;
  }

  /** `soon`: it may wait for the next event that cannot, up to `longestRide`, and share its transaction. */
  append(event: ActivityEvent, urgency: 'now' | 'soon' = 'now'): Promise<ChainPoint> {
    const appended = new Promise<ChainPoint>((resolve, reject) => {
      if (this.#closed) return reject(this.#closed);
      if (!Number.isSafeInteger(event.at)) return reject(new TypeError('An event happens at a whole number of milliseconds.'));
      // Taken as it is now: what the caller changes later is not what happened.
      this.#waiting.push({ event, json: JSON.stringify(event), resolve, reject });
      if (urgency === 'now') this.#startNow();
      else this.#startSoon ??= setTimeout(() => this.#startNow(), longestRide);
      return undefined;
    });
    this.#newest = appended;
    return appended;
  }

  /** Resolves when all that was appended before this call is durable or failed. */
  async settled(): Promise<void> {
    if (this.#waiting.length > 0) this.#startNow();
    await this.#newest.catch(() => undefined);
  }

  /** Nothing is taken any more; resolves when what was taken is durable or failed. */
  async close(reason: ActivityUnavailable): Promise<void> {
    this.#closed ??= reason;
    if (this.#waiting.length > 0) this.#startNow();
    await this.#running;
  }

  #startNow(): void {
    clearTimeout(this.#startSoon);
    this.#startSoon = undefined;
    this.#isUrgent = true;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // The rest of a burst that is appended in one go comes along.
    await Promise.resolve();
    while (this.#isUrgent && this.#waiting.length > 0) {
      this.#isUrgent = this.#waiting.length > longestBatch;
      await this.#commit(this.#waiting.splice(0, longestBatch));
    }
    this.#isUrgent = false;
    this.#running = undefined;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const points = await this.#write(batch.map(({ json }) => json));
      const durable: AppendedEvent[] = [];
      batch.forEach(({ event, resolve }, index) => {
        const point = points[index];
        if (!point) throw new ActivityUnavailable('cannot_write', 'The record answered for fewer events than it was given.');
        durable.push({ ...point, event });
        resolve(point);
      });
      this.#onDurable(durable);
    } catch (error) {
      this.#closed ??= error instanceof ActivityUnavailable ? error : new ActivityUnavailable('cannot_write', String(error));
      for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(this.#closed);
    }
  }
}
