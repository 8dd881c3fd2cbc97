import type { HelperPlan, Usage } from '../protocol.ts';
import type { LimitName } from '../run-plan.ts';
import { usageOf } from './process-tree.ts';

/** Milliseconds between two looks. */
const interval = 100;
/** Looks between two reports to the app. */
const looksPerReport = 10;

/** Looks at a whole run again and again, and ends it when it is past a limit. Time spent frozen does not count. */
export class Watchdog {
  /** The limit that ended it. */
  passed: Exclude<LimitName, 'output'> | null = null;
  last: Usage = { processes: 0, memory: 0, processor: 0, diskWritten: 0 };
  readonly #root: number;
  readonly #limits: HelperPlan['limits'];
  readonly #kill: () => void;
  readonly #report: (usage: Usage) => void;
  readonly #timer: NodeJS.Timeout;
  #looks = 0;
  #lived = 0;
  #lookedAt = performance.now();
  #isPaused = false;

  constructor(root: number, limits: HelperPlan['limits'], kill: () => void, report: (usage: Usage) => void) {
    this.#root = root;
    this.#limits = limits;
    this.#kill = kill;
    this.#report = report;
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
    if (!this.#isPaused) this.#lived += now - this.#lookedAt;
    this.#lookedAt = now;
    if (process.platform === 'linux') this.#measure();
    const passed = this.#passedLimit();
    if (passed === null || this.passed !== null) return;
    this.passed = passed;
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
