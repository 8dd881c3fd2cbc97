import { InputRefusedError, ServiceRefusedError, type Conversation } from '../model/conversation.ts';
import type { Dispose } from '../model/disposable.ts';
import type { JsonObject } from '../model/json.ts';
import type { UpstreamAnswer, UpstreamCall } from '../model/upstream.ts';
import { CallClock } from './call-clock.ts';
import { CancelledError, explainFailure, isSessionGone, TooLateError, UnanswerableError } from './call-outcome.ts';
import type { CallsInFlight } from './calls-in-flight.ts';
import type { McpUpstreamOptions } from './mcp-options.ts';
import { isNothingSent } from './nothing-sent-error.ts';
import { RateLimit } from './rate-limit.ts';
import { metaFor, withMeta, type Introduction } from './request-meta.ts';
import { AnswerLostError, type RpcChannel } from './rpc-channel.ts';
import { answerInputRequests } from './server-questions.ts';

export interface CallRunnerParts {
  readonly channel: RpcChannel;
  readonly calls: CallsInFlight;
  /** Undefined: the server speaks 2025-11-25 or before. */
  readonly introduction: Introduction | undefined;
  readonly options: Pick<McpUpstreamOptions, 'callTimeout' | 'clock' | 'connectTimeout' | 'longestCall'>;
}

export interface Run {
  readonly answer: UpstreamAnswer;
  /** The server does not know the session any more. */
  readonly isSessionGone: boolean;
}

/** Times that a service may ask something back within one call. */
const mostRounds = 10;
/** Milliseconds before a call is sent again to a server that asked for nothing but that. */
const pace = 250;
/** Progress notifications a second that are passed on. */
const mostProgress = 100;

/** What each result must have as a list. */
const contents: Readonly<Record<string, string>> = { 'tools/call': 'content', 'prompts/get': 'messages', 'resources/read': 'contents' };

/** Makes one call of an agent at a service: its clock, its progress, and what the service asks back meanwhile. */
export class CallRunner {
  readonly #parts: CallRunnerParts;

  constructor(parts: CallRunnerParts) {
    this.#parts = parts;
  }

  async run(method: string, call: UpstreamCall, params: JsonObject, headers?: Readonly<Record<string, string>>): Promise<Run> {
    const { calls, options } = this.#parts;
    if (call.signal.aborted) return { answer: { kind: 'failed', text: 'It was cancelled before it was sent.' }, isSessionGone: false };
    const given = new AbortController();
    const cancel = (): void => given.abort(new CancelledError('It was cancelled.'));
    call.signal.addEventListener('abort', cancel, { once: true });
    const clock = this.#startClock(given, options.callTimeout, options.longestCall);
    const end = calls.add(call.agent, call.conversation, clock);
    let isAnswered = true;
    try {
      const result = await this.#rounds(method, call.conversation, params, headers, clock, given.signal);
      return { answer: { kind: 'result', result: readable(method, result) }, isSessionGone: false };
    } catch (error) {
      isAnswered = isAnswer(error);
      return { answer: explainFailure(error), isSessionGone: isSessionGone(error) };
    } finally {
      clock.stop();
      end(isAnswered);
      call.signal.removeEventListener('abort', cancel);
    }
  }

  /** A small request that belongs to no action, within `connectTimeout`. Rejects like `RpcChannel.request`. */
  async ask(method: string, params: JsonObject, signal?: AbortSignal): Promise<JsonObject> {
    const { channel, introduction, options } = this.#parts;
    const given = new AbortController();
    const cancel = (): void => given.abort(new CancelledError('It was cancelled.'));
    if (signal?.aborted === true) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    const clock = this.#startClock(given, options.connectTimeout, options.connectTimeout);
    try {
      const result = await channel.request({ method, params, signal: given.signal });
      if (introduction !== undefined && isUnfinished(result)) throw new UnanswerableError('The service asks something back that cannot be answered here.');
      return withoutType(result);
    } finally {
      clock.stop();
      signal?.removeEventListener('abort', cancel);
    }
  }

  #startClock(given: AbortController, limit: number, longest: number): CallClock {
    return new CallClock({ clock: this.#parts.options.clock, limit, longest, onEnd: () => given.abort(new TooLateError('The service did not answer in time.')) });
  }

  /** Sends it, and again with the answers for as long as the server asks for input (specification 2026-07-28, Multi Round-Trip Requests). */
  async #rounds(
    method: string,
    conversation: Conversation,
    params: JsonObject,
    headers: Readonly<Record<string, string>> | undefined,
    clock: CallClock,
    signal: AbortSignal,
  ): Promise<JsonObject> {
    const { channel, introduction } = this.#parts;
    const meta = metaFor(introduction, conversation);
    const onProgress = this.#progress(conversation, clock);
    let again: JsonObject = {};
    for (let round = 0; round <= mostRounds; round += 1) {
      const result = await channel.request({
        method,
        params: withMeta({ ...params, ...again }, meta),
        signal,
        ...(headers === undefined ? {} : { headers }),
        ...(onProgress === undefined ? {} : { onProgress }),
      });
      if (introduction === undefined || !isUnfinished(result)) return withoutType(result);
      again = await this.#answer(result, conversation, clock, signal);
    }
    throw new UnanswerableError('The service asks again and again.');
  }

  async #answer(result: JsonObject, conversation: Conversation, clock: CallClock, signal: AbortSignal): Promise<JsonObject> {
    const { resultType, inputRequests, requestState } = result;
    if (resultType !== 'input_required') throw new UnanswerableError('The service answers with what is not known here.');
    const state: JsonObject = typeof requestState === 'string' ? { requestState } : {};
    const resume = clock.pause();
    const cut = cutOffBy(signal);
    try {
      const inputResponses = await Promise.race([answerInputRequests(inputRequests, conversation), cut.rejection]);
      if (inputResponses !== undefined) return { ...state, inputResponses };
      if (typeof requestState !== 'string') throw new UnanswerableError('The service asks for nothing.');
      await Promise.race([this.#wait(pace), cut.rejection]);
      return state;
    } finally {
      cut.release();
      resume();
    }
  }

  #progress(conversation: Conversation, clock: CallClock): ((params: JsonObject) => void) | undefined {
    if (!conversation.wantsProgress) return undefined;
    const rate = new RateLimit(this.#parts.options.clock, mostProgress);
    return (params) => {
      clock.restart();
      if (rate.take()) conversation.progress(params);
    };
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.options.clock.after(milliseconds, resolve);
    });
  }
}

/** Whether the server has ended its work on it, as far as an error can say. */
function isAnswer(error: unknown): boolean {
  return error instanceof ServiceRefusedError || error instanceof InputRefusedError || error instanceof UnanswerableError || isNothingSent(error);
}

/** Anything but a result that says it is complete, or comes from a server that knows no other. */
function isUnfinished({ resultType }: JsonObject): boolean {
  return resultType !== undefined && resultType !== 'complete';
}

/** The type is about the way of the answer, which ends here. */
function withoutType(result: JsonObject): JsonObject {
  if (result['resultType'] === undefined) return result;
  const { resultType: _, ...others } = result;
  return others;
}

/** Some servers leave the content of an empty result out. */
function readable(method: string, result: JsonObject): JsonObject {
  const key = contents[method];
  if (key === undefined || Array.isArray(result[key])) return result;
  if (result[key] !== undefined) throw new AnswerLostError('The answer cannot be read.');
  return { ...result, [key]: [] };
}

function cutOffBy(signal: AbortSignal): { readonly rejection: Promise<never>; readonly release: Dispose } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  promise.catch(() => undefined);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return { rejection: promise, release: () => signal.removeEventListener('abort', onAbort) };
}
