import type { HelperPlan, Usage } from '../protocol.ts';
import type { LimitName } from '../run-plan.ts';
import { usageOf } from './process-tree.ts';

/** Milliseconds between two looks. */
const interval = 100;
/** Milliseconds of waiting for answers that do not count, in the whole life of a run: people need longer than programs. */
const longestWait = 600_000;
/** Looks between two reports to the app. */
const looksPerReport = 10;

/** Looks at a whole run again and again, and ends it when it is past a limit. Time spent frozen does not count, nor some in which it waits for an answer. */
export class Watchdog {
  /** The limit that ended it. */
  passed: Exclude<LimitName, 'output'> | null = null;
  last: Usage = { processes: 0, memory: 0, processor: 0, diskWritten: 0 };
  readonly #root: number;
  readonly #limits: HelperPlan['limits'];
  readonly #kill: () => void;
  readonly #report: (usage: Usage) => void;
  readonly #isWaiting: () => boolean;
  readonly #timer: NodeJS.Timeout;
  #looks = 0;
  #lived = 0;
  #waited = 0;
  #lookedAt = performance.now();
  #isPaused = false;

  /** `isWaiting`: somebody is being asked about one of its connections at this moment. */
  constructor(root: number, limits: HelperPlan['limits'], kill: () => void, report: (usage: Usage) => void, isWaiting: () => boolean) {
    this.#root = root;
    this.#limits = limits;
    this.#kill = kill;
    this.#report = report;
    this.#isWaiting = isWaiting;
    this.#timer = setInterval(() => this.#look(), interval);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
  }

  #look(): void {
    const now = performance.now();
    const passed = now - this.#lookedAt;
    if (!this.#isPaused && this.#isWaiting() && this.#waited < longestWait) this.#waited += passed;
    else if (!this.#isPaused) this.#lived += passed;
    this.#lookedAt = now;
    if (process.platform === 'linux') this.#measure();
    const limit = this.#passedLimit();
    if (limit === null || this.passed !== null) return;
    this.passed = limit;
    this.#kill();
  }

  #measure(): void {
    const usage = usageOf(this.#root);
    // What ended takes its figures along, unless its parent has waited for it.
    this.last = { ...usage, processor: Math.max(usage.processor, this.last.processor), diskWritten: Math.max(usage.diskWritten, this.last.diskWritten) };
    this.#looks += 1;
    if (this.#looks % looksPerReport === 0) this.#report(this.last);
  }

  #passedLimit(): Watchdog['passed'] {
    const { time, memory, processes, diskWritten } = this.#limits;
    if (time !== null && this.#lived > time) return 'time';
    if (this.last.memory > memory) return 'memory';
    if (this.last.processes > processes) return 'processes';
    if (this.last.diskWritten > diskWritten) return 'disk';
    return null;
  }
}
