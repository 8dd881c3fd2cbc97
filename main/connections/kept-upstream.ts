import type { ActionProfile } from '../model/action.ts';
import type { Dispose } from '../model/disposable.ts';
import type { Upstream, UpstreamAnswer, UpstreamCall, UpstreamChange, UpstreamOffers, UpstreamTool } from '../model/upstream.ts';
import { CallQueue, type CallLimits } from './call-queue.ts';
import { ConnectionProblem } from './connection.ts';
import { keptOffers } from './kept-offers.ts';
import { UpstreamLife, type UpstreamLifeOptions } from './upstream-life.ts';

const busy = { kind: 'failed', text: 'The service is busy: too many calls are waiting for it. Nothing was sent. Try again later.' } as const;
const cancelled = { kind: 'failed', text: 'It was cancelled before it was sent.' } as const;
const broken = { kind: 'unknown', text: 'The connection to the service broke. It may or may not have been done.' } as const;

/**
 * One connection's upstream for those who use it: it opens itself when it is used, takes a bounded number of calls at
 * once and in order, and answers each call with a value.
 */
export class KeptUpstream implements Upstream {
  readonly life: UpstreamLife;
  readonly offers: UpstreamOffers;
  readonly #queue: CallQueue;

  constructor(options: UpstreamLifeOptions & { readonly limits: CallLimits }) {
    this.life = new UpstreamLife(options);
    this.#queue = new CallQueue(options.limits);
    this.offers = keptOffers({
      using: (work) => this.life.using(work),
      call: (call, work) => this.#call(call, work),
      queued: (signal, work) => this.#queued(signal, work),
      hold: (uri) => this.life.subscribe(uri),
    });
  }

  listTools(): Promise<readonly UpstreamTool[]> {
    return this.life.listTools();
  }

  callTool(call: UpstreamCall): Promise<UpstreamAnswer> {
    return this.#call(call, (upstream) => upstream.callTool(call));
  }

  /** Also while it is closed: our own descriptions do not depend on the connection being open. */
  profile(name: string): ActionProfile | undefined {
    return this.life.last?.profile(name);
  }

  onChange(listener: (change: UpstreamChange) => void): Dispose {
    return this.life.onChange(listener);
  }

  close(): Promise<void> {
    return this.life.close();
  }

  async #call(call: UpstreamCall, work: (upstream: Upstream) => Promise<UpstreamAnswer>): Promise<UpstreamAnswer> {
    const turn = await this.#queue.take(call.signal, () => this.#send(call, work));
    switch (turn.kind) {
      case 'done':
        return turn.value;
      case 'full':
        return busy;
      case 'aborted':
        return cancelled;
    }
  }

  async #send({ signal }: UpstreamCall, work: (upstream: Upstream) => Promise<UpstreamAnswer>): Promise<UpstreamAnswer> {
    let isBegun = false;
    try {
      return await this.life.using<UpstreamAnswer>((upstream) => {
        if (signal.aborted) return Promise.resolve(cancelled);
        isBegun = true;
        return work(upstream);
      }, signal);
    } catch (error) {
      if (isBegun) return broken;
      if (signal.aborted) return cancelled;
      return { kind: 'failed', text: error instanceof ConnectionProblem ? error.message : 'The service could not be reached. Nothing was sent.' };
    }
  }

  async #queued<T>(signal: AbortSignal, work: (upstream: Upstream) => Promise<T>): Promise<T> {
    const turn = await this.#queue.take(signal, () => this.life.using(work, signal));
    if (turn.kind === 'done') return turn.value;
    throw new Error(turn.kind === 'full' ? busy.text : cancelled.text);
  }
}
