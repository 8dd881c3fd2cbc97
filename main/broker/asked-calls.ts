import { randomBytes } from 'node:crypto';
import type { AgentId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import type { Conversation } from '../model/conversation.ts';
import type { Dispose } from '../model/disposable.ts';
import type { JsonObject } from '../model/json.ts';
import { AskedCall, type CallIdentity, type Listener, type Questions } from './asked-call.ts';
import { invalidParams, RpcFailure } from './json-rpc.ts';

/** Milliseconds an agent's client has to answer a service's question; then the call is cut off. */
export const answerTime = 10 * 60_000;
/** Calls of one agent that may wait for its client's answers: clients may leave a question alone. Then the oldest is given up. */
export const mostAsked = 32;

export type Step =
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'questions'; readonly questions: Questions; readonly state: string };

/** Calls of the 2026-07-28 protocol, which may end a request with a question and go on with the next. */
export class AskedCalls {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, { readonly call: AskedCall; readonly stop: Dispose }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Begins a call, or goes on with the one that `state` names. `given`: responses that came with the request.
   * Rejects with an `RpcFailure`: -32602 for a state that is not of this call, or what `run` rejected with.
   */
  async step(
    identity: CallIdentity,
    listener: Listener,
    retry: { readonly state: string | undefined; readonly given: JsonObject },
    signal: AbortSignal,
    run: (conversation: Conversation, signal: AbortSignal) => Promise<JsonObject>,
  ): Promise<Step> {
    const call = retry.state === undefined ? this.#begin(identity, listener, retry.given, run) : this.#goOn(identity, retry.state, listener);
    if (retry.state !== undefined && !call.answer(retry.given) && !call.isOver) return this.#ask(call);
    const onAbort = (): void => call.cutOff();
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    try {
      // Nobody would hear a question of a call that was cut off.
      if ((await call.next()) === 'asked' && !call.abort.signal.aborted) return this.#ask(call);
      return { kind: 'result', result: await call.outcome };
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Ends what waits for answers of this agent's clients; without one: of all. */
  cutOff(agent?: AgentId): void {
    for (const [state, { call }] of this.#waiting) if (agent === undefined || call.identity.agent === agent) this.#giveUp(state);
  }

  #giveUp(state: string): void {
    const waiting = this.#waiting.get(state);
    this.#waiting.delete(state);
    waiting?.stop();
    waiting?.call.cutOff();
  }

  #begin(identity: CallIdentity, listener: Listener, given: JsonObject, run: (conversation: Conversation, signal: AbortSignal) => Promise<JsonObject>): AskedCall {
    const call = new AskedCall(identity, listener, given, this.#clock);
    call.start(run(call, call.abort.signal));
    return call;
  }

  #goOn({ agent, fingerprint }: CallIdentity, state: string, listener: Listener): AskedCall {
    const waiting = this.#waiting.get(state);
    if (waiting === undefined || waiting.call.identity.agent !== agent || waiting.call.identity.fingerprint !== fingerprint) {
      throw new RpcFailure({ code: invalidParams, message: '"requestState" is not of this request, or it was answered before. Nothing was done by this request. Send it anew, without a state.' });
    }
    this.#waiting.delete(state);
    waiting.stop();
    waiting.call.listener = listener;
    return waiting.call;
  }

  #ask(call: AskedCall): Step {
    const { agent } = call.identity;
    const own = [...this.#waiting].filter(([, waiting]) => waiting.call.identity.agent === agent);
    for (const [oldest] of own.slice(0, Math.max(0, own.length + 1 - mostAsked))) this.#giveUp(oldest);
    const state = randomBytes(32).toString('base64url');
    const stop = this.#clock.after(answerTime, () => this.#giveUp(state));
    this.#waiting.set(state, { call, stop });
    call.listener = silentAs(call.listener);
    return { kind: 'questions', questions: call.questions(), state };
  }
}

/** Between two requests nobody listens; what the client can do stays as it said. */
function silentAs(listener: Listener): Listener {
  return { ...listener, progress: nothing, log: nothing };
}

function nothing(): void {}
