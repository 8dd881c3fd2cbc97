import type { AgentId } from '../../preload/contract.ts';
import { logLevels, type Conversation, type LogLevel } from '../model/conversation.ts';
import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import type { JsonObject } from '../model/json.ts';
import type { CallClock } from './call-clock.ts';
import { RateLimit } from './rate-limit.ts';

/** A call that the service works on, or may still be working on. */
export interface CallInFlight {
  readonly agent: AgentId;
  readonly conversation: Conversation;
  readonly clock: CallClock;
  /** Aborted when the call has ended. */
  readonly over: AbortSignal;
  /** When it last asked something that is not answered yet; null: nothing is open. Milliseconds since the Unix epoch. */
  askedAt: number | null;
}

/** The calls that a message may belong to: all of one agent. `likeliest` is the one it is taken to be of. */
export interface Attribution {
  readonly likeliest: CallInFlight;
  readonly all: readonly CallInFlight[];
}

/** Milliseconds in which a call that has asked something may ask more at the same time. */
const asksTogether = 50;
/** Milliseconds that a service may go on with a call that was given up. */
const lingersFor = 60_000;
/** Log messages a second that are passed on. */
const mostLogs = 100;

/**
 * Whose call a message of the service belongs to. Over a connection that several agents share nothing says so: it is
 * known only while every call in flight is of one and the same agent. A call that was given up counts for a minute more,
 * because the service may not have noticed. Among one agent's calls the newest that is not waiting for an answer already
 * is the likeliest; all of them are that agent's to hear.
 */
export class CallsInFlight {
  readonly #clock: Clock;
  readonly #calls = new Set<CallInFlight>();
  readonly #lingering = new Map<AgentId, { count: number }>();
  readonly #timers = new Set<Dispose>();
  readonly #logs: RateLimit;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#logs = new RateLimit(clock, mostLogs);
  }

  /** The disposer says that the call has ended; `isAnswered` false: it was given up, and the service may still work on it. */
  add(agent: AgentId, conversation: Conversation, clock: CallClock): (isAnswered: boolean) => void {
    const over = new AbortController();
    const call: CallInFlight = { agent, conversation, clock, over: over.signal, askedAt: null };
    this.#calls.add(call);
    return (isAnswered) => {
      this.#calls.delete(call);
      over.abort();
      if (!isAnswered) this.#linger(agent);
    };
  }

  /** Undefined when nothing is in flight, or calls of several agents are (or were given up lately). */
  attribute(): Attribution | undefined {
    const all = [...this.#calls];
    const newest = all.at(-1);
    if (newest === undefined) return undefined;
    const { agent } = newest;
    if (all.some((other) => other.agent !== agent)) return undefined;
    for (const other of this.#lingering.keys()) if (other !== agent) return undefined;
    const now = this.#clock.now();
    const likeliest = all.findLast(({ askedAt }) => askedAt === null || now - askedAt <= asksTogether) ?? newest;
    return { likeliest, all };
  }

  /** That call has asked something; the disposer says that it is answered. */
  asked(call: CallInFlight): Dispose {
    const at = this.#clock.now();
    call.askedAt = at;
    return () => {
      if (call.askedAt === at) call.askedAt = null;
    };
  }

  /** Passes a log message (the params of `notifications/message`) on to whoever it belongs to and wants it; at most 100 a second. */
  log(params: JsonObject): void {
    const level = logLevels.find((name) => name === params['level']);
    const wanted = this.attribute()?.likeliest.conversation;
    if (level === undefined || wanted === undefined || wanted.logLevel === null || severity(level) < severity(wanted.logLevel)) return;
    if (this.#logs.take()) wanted.log(params);
  }

  close(): void {
    for (const stop of this.#timers) stop();
    this.#timers.clear();
    this.#lingering.clear();
  }

  #linger(agent: AgentId): void {
    const lingering = this.#lingering.get(agent) ?? { count: 0 };
    lingering.count += 1;
    this.#lingering.set(agent, lingering);
    const stop = this.#clock.after(lingersFor, () => {
      this.#timers.delete(stop);
      lingering.count -= 1;
      if (lingering.count === 0) this.#lingering.delete(agent);
    });
    this.#timers.add(stop);
  }
}

/** 0 is the least severe. */
export function severity(level: LogLevel): number {
  return logLevels.indexOf(level);
}
