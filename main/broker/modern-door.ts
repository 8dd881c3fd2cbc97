import { CLIENT_CAPABILITIES_META_KEY, LOG_LEVEL_META_KEY, PROTOCOL_VERSION_META_KEY, SERVER_INFO_META_KEY } from '@modelcontextprotocol/server';
import canonicalize from 'canonicalize';
import type { AgentId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { silence } from '../model/conversation.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { reachKey } from '../model/reach.ts';
import { actingMethods, type AgentMethods, type RequestContext } from './agent-methods.ts';
import type { Listener } from './asked-call.ts';
import { AskedCalls, type Step } from './asked-calls.ts';
import { isSevereEnough, passedMeta, progressTokenOf, readLogLevel } from './client-conversation.ts';
import { errorMessage, invalidParams, missingCapability, notification, resourceNotFound, resultMessage, RpcFailure, toFailure, unsupportedVersion, type RpcRequest } from './json-rpc.ts';
import type { Reply } from './reply.ts';
import { modernVersion } from './revisions.ts';
import { serverCapabilities, serverInfo, instructions } from './server-description.ts';
import type { Subscriptions } from './subscriptions.ts';
import { withSignsOfLife } from './signs-of-life.ts';

/** Milliseconds a client may use a list again without asking. */
const listTime = 10_000;

type Where = Omit<RequestContext, 'conversation'>;

export interface ModernDoorParts {
  readonly methods: AgentMethods;
  readonly subscriptions: Subscriptions;
  readonly clock: Clock;
  readonly version: string;
}

/** MCP 2026-07-28: every request stands alone and says by itself what its client can do. */
export class ModernDoor {
  readonly #parts: ModernDoorParts;
  readonly #asked: AskedCalls;

  constructor(parts: ModernDoorParts) {
    this.#parts = parts;
    this.#asked = new AskedCalls(parts.clock);
  }

  /** Answers a request. Never rejects. */
  async answer(request: RpcRequest, where: Where, reply: Reply): Promise<void> {
    const { id, method, params } = request;
    try {
      const meta = readMeta(params);
      if (method === 'subscriptions/listen') return await this.#parts.subscriptions.listen(request, where, reply, this.#identity());
      const result = method === 'server/discover' ? this.#discover() : await this.#perform(method, params, meta, where, reply);
      reply.end(resultMessage(id, this.#complete(method, result)));
    } catch (error) {
      const { error: told, status } = forModernClients(toFailure(error));
      reply.end(errorMessage(id, told), status);
    }
  }

  /** Ends what waits for answers of this agent's clients; without one: of all. */
  cutOff(agent?: AgentId): void {
    this.#asked.cutOff(agent);
  }

  async #perform(method: string, params: JsonObject, meta: JsonObject, where: Where, reply: Reply): Promise<JsonObject> {
    const { methods, clock } = this.#parts;
    const listener = listenerFor(params, meta, reply);
    if (!actingMethods.has(method)) return methods.handle(method, params, { ...where, conversation: { ...listener, log: (message) => isSevereEnough(message, listener.logLevel) && listener.log(message), ask: (requests) => silence.ask(requests) } });
    const { inputResponses, requestState, _meta, ...own } = params;
    if (inputResponses !== undefined && !isJsonObject(inputResponses)) throw new RpcFailure({ code: invalidParams, message: '"inputResponses" must be an object.' });
    if (requestState !== undefined && typeof requestState !== 'string') throw new RpcFailure({ code: invalidParams, message: '"requestState" must be a text.' });
    const alive = withSignsOfLife(clock, listener);
    try {
      // Only a retry needs to be told from other calls; the canonical form of a large call takes its time.
      const fingerprint = (): string => fingerprintOf({ method, only: where.only, reach: reachKey(where.caller.reach), params: own });
      const identity = { agent: where.caller.agent, get fingerprint() { return fingerprint(); } };
      const run: Parameters<AskedCalls['step']>[4] = (conversation, signal) => methods.handle(method, own, { ...where, signal, conversation });
      return toResult(await this.#asked.step(identity, alive.listener, { state: requestState, given: inputResponses ?? {} }, where.signal, run));
    } finally {
      alive.stop();
    }
  }

  #discover(): JsonObject {
    return { supportedVersions: [modernVersion], capabilities: serverCapabilities, instructions };
  }

  /** What every result of this revision carries: its type, who answers, and for lists how long they hold. */
  #complete(method: string, result: JsonObject): JsonObject {
    const { _meta, resultType } = result;
    const meta = { ...(isJsonObject(_meta) ? _meta : {}), [SERVER_INFO_META_KEY]: this.#identity() };
    // A service may say how long its resource holds; whom it is for is ours to say: what is seen here is this agent's.
    const { ttlMs } = result;
    const lasts = method === 'server/discover' || method.endsWith('/list') ? listTime : 0;
    const caching = isCacheable(method) && resultType !== 'input_required' ? { ttlMs: typeof ttlMs === 'number' && Number.isSafeInteger(ttlMs) && ttlMs >= 0 ? ttlMs : lasts, cacheScope: 'private' } : {};
    return { ...result, ...caching, resultType: resultType === 'input_required' ? resultType : 'complete', _meta: meta };
  }

  #identity(): JsonObject {
    return serverInfo(this.#parts.version);
  }
}

/**
 * The canonical form (RFC 8785) of all that tells one call from another.
 * @throws {RpcFailure} -32602 when it has none: a number that is not finite, text with half a surrogate pair. Such a call was never let begin.
 */
function fingerprintOf(call: JsonObject): string {
  try {
    return canonicalize(call) ?? '';
  } catch {
    throw new RpcFailure({ code: invalidParams, message: 'The request holds text that is not valid Unicode, or a number that is none, so it is none that waits for an answer. Nothing was done.' });
  }
}

function isCacheable(method: string): boolean {
  return method.endsWith('/list') || method === 'resources/read' || method === 'server/discover';
}

function toResult(step: Step): JsonObject {
  if (step.kind === 'result') return step.result;
  const inputRequests = Object.fromEntries(Object.entries(step.questions).map(([name, { method, params }]) => [name, { method, params }]));
  return { resultType: 'input_required', inputRequests, requestState: step.state };
}

/**
 * The fields every request of this revision must have (2026-07-28, "Request metadata").
 * @throws {RpcFailure} -32602 when one is missing or is none, -32022 for another revision.
 */
function readMeta(params: JsonObject): JsonObject {
  const meta = params['_meta'];
  if (!isJsonObject(meta)) throw new RpcFailure({ code: invalidParams, message: 'Every request needs "_meta" with the protocol version and the client’s capabilities.' }, 400);
  const version = meta[PROTOCOL_VERSION_META_KEY];
  if (typeof version !== 'string') throw new RpcFailure({ code: invalidParams, message: `"_meta" needs "${PROTOCOL_VERSION_META_KEY}".` }, 400);
  if (!isJsonObject(meta[CLIENT_CAPABILITIES_META_KEY])) throw new RpcFailure({ code: invalidParams, message: `"_meta" needs "${CLIENT_CAPABILITIES_META_KEY}".` }, 400);
  if (version !== modernVersion) throw wrongVersion(version);
  return meta;
}

function wrongVersion(requested: string): RpcFailure {
  const message = `The protocol version "${requested.slice(0, 40)}" is not served here.`;
  return new RpcFailure({ code: unsupportedVersion, message, data: { supported: [modernVersion], requested } }, 400);
}

function listenerFor(params: JsonObject, meta: JsonObject, reply: Reply): Listener {
  const capabilities = meta[CLIENT_CAPABILITIES_META_KEY];
  const progressToken = progressTokenOf(params);
  return {
    capabilities: isJsonObject(capabilities) ? capabilities : {},
    meta: passedMeta(params),
    logLevel: readLogLevel(meta[LOG_LEVEL_META_KEY]),
    wantsProgress: progressToken !== undefined && reply.canSend,
    progress: (progress) => progressToken !== undefined && reply.send(notification('notifications/progress', { ...progress, progressToken })),
    log: (message) => reply.send(notification('notifications/message', message)),
  };
}

/** Codes and statuses of this revision: a resource that is not there is an invalid parameter. */
function forModernClients(failure: RpcFailure): RpcFailure {
  const { error, status } = failure;
  if (error.code === resourceNotFound) return new RpcFailure({ ...error, code: invalidParams }, status);
  if (error.code === missingCapability) return new RpcFailure(error, 400);
  return failure;
}
