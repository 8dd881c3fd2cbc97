import type { Message, Status } from '../../preload/contract.ts';
import type { Activity } from '../activity/activity.ts';
import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';

/** Milliseconds between two checks of the record's chain (15 minutes). */
const checkEveryMs = 15 * 60 * 1000;

export type RecordCheck = { readonly ok: true; readonly events: number } | { readonly ok: false; readonly problem: Message };

/** Checks the record's chain at the start and from time to time, and remembers what it found. */
export class RecordWatch {
  readonly #activity: Activity;
  readonly #clock: Clock;
  readonly #changed = new Emitter<void>();
  #state: Status['record'] = { state: 'unchecked', since: null, checkedAt: null };
  #stop: Dispose = () => undefined;
  #isClosed = false;

  constructor(activity: Activity, clock: Clock) {
    this.#activity = activity;
    this.#clock = clock;
  }

  get state(): Status['record'] {
    return this.#state;
  }

  start(): void {
    void this.check().finally(() => {
      if (!this.#isClosed) this.#stop = this.#clock.after(checkEveryMs, () => this.start());
    });
  }

  async check(): Promise<RecordCheck> {
    const found = await this.#activity.verify().catch(() => undefined);
    if (!found) return { ok: false, problem: say('record.problem.unreadable') };
    const checkedAt = this.#clock.now();
    this.#state = found.ok ? { state: 'intact', since: found.since, checkedAt } : { state: 'broken', since: this.#state.since, checkedAt };
    this.#changed.emit();
    return found.ok ? { ok: true, events: found.events } : { ok: false, problem: say('record.problem.broken', { event: found.atSequence, why: found.problem }) };
  }

  onChange(listener: () => void): Dispose {
    return this.#changed.on(listener);
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
  }
}
