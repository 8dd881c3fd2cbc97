import type { ActionId, AgentId, Digest } from '../../preload/contract.ts';
import type { ActionAnswer, EndReason, Facts, FrozenAction } from '../model/action.ts';
import type { Clock } from '../model/clock.ts';
import { silence, type Conversation } from '../model/conversation.ts';

/** Why an action is not done (any more). */
export interface Refusal {
  readonly reason: EndReason;
  /** One more sentence for the agent; scrubbed. */
  readonly detail: string | null;
}

/** An action that is on its way through the gate. */
export class LiveAction {
  readonly action: FrozenAction;
  readonly facts: Facts;
  /** What its connection led to when it was described. */
  readonly target: string;
  /** What was described and decided; what is done must still have it. */
  readonly digest: Digest;
  readonly abort = new AbortController();
  progress: 'waiting' | 'held' | 'doing' = 'doing';
  expiresAt: number;
  /** Where a service's questions go while it is done; whoever asked last. */
  conversation: Conversation = silence;
  /** Requests that are waiting for the answer right now. */
  callers = 0;
  /** True once it is in the outbox: its answer is kept until the agent fetched it. */
  isKept = false;
  /** The person is asked, or was: a rule that says ask does not stand in its way. */
  isAsked = false;
  /** The person said yes, or nobody had to: the agent going away no longer takes it back. */
  isApproved = false;
  /** It may have left. From here on it cannot be stopped, only cut off. */
  hasBegun = false;
  answer!: Promise<ActionAnswer>;
  #stopped: Refusal | undefined;
  #onStop: (() => void) | undefined;

  constructor(action: FrozenAction, facts: Facts, target: string) {
    this.action = action;
    this.facts = facts;
    this.target = target;
    this.digest = action.digest;
    this.expiresAt = action.requestedAt;
  }

  get id(): ActionId {
    return this.action.id;
  }

  get agent(): AgentId {
    return this.action.agent;
  }

  /** Set once somebody stopped it, for good. */
  get stopped(): Refusal | undefined {
    return this.#stopped;
  }

  /** Stops it wherever it is, unless it has begun; the first reason counts. False: too late. */
  stop(reason: EndReason, detail: string | null = null): boolean {
    if (this.hasBegun) return false;
    this.#stopped ??= { reason, detail };
    this.#onStop?.();
    return true;
  }

  /** The agent gave up on it. */
  withdraw(): void {
    if (!this.isApproved) this.stop('withdrawn_by_agent');
  }

  /** Calls back when it is stopped, or now when it was already; null: no longer. */
  whenStopped(listener: (() => void) | null): void {
    this.#onStop = listener ?? undefined;
    if (this.#stopped) listener?.();
  }

  /** Resolves after that time, or as soon as it is stopped. */
  async waitOut(milliseconds: number, clock: Clock): Promise<void> {
    const over = Promise.withResolvers<undefined>();
    const stopTimer = clock.after(milliseconds, () => over.resolve(undefined));
    this.whenStopped(() => over.resolve(undefined));
    await over.promise;
    stopTimer();
    this.whenStopped(null);
  }
}

/** Resolves with the answer, or with `undefined` once that much time has passed or the signal aborted. */
export function answerWithin(live: LiveAction, milliseconds: number, clock: Clock, signal: AbortSignal): Promise<ActionAnswer | undefined> {
  return new Promise((resolve, reject) => {
    let isWaiting = true;
    const leave = (): void => {
      if (!isWaiting) return;
      isWaiting = false;
      stopTimer();
      signal.removeEventListener('abort', onAbort);
      live.callers -= 1;
    };
    const onAbort = (): void => {
      leave();
      resolve(undefined);
    };
    const stopTimer = clock.after(milliseconds, () => {
      leave();
      resolve(undefined);
    });
    live.callers += 1;
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    live.answer.then(
      (answer) => {
        leave();
        resolve(answer);
      },
      (error: unknown) => {
        leave();
        reject(error);
      },
    );
  });
}
