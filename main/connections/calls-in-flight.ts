import { logLevels, type Conversation, type LogLevel } from '../model/conversation.ts';
import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import type { JsonObject } from '../model/json.ts';
import type { CallClock } from './call-clock.ts';
import { RateLimit } from './rate-limit.ts';

/** A call that the service works on, or may still be working on. */
export interface CallInFlight {
  readonly conversation: Conversation;
  readonly clock: CallClock;
  /** Aborted when the call has ended. */
  readonly over: AbortSignal;
}

/** Milliseconds that a service may go on with a call that was given up. */
const lingersFor = 60_000;
/** Log messages a second that are passed on. */
const mostLogs = 100;

/**
 * Whose call a message of the service belongs to. Over a connection that several agents share nothing says so: it is
 * known only while every call in flight comes from one and the same conversation. A call that was given up counts for a
 * minute more, because the service may not have noticed.
 */
export class CallsInFlight {
  readonly #clock: Clock;
  readonly #calls = new Set<CallInFlight>();
  readonly #lingering = new Map<Conversation, { count: number }>();
  readonly #timers = new Set<Dispose>();
  readonly #logs: RateLimit;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#logs = new RateLimit(clock, mostLogs);
  }

  /** The disposer says that the call has ended; `isAnswered` false: it was given up, and the service may still work on it. */
  add(conversation: Conversation, clock: CallClock): (isAnswered: boolean) => void {
    const over = new AbortController();
    const call: CallInFlight = { conversation, clock, over: over.signal };
    this.#calls.add(call);
    return (isAnswered) => {
      this.#calls.delete(call);
      over.abort();
      if (!isAnswered) this.#linger(conversation);
    };
  }

  /** The calls, when all of them (and those given up lately) are of one conversation; else none. */
  ofOne(): readonly [CallInFlight, ...CallInFlight[]] | undefined {
    const [first, ...others] = this.#calls;
    if (first === undefined) return undefined;
    const { conversation } = first;
    if (others.some((other) => other.conversation !== conversation)) return undefined;
    for (const other of this.#lingering.keys()) if (other !== conversation) return undefined;
    return [first, ...others];
  }

  /** Passes a log message (the params of `notifications/message`) on to whoever it belongs to and wants it; at most 100 a second. */
  log(params: JsonObject): void {
    const level = logLevels.find((name) => name === params['level']);
    const wanted = this.ofOne()?.[0].conversation;
    if (level === undefined || wanted === undefined || wanted.logLevel === null || severity(level) < severity(wanted.logLevel)) return;
    if (this.#logs.take()) wanted.log(params);
  }

  close(): void {
    for (const stop of this.#timers) stop();
    this.#timers.clear();
    this.#lingering.clear();
  }

  #linger(conversation: Conversation): void {
    const lingering = this.#lingering.get(conversation) ?? { count: 0 };
    lingering.count += 1;
    this.#lingering.set(conversation, lingering);
    const stop = this.#clock.after(lingersFor, () => {
      this.#timers.delete(stop);
      lingering.count -= 1;
      if (lingering.count === 0) this.#lingering.delete(conversation);
    });
    this.#timers.add(stop);
  }
}

/** 0 is the least severe. */
export function severity(level: LogLevel): number {
  return logLevels.indexOf(level);
}
