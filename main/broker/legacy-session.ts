import type { Clock } from '../model/clock.ts';
import { InputRefusedError, type Conversation, type InputRequest, type LogLevel } from '../model/conversation.ts';
import type { Dispose } from '../model/disposable.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { actingMethods, type AgentMethods, type RequestContext } from './agent-methods.ts';
import type { Listener } from './asked-call.ts';
import { answerTime } from './asked-calls.ts';
import { isAnswerTo, isSevereEnough, passedMeta, progressTokenOf, readLogLevel, requireCapability } from './client-conversation.ts';
import { errorMessage, invalidParams, invalidRequest, isRequestId, notification, resultMessage, RpcFailure, toFailure, type Incoming, type Outgoing, type RequestId, type RpcRequest } from './json-rpc.ts';
import { forOlderClients } from './listed-tool.ts';
import type { Reply } from './reply.ts';
import { sessionVersions } from './revisions.ts';
import { instructions, serverCapabilities, serverInfo } from './server-description.ts';
import { withSignsOfLife } from './signs-of-life.ts';
import { mostWatched, type Subscriptions } from './subscriptions.ts';
import type { ListedTool } from './tool-search.ts';

export interface LegacySessionParts {
  readonly methods: AgentMethods;
  readonly subscriptions: Subscriptions;
  readonly clock: Clock;
  readonly version: string;
}

interface OpenQuestion {
  readonly request: InputRequest;
  readonly resolve: (answer: JsonObject) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One client that began with `initialize` (MCP 2025-11-25 and before), over HTTP or over lines. What belongs to no request
 * goes to `outlet`.
 */
export class LegacySession {
  readonly #parts: LegacySessionParts;
  readonly #where: Pick<RequestContext, 'caller' | 'only'>;
  readonly #running = new Map<RequestId, AbortController>();
  readonly #questions = new Map<string, OpenQuestion>();
  readonly #watched = new Map<string, Dispose>();
  readonly #stopWatching: Dispose;
  #capabilities: JsonObject = {};
  #version: string = sessionVersions[0];
  #logLevel: LogLevel | null = null;
  #counter = 0;

  constructor(parts: LegacySessionParts, where: Pick<RequestContext, 'caller' | 'only'>, outlet: { send(message: Outgoing): void }) {
    this.#parts = parts;
    this.#where = where;
    this.#stopWatching = parts.subscriptions.watch(where, (method, params) => {
      if (method !== 'notifications/resources/updated' || this.#isWatched(params['uri'])) outlet.send(notification(method, params));
    });
  }

  /** The revision agreed on. */
  get version(): string {
    return this.#version;
  }

  /** Answers a request through `reply`. Never rejects. */
  async answer(request: RpcRequest, reply: Reply, gone: AbortSignal): Promise<void> {
    const { id, method, params } = request;
    if (this.#running.has(id)) return reply.end(errorMessage(id, { code: invalidRequest, message: 'A request with this id is still being answered.' }));
    const abort = new AbortController();
    const onGone = (): void => abort.abort();
    if (gone.aborted) onGone();
    else gone.addEventListener('abort', onGone, { once: true });
    this.#running.set(id, abort);
    try {
      reply.end(resultMessage(id, await this.#perform(method, params, reply, abort.signal)));
    } catch (error) {
      reply.end(errorMessage(id, toFailure(error).error));
    } finally {
      this.#running.delete(id);
      gone.removeEventListener('abort', onGone);
    }
    return undefined;
  }

  /** Takes what needs no answer: cancellations and the client's answers to questions. */
  take(message: Exclude<Incoming, { kind: 'request' | 'invalid' }>): void {
    if (message.kind === 'response') this.#takeAnswer(message);
    else if (message.method === 'notifications/cancelled') this.#cancel(message.params['requestId']);
  }

  #cancel(id: unknown): void {
    if (isRequestId(id)) this.#running.get(id)?.abort();
  }

  close(): void {
    this.#stopWatching();
    for (const abort of this.#running.values()) abort.abort();
    for (const { reject } of this.#questions.values()) reject(noAnswer());
    this.#questions.clear();
    for (const unwatch of this.#watched.values()) unwatch();
    this.#watched.clear();
  }

  async #perform(method: string, params: JsonObject, reply: Reply, signal: AbortSignal): Promise<JsonObject> {
    switch (method) {
      case 'initialize':
        return this.#initialize(params);
      case 'ping':
        return {};
      case 'logging/setLevel':
        return this.#setLogLevel(params);
      case 'resources/subscribe':
        return this.#watch(params['uri'], signal);
      case 'resources/unsubscribe':
        return this.#unwatch(params['uri']);
      default:
        return forSessions(method, await this.#call(method, params, reply, signal));
    }
  }

  #initialize({ protocolVersion, capabilities }: JsonObject): JsonObject {
    this.#capabilities = isJsonObject(capabilities) ? capabilities : {};
    this.#version = sessionVersions.find((version) => version === protocolVersion) ?? sessionVersions[0];
    return { protocolVersion: this.#version, capabilities: serverCapabilities, serverInfo: serverInfo(this.#parts.version), instructions };
  }

  #setLogLevel({ level }: JsonObject): JsonObject {
    const known = readLogLevel(level);
    if (known === null) throw new RpcFailure({ code: invalidParams, message: 'There is no such log level.' });
    this.#logLevel = known;
    return {};
  }

  async #watch(uri: unknown, signal: AbortSignal): Promise<JsonObject> {
    if (this.#watched.size >= mostWatched) throw new RpcFailure({ code: invalidParams, message: `At most ${mostWatched} resources can be watched at a time.` });
    if (typeof uri !== 'string') throw new RpcFailure({ code: invalidParams, message: '"uri" must be a text.' });
    if (this.#watched.has(uri)) return {};
    const unwatch = await this.#parts.subscriptions.watchResource(uri, { ...this.#where, signal });
    if (signal.aborted) {
      unwatch();
      throw new RpcFailure({ code: invalidRequest, message: 'The request was cancelled.' });
    }
    this.#watched.get(uri)?.();
    this.#watched.set(uri, unwatch);
    return {};
  }

  #unwatch(uri: unknown): JsonObject {
    if (typeof uri !== 'string') return {};
    this.#watched.get(uri)?.();
    this.#watched.delete(uri);
    return {};
  }

  #isWatched(uri: unknown): boolean {
    return typeof uri === 'string' && this.#watched.has(uri);
  }

  async #call(method: string, params: JsonObject, reply: Reply, signal: AbortSignal): Promise<JsonObject> {
    const { _meta, ...own } = params;
    const alive = withSignsOfLife(this.#parts.clock, this.#listener(params, reply));
    const { listener } = alive;
    // What is still asked when the call ends is withdrawn.
    const ended = new AbortController();
    const conversation: Conversation = {
      ...listener,
      log: (message) => isSevereEnough(message, this.#logLevel) && listener.log(message),
      ask: (requests) => this.#ask(requests, reply, AbortSignal.any([signal, ended.signal])),
    };
    try {
      return await this.#parts.methods.handle(method, actingMethods.has(method) ? own : params, { ...this.#where, signal, conversation });
    } finally {
      alive.stop();
      ended.abort();
    }
  }

  #listener(params: JsonObject, reply: Reply): Listener {
    const progressToken = progressTokenOf(params);
    return {
      capabilities: this.#capabilities,
      meta: passedMeta(params),
      logLevel: this.#logLevel,
      wantsProgress: progressToken !== undefined && reply.canSend,
      progress: (progress) => progressToken !== undefined && reply.send(notification('notifications/progress', { ...progress, progressToken })),
      log: (message) => reply.send(notification('notifications/message', message)),
    };
  }

  async #ask(requests: Readonly<Record<string, InputRequest>>, reply: Reply, signal: AbortSignal): Promise<Readonly<Record<string, JsonObject>>> {
    const asked = Object.entries(requests);
    for (const [, request] of asked) requireCapability(request, this.#capabilities);
    return Object.fromEntries(await Promise.all(asked.map(async ([name, request]) => [name, await this.#question(request, reply, signal)] as const)));
  }

  #question(request: InputRequest, reply: Reply, signal: AbortSignal): Promise<JsonObject> {
    if (!reply.canSend || signal.aborted) return Promise.reject(noAnswer());
    this.#counter += 1;
    const id = `countersign-${this.#counter}`;
    const answer = new Promise<JsonObject>((resolve, reject) => this.#questions.set(id, { request, resolve, reject }));
    const withdraw = (): void => {
      this.#questions.get(id)?.reject(noAnswer());
      reply.send(notification('notifications/cancelled', { requestId: id, reason: 'The call this belongs to has ended.' }));
    };
    const stop = this.#parts.clock.after(answerTime, withdraw);
    signal.addEventListener('abort', withdraw, { once: true });
    const { method, params } = request;
    reply.send({ jsonrpc: '2.0', id, method, params });
    return answer.finally(() => {
      stop();
      signal.removeEventListener('abort', withdraw);
      this.#questions.delete(id);
    });
  }

  #takeAnswer({ id, result, error }: Incoming & { readonly kind: 'response' }): void {
    const open = this.#questions.get(String(id));
    if (open === undefined) return;
    if (error !== undefined) open.reject(new InputRefusedError(error));
    else if (isAnswerTo(open.request, result)) open.resolve(result);
    else open.reject(new InputRefusedError({ code: invalidParams, message: 'The client’s answer is not what was asked for.' }));
  }
}

function noAnswer(): InputRefusedError {
  return new InputRefusedError({ code: -32_001, message: 'The client of this agent did not answer.' });
}

/** Results as these revisions know them: objects in structured content, and no fields of the newer one. */
function forSessions(method: string, result: JsonObject): JsonObject {
  const { ttlMs: _ttlMs, cacheScope: _cacheScope, resultType: _resultType, ...own } = result;
  const { tools, structuredContent } = own;
  // `AgentMethods` lists `ListedTool`s.
  if (method === 'tools/list' && Array.isArray(tools)) return { ...own, tools: tools.map((tool: ListedTool) => forOlderClients(tool)) };
  if (method !== 'tools/call' || structuredContent === undefined || isJsonObject(structuredContent)) return own;
  return { ...own, structuredContent: { result: structuredContent } };
}
