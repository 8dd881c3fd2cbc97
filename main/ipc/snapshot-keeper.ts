import type { EventPayload, Snapshot } from '../../preload/contract.ts';
import { isDeepStrictEqual } from 'node:util';
import { Emitter, type Dispose } from '../model/disposable.ts';
import type { Clock } from '../model/clock.ts';

/** Milliseconds in which changes are gathered into one push. */
const gatherMs = 25;

/**
 * Keeps the snapshot fresh and tells which slices changed. A snapshot that was given out is never older than a patch that
 * was sent before it.
 */
export class SnapshotKeeper {
  readonly #take: () => Promise<Snapshot>;
  readonly #clock: Clock;
  readonly #report: (problem: string) => void;
  readonly #patches = new Emitter<EventPayload<'patch'>>();
  readonly #fresh = new Emitter<Snapshot>();
  #latest: Snapshot | undefined;
  #revision = 0;
  #running: Promise<void> | undefined;
  #isDirty = true;
  #stopTimer: Dispose | undefined;

  constructor(take: () => Promise<Snapshot>, clock: Clock, report: (problem: string) => void) {
    this.#take = take;
    this.#clock = clock;
    this.#report = report;
  }

  /** Something changed; what exactly is found out by looking. */
  touch(): void {
    this.#isDirty = true;
    this.#stopTimer ??= this.#clock.after(gatherMs, () => {
      this.#stopTimer = undefined;
      this.#refresh().catch((error: unknown) => this.#report(`The screen could not be brought up to date: ${String(error)}`));
    });
  }

  async get(): Promise<Snapshot> {
    await this.#refresh();
    if (!this.#latest) throw new Error('There is no snapshot.');
    return this.#latest;
  }

  onPatch(listener: (patch: EventPayload<'patch'>) => void): Dispose {
    return this.#patches.on(listener);
  }

  /** Each new snapshot, for the tray. */
  onFresh(listener: (snapshot: Snapshot) => void): Dispose {
    return this.#fresh.on(listener);
  }

  close(): void {
    this.#stopTimer?.();
  }

  /** One at a time; a change during a run makes another one. */
  async #refresh(): Promise<void> {
    while (this.#isDirty || this.#running) {
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined;
      });
      await this.#running;
    }
  }

  async #run(): Promise<void> {
    this.#isDirty = false;
    const next = await this.#take();
    const previous = this.#latest;
    this.#latest = next;
    const changed = Object.entries(next).filter(([key, slice]) => !isDeepStrictEqual(slice, previous?.[key as keyof Snapshot]));
    if (changed.length === 0) return;
    this.#revision += 1;
    this.#fresh.emit(next);
    if (previous) this.#patches.emit({ revision: this.#revision, slices: Object.fromEntries(changed) });
  }
}
