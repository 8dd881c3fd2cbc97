import type { EventPayload, Snapshot } from '../../preload/contract.ts';
import { isDeepStrictEqual } from 'node:util';
import { Emitter, type Dispose } from '../model/disposable.ts';
import type { Clock } from '../model/clock.ts';

/** Milliseconds in which changes are gathered into one push. */
const gatherMs = 25;
/** Milliseconds between two pushes of what may wait. */
const laterMs = 1000;

/** Where the snapshot comes from. */
export interface SnapshotSource {
  /** Asks anew for what cannot be had at once. It may take its time: no question to the person waits for it. */
  refresh(): Promise<void>;
  /** The snapshot as far as it is known. A slice that did not change is the same object as before. */
  take(): Snapshot;
}

/** `now`: a person may be waiting for it. `later`: figures that grow with every call of an agent. */
export type Urgency = 'now' | 'later';

/**
 * Keeps the snapshot fresh and tells which slices changed. A snapshot that was given out is never older than a patch that
 * was sent before it. However often it is touched, it looks at most every 25 ms, and for what may wait once a second.
 */
export class SnapshotKeeper {
  readonly #source: SnapshotSource;
  readonly #clock: Clock;
  readonly #report: (problem: string) => void;
  readonly #patches = new Emitter<EventPayload<'patch'>>();
  readonly #fresh = new Emitter<Snapshot>();
  readonly #timers = new Map<Urgency, Dispose>();
  #latest: Snapshot | undefined;
  #revision = 0;
  #lastLater = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(source: SnapshotSource, clock: Clock, report: (problem: string) => void) {
    this.#source = source;
    this.#clock = clock;
    this.#report = report;
  }

  /** Something changed; what exactly is found out by looking. */
  touch(urgency: Urgency = 'now'): void {
    if (this.#isClosed || this.#timers.has(urgency)) return;
    const rest = urgency === 'now' ? 0 : this.#lastLater + laterMs - this.#clock.elapsed();
    const timer = this.#clock.after(Math.max(gatherMs, rest), () => {
      this.#timers.delete(urgency);
      if (urgency === 'now') this.#attempt();
      else void this.#lookLater();
    });
    this.#timers.set(urgency, timer);
  }

  /** As it is now, with everything that was to be asked for. */
  async get(): Promise<Snapshot> {
    await this.#refresh();
    return this.#push();
  }

  onPatch(listener: (patch: EventPayload<'patch'>) => void): Dispose {
    return this.#patches.on(listener);
  }

  /** Each new snapshot, for the tray. */
  onFresh(listener: (snapshot: Snapshot) => void): Dispose {
    return this.#fresh.on(listener);
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#timers.values()) stop();
  }

  async #lookLater(): Promise<void> {
    this.#lastLater = this.#clock.elapsed();
    await this.#refresh();
    if (!this.#isClosed) this.#attempt();
  }

  /** What cannot be asked for now stays as it was; the rest must still reach the person. */
  async #refresh(): Promise<void> {
    try {
      await this.#source.refresh();
    } catch (error) {
      if (!this.#isClosed) this.#tell(error);
    }
  }

  #attempt(): void {
    try {
      this.#push();
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    this.#report(`The screen could not be brought up to date: ${String(error)}`);
  }

  #push(): Snapshot {
    const next = this.#source.take();
    const previous = this.#latest;
    this.#latest = next;
    const changed = Object.entries(next).filter(([key, slice]) => !isDeepStrictEqual(slice, previous?.[key as keyof Snapshot]));
    if (changed.length === 0) return next;
    this.#revision += 1;
    this.#fresh.emit(next);
    if (previous) this.#patches.emit({ revision: this.#revision, slices: Object.fromEntries(changed) });
    return next;
  }
}
