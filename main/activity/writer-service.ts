import { systemClock } from '../model/clock.ts';
import type { ChainPoint } from './event.ts';
import { FilingSchedule } from './filing-schedule.ts';
import { ActivityWriter } from './writer.ts';

/** What the writer's thread serves: appends at once, everything else when nobody appends. */
export class WriterService {
  readonly #writer: ActivityWriter;
  readonly #schedule: FilingSchedule;

  /** @throws {ActivityUnavailable} when the file cannot be opened or is newer than this app. */
  constructor(file: string, anchor: ChainPoint | null) {
    this.#writer = new ActivityWriter(file, anchor);
    this.#schedule = new FilingSchedule(this.#writer, { ...systemClock, now: () => performance.now() });
  }

  get head(): ChainPoint {
    return this.#writer.head;
  }

  get isAnchored(): boolean {
    return this.#writer.isAnchored;
  }

  /** See `ActivityWriter.append`. */
  append(events: readonly string[]): readonly ChainPoint[] {
    const points = this.#writer.append(events);
    this.#schedule.appended();
    return points;
  }

  /** Makes searchable what was appended before this call; resolves with the sequence up to which everything is. */
  file(): Promise<number> {
    return this.#schedule.upToDate();
  }

  close(): void {
    this.#schedule.close();
    this.#writer.close();
  }
}
