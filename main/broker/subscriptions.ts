import { SERVER_INFO_META_KEY, SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server';
import type { ConnectionId } from '../../preload/contract.ts';
import { silence } from '../model/conversation.ts';
import type { Dispose } from '../model/disposable.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import type { UpstreamChange } from '../model/upstream.ts';
import type { AgentMethods, RequestContext } from './agent-methods.ts';
import type { Catalog } from './catalog.ts';
import { invalidParams, notification, resultMessage, RpcFailure, type RequestId, type RpcRequest } from './json-rpc.ts';
import { exposedUri } from './names.ts';
import type { Reply } from './reply.ts';

type Where = Pick<RequestContext, 'caller' | 'only'>;

/** Resources one client may watch at a time. */
export const mostWatched = 200;

interface Watcher {
  readonly where: Where;
  readonly tell: (method: string, params: JsonObject) => void;
}

/** Tells clients of both eras what has changed, each only of what it may use. */
export class Subscriptions {
  readonly #catalog: Catalog;
  readonly #methods: AgentMethods;
  readonly #watchers = new Set<Watcher>();
  readonly #listening = new Set<() => void>();
  readonly #stop: Dispose;

  constructor(catalog: Catalog, methods: AgentMethods) {
    this.#catalog = catalog;
    this.#methods = methods;
    this.#stop = catalog.onChange((connection, change) => this.#tell(connection, change));
  }

  /** Calls back with each `list_changed` notification, and with `resources/updated` of what it watches. */
  watch(where: Where, tell: Watcher['tell']): Dispose {
    const watcher: Watcher = { where, tell };
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Asks the service to tell of a resource. Rejects with an `RpcFailure`. */
  async watchResource(uri: unknown, where: Where & Pick<RequestContext, 'signal'>): Promise<Dispose> {
    const { connection, uri: own } = await this.#methods.watch(uri, { ...where, conversation: silence });
    try {
      return await this.#catalog.subscribe(where.caller.agent, connection, own);
    } catch (error) {
      if (error instanceof RpcFailure) throw error;
      throw new RpcFailure({ code: invalidParams, message: 'The service does not tell when this resource changes, or cannot be reached.' });
    }
  }

  /** `subscriptions/listen` (MCP 2026-07-28): lasts until the client goes away or the app stops. */
  async listen({ id, params }: RpcRequest, where: Where & Pick<RequestContext, 'signal'>, reply: Reply, server: JsonObject): Promise<void> {
    const wanted = readFilter(params['notifications']);
    if (!reply.canSend) throw new RpcFailure({ code: invalidParams, message: 'Subscriptions need a client that takes an event stream.' });
    const watched = new Map<string, Dispose>();
    for (const uri of wanted.resourceSubscriptions) {
      if (where.signal.aborted) break;
      // What cannot be watched is left out of what is acknowledged.
      const stop = await this.watchResource(uri, where).catch(() => undefined);
      if (stop !== undefined) watched.set(uri, stop);
    }
    const honored = honoredFilter(wanted, [...watched.keys()]);
    reply.send(tagged(id, 'notifications/subscriptions/acknowledged', { notifications: honored }));
    const end = Promise.withResolvers<undefined>();
    const stop = (): void => end.resolve(undefined);
    this.#listening.add(stop);
    where.signal.addEventListener('abort', stop, { once: true });
    const stopWatching = this.watch(where, (method, told) => {
      if (wanted.methods.has(method) || (typeof told['uri'] === 'string' && watched.has(told['uri']))) reply.send(tagged(id, method, told));
    });
    if (where.signal.aborted || Object.keys(honored).length === 0) stop();
    await end.promise;
    stopWatching();
    this.#listening.delete(stop);
    where.signal.removeEventListener('abort', stop);
    for (const unwatch of watched.values()) unwatch();
    if (!where.signal.aborted) reply.end(resultMessage(id, { resultType: 'complete', _meta: { [SUBSCRIPTION_ID_META_KEY]: id, [SERVER_INFO_META_KEY]: server } }));
  }

  close(): void {
    this.#stop();
    for (const stop of this.#listening) stop();
    this.#watchers.clear();
  }

  #tell(connection: ConnectionId | null, change: UpstreamChange): void {
    for (const { where, tell } of this.#watchers) {
      if (connection !== null && !this.#methods.connections(where).includes(connection)) continue;
      if (change.kind !== 'resource') tell(`notifications/${change.kind}/list_changed`, {});
      else if (connection !== null) tell('notifications/resources/updated', { uri: where.only === null ? exposedUri(connection, change.uri) : change.uri });
    }
  }
}

const listFields = { toolsListChanged: 'tools', promptsListChanged: 'prompts', resourcesListChanged: 'resources' } as const;

interface Filter {
  /** The notifications about lists that are wanted, by method. */
  readonly methods: ReadonlySet<string>;
  readonly lists: readonly (keyof typeof listFields)[];
  readonly resourceSubscriptions: readonly string[];
}

function readFilter(value: unknown): Filter {
  const wrong = new RpcFailure({ code: invalidParams, message: '"notifications" must say what to be told of: toolsListChanged, promptsListChanged, resourcesListChanged, resourceSubscriptions.' });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong;
  // An object made by `JSON.parse`.
  const filter = value as JsonObject;
  const { resourceSubscriptions = [] } = filter;
  if (!Array.isArray(resourceSubscriptions) || resourceSubscriptions.length > mostWatched) throw wrong;
  const uris = resourceSubscriptions.map((uri: unknown) => {
    if (typeof uri !== 'string') throw wrong;
    return uri;
  });
  const lists = (Object.keys(listFields) as (keyof typeof listFields)[]).filter((field) => filter[field] === true);
  return { lists, methods: new Set(lists.map((field) => `notifications/${listFields[field]}/list_changed`)), resourceSubscriptions: [...new Set(uris)] };
}

function honoredFilter({ lists }: Filter, uris: readonly string[]): JsonObject {
  return { ...Object.fromEntries(lists.map((field) => [field, true])), ...(uris.length === 0 ? {} : { resourceSubscriptions: uris }) };
}

function tagged(id: RequestId, method: string, params: JsonObject): JsonObject {
  const meta = params['_meta'];
  return notification(method, { ...params, _meta: { ...(isJsonObject(meta) ? meta : {}), [SUBSCRIPTION_ID_META_KEY]: id } });
}
