import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client';
import { ServiceRefusedError } from '../model/conversation.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';

/** The request left, and no answer to it will come that can be read. */
export class AnswerLostError extends Error {
  override readonly name = 'AnswerLostError';
}

export interface RpcRequest {
  readonly method: string;
  readonly params: JsonObject;
  /** Aborted with an `Error`: the server is told that the request was given up, and the request rejects with that error. */
  readonly signal: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** Asks for progress, and gets the params of it without the token. */
  readonly onProgress?: (params: JsonObject) => void;
}

interface Pending {
  readonly onProgress: RpcRequest['onProgress'];
  settle(outcome: JsonObject | Error): void;
}

export interface RpcChannelOptions {
  readonly isModern: boolean;
  /** Sends a notification with all that the server's era wants in it. */
  notify(method: string, params: JsonObject): Promise<void>;
  /** True: it was taken; everything else goes on to the SDK's client. */
  onNotification(method: string, params: JsonObject): boolean;
}

/** The SDK's client numbers its own requests from 0 and sends no more than a handful. */
const firstId = 1_000_000;
/** Objects and arrays within each other that an answer may have. */
const deepest = 200;

/**
 * Requests of ours beside the SDK's client, over the same transport: answers are handed over as they came, whatever an
 * extension has added to them, and a clock of ours may stand still while a person answers. The client keeps the
 * handshake, subscriptions and what the server asks.
 */
export class RpcChannel {
  readonly #transport: Transport;
  readonly #options: RpcChannelOptions;
  readonly #pending = new Map<number, Pending>();
  #next = firstId;
  #isClosed = false;

  /** `transport` is one that a client is connected over. */
  constructor(transport: Transport, options: RpcChannelOptions) {
    this.#transport = transport;
    this.#options = options;
    const pass = transport.onmessage;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's transports have callbacks, no events
    transport.onmessage = (message, extra) => {
      if (!this.#take(message)) pass?.(message, extra);
    };
  }

  /**
   * Resolves with the result. Rejects with an `ServiceRefusedError`, an `AnswerLostError`, the signal's reason, or what the
   * transport says when it cannot send.
   */
  async request({ method, params, signal, headers, onProgress }: RpcRequest): Promise<JsonObject> {
    if (this.#isClosed) throw new AnswerLostError('The connection is closed.');
    signal.throwIfAborted();
    const id = this.#next;
    this.#next += 1;
    const stream = this.#transport.hasPerRequestStream === true ? new AbortController() : undefined;
    const answer = Promise.withResolvers<JsonObject>();
    const settle = (outcome: JsonObject | Error): void => {
      this.#pending.delete(id);
      signal.removeEventListener('abort', onAbort);
      if (outcome instanceof Error) answer.reject(outcome);
      else answer.resolve(outcome);
    };
    const onAbort = (): void => {
      settle(asError(signal.reason));
      void this.#giveUp(id, stream);
    };
    this.#pending.set(id, { onProgress, settle });
    signal.addEventListener('abort', onAbort, { once: true });
    this.#transport
      .send(
        { jsonrpc: '2.0', id, method, params: withToken(params, onProgress === undefined ? undefined : id) },
        {
          onRequestStreamEnd: () => settle(new AnswerLostError('The stream ended before the answer.')),
          ...(headers === undefined ? {} : { headers }),
          ...(stream === undefined ? {} : { requestSignal: stream.signal }),
        },
      )
      .catch((error: unknown) => settle(asError(error)));
    return answer.promise;
  }

  /** Nothing can be answered any more. */
  close(): void {
    this.#isClosed = true;
    for (const pending of this.#pending.values()) pending.settle(new AnswerLostError('The connection was closed.'));
  }

  /**
   * Cancellation (MCP, Utilities): where every request has a stream of its own, 2026-07-28 ends that; else a notification
   * says so. The stream of an older server is let go only after it was told: an end of it alone means nothing there.
   */
  async #giveUp(id: number, stream: AbortController | undefined): Promise<void> {
    if (!this.#options.isModern || stream === undefined) {
      await this.#options.notify('notifications/cancelled', { requestId: id, reason: 'The request was given up.' }).catch(() => undefined);
    }
    stream?.abort();
  }

  #take(message: JSONRPCMessage): boolean {
    if ('method' in message) {
      if ('id' in message) return false;
      // What the transport read is JSON; the SDK's type for params is an open object.
      const params = (message.params ?? {}) as JsonObject;
      return message.method === 'notifications/progress' ? this.#progress(params) : this.#options.onNotification(message.method, params);
    }
    const { id } = message;
    if (typeof id !== 'number' || id < firstId) return false;
    // One that nobody waits for (given up, answered twice) is dropped.
    this.#pending.get(id)?.settle(readAnswer(message));
    return true;
  }

  #progress({ progressToken, ...params }: JsonObject): true {
    if (typeof progressToken === 'number') this.#pending.get(progressToken)?.onProgress?.(params);
    return true;
  }
}

function withToken(params: JsonObject, token: number | undefined): Record<string, JsonValue> {
  if (token === undefined) return { ...params };
  const meta = params['_meta'];
  return { ...params, _meta: { ...(isJsonObject(meta) ? meta : {}), progressToken: token } };
}

function readAnswer(message: JSONRPCMessage): JsonObject | Error {
  // What the transport read is JSON.
  const { result, error } = message as { readonly result?: JsonValue; readonly error?: JsonValue };
  if (isDeeperThan(error ?? result, deepest)) return new AnswerLostError('The answer cannot be read.');
  if (isJsonObject(error)) return readError(error);
  return isJsonObject(result) ? result : new AnswerLostError('The answer cannot be read.');
}

function readError(error: JsonObject): Error {
  const { code, message, data } = error;
  if (typeof code !== 'number' || !Number.isSafeInteger(code)) return new AnswerLostError('The answer cannot be read.');
  return new ServiceRefusedError({ code, message: typeof message === 'string' ? message : '', ...(data === undefined ? {} : { data }) });
}

function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (limit === 0) return true;
  for (const inner of Object.values(value)) if (isDeeperThan(inner, limit - 1)) return true;
  return false;
}

export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
