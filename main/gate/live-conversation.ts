import type { Clock } from '../model/clock.ts';
import { InputRefusedError, silence, type Conversation, type InputRequest, type LogLevel } from '../model/conversation.ts';
import type { JsonObject } from '../model/json.ts';

/** Milliseconds a service's question to the agent's client stays open (one hour). */
export const longestQuestionMs = 60 * 60_000;

/** The keys of `_meta` that follow a request through systems and mean nothing to what is done (W3C Trace Context). */
const traceKeys = ['traceparent', 'tracestate'] as const;

type Answers = Readonly<Record<string, JsonObject>>;

interface Listener {
  readonly conversation: Conversation;
  /** Rejects once its client is gone. */
  readonly gone: PromiseWithResolvers<never>;
}

/** Somebody who waits for the action. */
export interface Joined {
  /** It no longer waits. `isGone`: it cannot answer any more what it was asked. */
  leave(isGone: boolean): void;
}

export interface LiveConversationParts {
  readonly clock: Clock;
  /** False while nothing may pass between the service and the agent: paused, or its access was taken away. */
  readonly isOpen: () => boolean;
  readonly scrubJson: <T extends JsonObject>(value: T) => T;
}

function refusal(message: string): InputRefusedError {
  return new InputRefusedError({ code: -32_001, message });
}

/**
 * What a service hears and says while it does one action: with whoever asked for the action last and still waits, and with
 * nobody once it was cut off or has ended. What the service says is scrubbed; what it asks while nothing may pass is refused.
 */
export class LiveConversation implements Conversation {
  readonly #parts: LiveConversationParts;
  readonly #listeners: Listener[] = [];
  /** A person approved this action by what its card shows, and the rest of `_meta` is not on it. */
  isMetaHeldBack = false;
  #openQuestions = 0;
  #onQuestion: ((isOpen: boolean) => void) | undefined;
  #isClosed = false;
  #closed: PromiseWithResolvers<never> | undefined;

  constructor(parts: LiveConversationParts) {
    this.#parts = parts;
  }

  get capabilities(): JsonObject {
    return this.#current.capabilities;
  }

  get meta(): JsonObject {
    const { meta } = this.#current;
    if (!this.isMetaHeldBack) return meta;
    return Object.fromEntries(traceKeys.flatMap((key) => (typeof meta[key] === 'string' ? [[key, meta[key]]] : [])));
  }

  get logLevel(): LogLevel | null {
    return this.#current.logLevel;
  }

  get wantsProgress(): boolean {
    return this.#current.wantsProgress;
  }

  progress(params: JsonObject): void {
    if (this.#mayPass) this.#current.progress(this.#parts.scrubJson(params));
  }

  log(params: JsonObject): void {
    if (this.#mayPass) this.#current.log(this.#parts.scrubJson(params));
  }

  async ask(requests: Readonly<Record<string, InputRequest>>): Promise<Answers> {
    if (!this.#mayPass) throw refusal('Nothing passes to this client now.');
    const { clock, scrubJson } = this.#parts;
    const listener = this.#listeners.at(-1);
    if (!listener) return silence.ask(requests);
    this.#closed ??= rejectable();
    const tooLong = rejectable();
    const stopTimer = clock.after(longestQuestionMs, () => tooLong.reject(refusal('Nobody answered in time.')));
    this.#count(1);
    try {
      const scrubbed = Object.fromEntries(Object.entries(requests).map(([key, { method, params }]) => [key, { method, params: scrubJson(params) }]));
      const answers = await Promise.race([listener.conversation.ask(scrubbed), listener.gone.promise, this.#closed.promise, tooLong.promise]);
      if (!this.#mayPass) throw refusal('Nothing passes from this client now.');
      return answers;
    } finally {
      stopTimer();
      this.#count(-1);
    }
  }

  /** From now on that one is spoken with, until it leaves or somebody newer comes. */
  join(conversation: Conversation): Joined {
    const listener: Listener = { conversation, gone: rejectable() };
    this.#listeners.push(listener);
    return {
      leave: (isGone) => {
        const index = this.#listeners.indexOf(listener);
        if (index !== -1) this.#listeners.splice(index, 1);
        if (isGone) listener.gone.reject(refusal('The client that was asked is gone.'));
      },
    };
  }

  /** Calls back when the first question is put and when the last one is answered; null: no longer. */
  whenAsking(listener: ((isOpen: boolean) => void) | null): void {
    this.#onQuestion = listener ?? undefined;
  }

  /** Nothing passes any more; open questions are refused at once. */
  close(): void {
    this.#isClosed = true;
    this.#closed?.reject(refusal('The request was cut off.'));
  }

  get #current(): Conversation {
    return this.#listeners.at(-1)?.conversation ?? silence;
  }

  get #mayPass(): boolean {
    return !this.#isClosed && this.#parts.isOpen();
  }

  #count(change: 1 | -1): void {
    const wasOpen = this.#openQuestions > 0;
    this.#openQuestions += change;
    const isOpen = this.#openQuestions > 0;
    if (wasOpen !== isOpen) this.#onQuestion?.(isOpen);
  }
}

/** A promise that only ever rejects, and that nobody has to wait for. */
function rejectable(): PromiseWithResolvers<never> {
  const made = Promise.withResolvers<never>();
  made.promise.catch(() => undefined);
  return made;
}
