import { lstat, rm, rmdir } from 'node:fs/promises';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { Emitter, type Dispose } from '../model/disposable.ts';
import type { HelperProcess } from './helper-process.ts';
import { nobodyAllowed, type NetworkAttempt, type NetworkDecider } from './network.ts';
import type { FromHelper, Usage } from './protocol.ts';
import type { LimitName, RunLimits } from './run-plan.ts';

/** How a run ended. `limit`: it used up more than it may, and was ended for it. `isLost`: its helper died, and the run with it. */
export interface RunEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly limit: LimitName | null;
  readonly isStopped: boolean;
  readonly isLost: boolean;
  readonly usage: Usage;
}

/** Violations that are kept for the first listener. */
const mostUntold = 200;

export const noUsage: Usage = { processes: 0, memory: 0, processor: 0, diskWritten: 0 };

/** A run that was started. Its streams may be read until they end, which they do with it. */
export class Run {
  readonly input: Writable;
  readonly output: Readable;
  readonly error: Readable;
  readonly end: Promise<RunEnd>;
  readonly #helper: HelperProcess;
  readonly #limits: RunLimits;
  readonly #network: NetworkDecider | null;
  readonly #violations = new Emitter<string>();
  /** Violations from before anybody listened: a short run may be over by then. Null once somebody does. */
  #untold: string[] | null = [];
  readonly #figures = new Emitter<Usage>();
  readonly #frozen: PromiseWithResolvers<boolean>[] = [];
  #usage = noUsage;
  #bytes = 0;
  #isStopped = false;
  #isOutputOver = false;
  #last: (FromHelper & { type: 'ended' }) | undefined;

  /** `leftovers`: empty files and folders in the writable folders that the helper takes away, or this if it cannot. */
  constructor(helper: HelperProcess, limits: RunLimits, network: NetworkDecider | null, leftovers: readonly string[]) {
    this.#helper = helper;
    this.#limits = limits;
    this.#network = network;
    this.input = helper.input;
    this.output = this.#capped(helper.output);
    this.error = this.#capped(helper.error);
    this.end = helper.gone.then(async () => {
      for (const answer of this.#frozen.splice(0)) answer.resolve(false);
      if (this.#last === undefined) await removeLeftovers(leftovers);
      return this.#readEnd();
    });
  }

  get usage(): Usage {
    return this.#usage;
  }

  /** One line for each thing it tried and was refused, in the sandbox's words. */
  onViolation(listener: (line: string) => void): Dispose {
    const stop = this.#violations.on(listener);
    const untold = this.#untold ?? [];
    this.#untold = null;
    for (const line of untold) this.#violations.emit(line);
    return stop;
  }

  /** About once a second. */
  onUsage(listener: (usage: Usage) => void): Dispose {
    return this.#figures.on(listener);
  }

  /** Ends it and everything it started. Resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#helper.send({ type: 'stop' });
    await this.end;
  }

  /** At once, without a word to the helper: for the moment the app itself ends. */
  kill(): void {
    this.#isStopped = true;
    this.#helper.kill();
  }

  /** Stops all its processes where they are, or lets them go on. False when it could not be done, or the run is over. */
  async freeze(isFrozen: boolean): Promise<boolean> {
    const answer = Promise.withResolvers<boolean>();
    this.#frozen.push(answer);
    this.#helper.send({ type: isFrozen ? 'freeze' : 'thaw' });
    return (await Promise.race([answer.promise, this.end.then(() => !isFrozen)])) === isFrozen;
  }

  /** What the helper says while the run lives. */
  take(message: FromHelper): void {
    switch (message.type) {
      case 'attempt':
        void this.#decide(message.id, message.attempt);
        return;
      case 'violation':
        if (this.#untold === null) return this.#violations.emit(message.line);
        if (this.#untold.length < mostUntold) this.#untold.push(message.line);
        return;
      case 'found':
        return this.#network?.foundInContent?.(message.host, message.mark);
      case 'usage':
        this.#usage = message.usage;
        return this.#figures.emit(message.usage);
      case 'frozen':
        return this.#frozen.shift()?.resolve(message.isFrozen);
      case 'ended':
        this.#last = message;
        this.#usage = message.usage;
        return;
      case 'checked':
      case 'started':
      case 'failed':
    }
  }

  async #decide(id: number, attempt: NetworkAttempt): Promise<void> {
    let decision = nobodyAllowed;
    try {
      decision = this.#isStopped ? nobodyAllowed : ((await this.#network?.decide(attempt)) ?? nobodyAllowed);
    } catch {
      // Who cannot answer has not allowed it.
    }
    if (decision.effect === 'deny') return this.#helper.send({ type: 'decision', id, decision });
    const { removeHeaders, setHeaders, target, conceal } = decision;
    this.#helper.send({
      type: 'decision',
      id,
      decision: {
        effect: 'allow',
        ...(removeHeaders === undefined ? {} : { removeHeaders: [...removeHeaders] }),
        ...(setHeaders === undefined ? {} : { setHeaders: setHeaders.map(([name, value]): [string, string] => [name, value]) }),
        ...(target === undefined ? {} : { target }),
        ...(conceal === undefined ? {} : { conceal: conceal.map(([secret, shown]): [string, string] => [secret, shown]) }),
      },
    });
  }

  /** Both streams together are cut at the limit, and the run is ended there. */
  #capped(source: Readable): Readable {
    const passed = new PassThrough();
    source.on('data', (chunk: Buffer) => {
      const rest = Math.max(0, this.#limits.output - this.#bytes);
      this.#bytes += chunk.length;
      if (rest > 0 && !passed.write(chunk.subarray(0, rest))) {
        source.pause();
        passed.once('drain', () => source.resume());
      }
      if (chunk.length <= rest || this.#isOutputOver) return;
      this.#isOutputOver = true;
      this.#helper.send({ type: 'stop' });
    });
    source.once('close', () => passed.end());
    source.on('error', () => passed.end());
    return passed;
  }

  #readEnd(): RunEnd {
    const { code = null, signal = null, limit = null, usage = this.#usage } = this.#last ?? {};
    return { code, signal, limit: this.#isOutputOver ? 'output' : limit, isStopped: this.#isStopped, isLost: this.#last === undefined && !this.#isStopped, usage };
  }
}

/** Removes what is still as the sandbox made it: empty. */
async function removeLeftovers(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const stats = await lstat(path).catch(() => undefined);
    if (stats?.isFile() === true && stats.size === 0) await rm(path, { force: true });
    if (stats?.isDirectory() === true) await rmdir(path).catch(() => undefined);
  }
}
