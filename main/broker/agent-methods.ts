import { actionId, type AgentId, type ConnectionId } from '../../preload/contract.ts';
import type { Gate } from '../gate/gate.ts';
import type { Conversation } from '../model/conversation.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { reachesConnection, reachesEffect, reachKey } from '../model/reach.ts';
import type { Caller, Catalog, CatalogItem, CatalogTool } from './catalog.ts';
import { depthLimit, isDeeperThan } from './json-depth.ts';
import { invalidParams, methodNotFound, resourceNotFound, RpcFailure } from './json-rpc.ts';
import { hasOutputSchema, listedTool, waitTool } from './listed-tool.ts';
import { exposedBlock, exposedName, exposedUri, readExposedName, readExposedUri, withExposedUri, withExposedUris } from './names.ts';
import { checkParamHeaders } from './param-headers.ts';
import { failure, toPlainResult, toToolResult, waitToolName } from './tool-result.ts';
import { callToolName, findToolsName, readSearch, searchFor, searchResult, searchTools, type ListedTool } from './tool-search.ts';

/** One request of an agent, in whichever era it came. */
export interface RequestContext {
  readonly caller: Caller;
  /** `/mcp/CONNECTION` shows that one connection with its own names; null: `/mcp` shows all, with ours. */
  readonly only: ConnectionId | null;
  /** Aborted when the client cancels or goes away. */
  readonly signal: AbortSignal;
  readonly conversation: Conversation;
  /** A header of the HTTP request; absent where there are none, or none are checked. */
  readonly header?: (name: string) => string | undefined;
}

export interface AgentMethodsParts {
  readonly gate: Gate;
  readonly catalog: Catalog;
  /** `search`: this agent is shown a search tool and a call tool in place of all others. */
  readonly toolMode: (agent: AgentId) => 'all' | 'search';
}

type Method = (params: JsonObject, context: RequestContext) => Promise<JsonObject>;

/** What an agent attempts with these goes through the gate, may wait for a person and may be asked something back. */
export const actingMethods: ReadonlySet<string> = new Set(['tools/call', 'resources/read', 'prompts/get']);

/** What is counted against an agent's calls a minute; looking around is free. */
export const countedMethods: ReadonlySet<string> = new Set([...actingMethods, 'completion/complete', 'resources/subscribe', 'subscriptions/listen']);

const mostHashedNames = 10_000;

/** MCP's requests that mean the same in both eras; everything an agent calls goes through the gate. */
export class AgentMethods {
  readonly #parts: AgentMethodsParts;
  readonly #methods: Readonly<Record<string, Method>>;
  readonly #hashedNames = new Map<string, { readonly connection: ConnectionId; readonly name: string }>();
  readonly #lists = new WeakMap<readonly CatalogTool[], Map<string, readonly ListedTool[]>>();

  constructor(parts: AgentMethodsParts) {
    this.#parts = parts;
    this.#methods = {
      'tools/list': async (_params, context) => ({ tools: await this.#listTools(context) }),
      'tools/call': (params, context) => this.#callTool(params, context),
      'resources/list': (_params, context) => this.#list('resources', context),
      'resources/templates/list': (_params, context) => this.#list('resourceTemplates', context),
      'resources/read': (params, context) => this.#readResource(params, context),
      'prompts/list': (_params, context) => this.#list('prompts', context),
      'prompts/get': (params, context) => this.#getPrompt(params, context),
      'completion/complete': (params, context) => this.#complete(params, context),
    };
  }

  has(method: string): boolean {
    return Object.hasOwn(this.#methods, method);
  }

  /** Rejects with an `RpcFailure`, or with another error that is a bug. */
  async handle(method: string, params: JsonObject, context: RequestContext): Promise<JsonObject> {
    const handler = this.has(method) ? this.#methods[method] : undefined;
    if (handler === undefined) throw new RpcFailure({ code: methodNotFound, message: `There is no method "${method.slice(0, 80)}" here.` }, 404);
    return handler(params, context);
  }

  /** Whose resource that is, and its own URI. */
  resourceOf(uri: unknown, { caller, only }: Pick<RequestContext, 'caller' | 'only'>): { readonly connection: ConnectionId; readonly uri: string } {
    if (typeof uri !== 'string') throw new RpcFailure({ code: invalidParams, message: '"uri" must be a text.' });
    const found = only === null ? readExposedUri(uri) : { connection: only, uri };
    // What the token does not reach is refused by the gate, which records the attempt.
    if (found !== undefined && this.#ofAgent({ caller, only }).includes(found.connection)) return found;
    throw new RpcFailure({ code: resourceNotFound, message: 'There is no such resource here. List the resources again.', data: { uri } });
  }

  /** What this caller may use here: its own connections, its token's, and this endpoint's. */
  connections({ caller, only }: Pick<RequestContext, 'caller' | 'only'>): readonly ConnectionId[] {
    return this.#ofAgent({ caller, only }).filter((id) => reachesConnection(caller.reach, id));
  }

  /** What the agent may use here with a token that reaches all of it. */
  #ofAgent({ caller, only }: Pick<RequestContext, 'caller' | 'only'>): readonly ConnectionId[] {
    return this.#parts.catalog.connections(caller.agent).filter((id) => only === null || only === id);
  }

  /** Rejects with an `RpcFailure` when the rules, a person or the service do not let this agent watch that resource. */
  async watch(uri: unknown, context: RequestContext): Promise<{ readonly connection: ConnectionId; readonly uri: string }> {
    const place = this.resourceOf(uri, context);
    const { caller, signal, conversation } = context;
    toPlainResult(await this.#parts.gate.perform({ kind: 'watchResource', agent: caller.agent, reach: caller.reach, connection: place.connection, name: place.uri, arguments: {}, signal, conversation }));
    return place;
  }

  // -------------------------------------------------------------------- tools

  async #listTools(context: RequestContext): Promise<readonly ListedTool[]> {
    if (this.#parts.toolMode(context.caller.agent) === 'search') return [...searchTools, waitTool];
    return [...(await this.#visibleTools(context)), waitTool];
  }

  /** The same list object for the same catalog, so that what is derived from it can be kept. */
  async #visibleTools(context: RequestContext): Promise<readonly ListedTool[]> {
    const { caller, only } = context;
    const tools = await this.#parts.catalog.listTools(caller.agent, only ?? undefined);
    const scope = `${only ?? ''} ${reachKey(caller.reach)}`;
    const known = this.#lists.get(tools) ?? new Map<string, readonly ListedTool[]>();
    const kept = known.get(scope);
    if (kept !== undefined) return kept;
    const usable = new Set(this.connections(context));
    const seen = new Set<string>([waitToolName]);
    const listed: ListedTool[] = [];
    for (const { connection, name, tool, effect, isHidden } of tools) {
      const exposed = only === null ? exposedName(connection, name) : name;
      // The first of two with one name stays.
      if (isHidden || !usable.has(connection) || !reachesEffect(caller.reach, connection, effect) || seen.has(exposed)) continue;
      seen.add(exposed);
      listed.push(listedTool(exposed, tool));
    }
    this.#lists.set(tools, known.set(scope, listed));
    return listed;
  }

  async #callTool(params: JsonObject, context: RequestContext): Promise<JsonObject> {
    const { name, arguments: args = {} } = params;
    if (typeof name !== 'string') throw new RpcFailure({ code: invalidParams, message: '"name" must be the name of a tool.' });
    if (!isJsonObject(args)) throw new RpcFailure({ code: invalidParams, message: '"arguments" must be an object.' });
    if (name === waitToolName) return this.#wait(args, context);
    if (this.#parts.toolMode(context.caller.agent) === 'search') {
      if (name === findToolsName) return this.#findTools(args, context);
      if (name === callToolName) {
        // Its own schema wants no argument in a header.
        const { header: _header, ...within } = context;
        return this.#callTool({ name: args['name'] ?? '', ...(args['arguments'] === undefined ? {} : { arguments: args['arguments'] }) }, within);
      }
    }
    if (isDeeperThan(args, depthLimit)) {
      return failure(`The arguments are nested deeper than ${depthLimit} levels. Nothing was done.`, { outcome: 'rejected', reason: 'invalid_arguments' });
    }
    const found = await this.#findTool(name, context);
    const { signal, conversation, caller, only } = context;
    const { connection } = found;
    if (context.header !== undefined) checkParamHeaders(found.tool, args, context.header);
    const answer = await this.#parts.gate.perform({ kind: 'invokeTool', agent: caller.agent, reach: caller.reach, connection, name: found.name, arguments: args, signal, conversation });
    const result = toToolResult(answer, hasOutputSchema(found.tool));
    return only === null ? withContent(result, withExposedUris(connection, result['content'])) : result;
  }

  async #findTools(args: JsonObject, context: RequestContext): Promise<JsonObject> {
    const search = readSearch(args);
    if (search === undefined) return failure('"query" must be a text of at most 500 characters, "limit" a whole number from 1 to 50.', { outcome: 'rejected', reason: 'invalid_arguments' });
    return searchResult(searchFor(search, await this.#visibleTools(context)));
  }

  async #wait(args: JsonObject, { caller, signal, conversation }: RequestContext): Promise<JsonObject> {
    const action = actionId.safeParse(args['action']);
    if (!action.success) return failure('"action" must be the action id from a waiting answer. Nothing was done.', { outcome: 'rejected', reason: 'invalid_arguments' });
    const answer = await this.#parts.gate.wait(caller.agent, action.data, signal, conversation, caller.reach);
    if (answer === undefined) {
      return failure('There is no such action of yours, or its result was already given. Nothing was done by this call.', { outcome: 'rejected', reason: 'unknown_action' });
    }
    return toToolResult(answer, false);
  }

  async #findTool(name: string, context: RequestContext): Promise<CatalogTool> {
    const { agent } = context.caller;
    const place = await this.#placeOf(name, context, async (connection) => (await this.#parts.catalog.listTools(agent, connection)).map((tool) => tool.name));
    const found = place && (await this.#parts.catalog.findTool(agent, place.connection, place.name));
    if (found !== undefined) return found;
    throw new RpcFailure({ code: invalidParams, message: `There is no tool "${name.slice(0, 80)}" here. Nothing was done. List the tools again.` });
  }

  /** The connection and own name behind the name an agent uses. `namesOf` is asked only for names that were cut. */
  async #placeOf(name: string, context: RequestContext, namesOf: (connection: ConnectionId) => Promise<readonly string[]>): Promise<{ readonly connection: ConnectionId; readonly name: string } | undefined> {
    const connections = this.#ofAgent(context);
    const { only } = context;
    if (only !== null) return connections.includes(only) ? { connection: only, name } : undefined;
    const read = readExposedName(name, connections);
    if (read.kind === 'none') return undefined;
    if (read.kind === 'plain') {
      const { connection, name: own } = read;
      return exposedName(connection, own) === name ? { connection, name: own } : undefined;
    }
    const known = this.#hashedNames.get(name);
    if (known !== undefined && read.connections.includes(known.connection)) return known;
    for (const connection of read.connections) {
      const own = (await namesOf(connection)).find((candidate) => exposedName(connection, candidate) === name);
      if (own === undefined) continue;
      if (this.#hashedNames.size >= mostHashedNames) this.#hashedNames.clear();
      const place = { connection, name: own };
      this.#hashedNames.set(name, place);
      return place;
    }
    return undefined;
  }

  // -------------------------------------------------------------------- resources and prompts

  async #list(what: 'resources' | 'resourceTemplates' | 'prompts', context: RequestContext): Promise<JsonObject> {
    const { catalog } = this.#parts;
    const { caller, only } = context;
    const lists = { resources: 'listResources', resourceTemplates: 'listResourceTemplates', prompts: 'listPrompts' } as const;
    const items = await catalog[lists[what]](caller.agent, only ?? undefined);
    const usable = new Set(this.connections(context));
    const shown = items.filter(({ connection }) => usable.has(connection) && reachesEffect(caller.reach, connection, 'read'));
    return { [what]: only === null ? shown.map(exposedItem) : shown.map(({ item }) => item) };
  }

  async #readResource(params: JsonObject, context: RequestContext): Promise<JsonObject> {
    const { caller, only, signal, conversation } = context;
    const { connection, uri } = this.resourceOf(params['uri'], context);
    const answer = await this.#parts.gate.perform({ kind: 'readResource', agent: caller.agent, reach: caller.reach, connection, name: uri, arguments: {}, signal, conversation });
    const result = withAskedUri(() => toPlainResult(answer), params['uri']);
    const { contents } = result;
    if (only !== null || !Array.isArray(contents)) return result;
    return { ...result, contents: contents.map((content) => (isJsonObject(content) ? withExposedUri(connection, content) : content)) };
  }

  async #getPrompt(params: JsonObject, context: RequestContext): Promise<JsonObject> {
    const { name, arguments: args = {} } = params;
    if (typeof name !== 'string') throw new RpcFailure({ code: invalidParams, message: '"name" must be the name of a prompt.' });
    if (!isJsonObject(args)) throw new RpcFailure({ code: invalidParams, message: '"arguments" must be an object.' });
    const { connection, name: own } = await this.#promptPlace(name, context);
    const { caller, only, signal, conversation } = context;
    const answer = await this.#parts.gate.perform({ kind: 'getPrompt', agent: caller.agent, reach: caller.reach, connection, name: own, arguments: args, signal, conversation });
    const result = toPlainResult(answer);
    const { messages } = result;
    if (only !== null || !Array.isArray(messages)) return result;
    return { ...result, messages: messages.map((message) => (isJsonObject(message) && message['content'] !== undefined ? { ...message, content: exposedBlock(connection, message['content']) } : message)) };
  }

  async #promptPlace(name: string, context: RequestContext): Promise<{ readonly connection: ConnectionId; readonly name: string }> {
    const { agent } = context.caller;
    const place = await this.#placeOf(name, context, async (connection) => (await this.#parts.catalog.listPrompts(agent, connection)).map(({ item }) => nameOf(item)));
    if (place !== undefined) return place;
    throw new RpcFailure({ code: invalidParams, message: `There is no prompt "${name.slice(0, 80)}" here. List the prompts again.` });
  }

  async #complete(params: JsonObject, context: RequestContext): Promise<JsonObject> {
    const { _meta, ...own } = params;
    const { ref } = own;
    if (!isJsonObject(ref) || !isJsonObject(params['argument'])) throw new RpcFailure({ code: invalidParams, message: '"ref" and "argument" are needed.' });
    if (ref['type'] === 'ref/prompt' && typeof ref['name'] === 'string') {
      const { connection, name } = await this.#promptPlace(ref['name'], context);
      return this.#completeAt(connection, name, { ...own, ref: { ...ref, name } }, context);
    }
    if (ref['type'] !== 'ref/resource') throw new RpcFailure({ code: invalidParams, message: '"ref" must name a prompt or a resource template.' });
    const { connection, uri } = this.resourceOf(ref['uri'], context);
    return this.#completeAt(connection, uri, { ...own, ref: { ...ref, uri } }, context);
  }

  async #completeAt(connection: ConnectionId, name: string, params: JsonObject, { caller, signal, conversation }: RequestContext): Promise<JsonObject> {
    return toPlainResult(await this.#parts.gate.perform({ kind: 'complete', agent: caller.agent, reach: caller.reach, connection, name, arguments: params, signal, conversation }));
  }
}

function withContent(result: JsonObject, content: JsonObject[string] | undefined): JsonObject {
  return content === undefined ? result : { ...result, content };
}

function exposedItem({ connection, item }: CatalogItem): JsonObject {
  const { uri, uriTemplate } = item;
  if (typeof uri === 'string') return { ...item, uri: exposedUri(connection, uri) };
  if (typeof uriTemplate === 'string') return { ...item, uriTemplate: exposedUri(connection, uriTemplate) };
  return { ...item, name: exposedName(connection, nameOf(item)) };
}

/** "Not found" tells the URI that was asked for, which here is not always the service's own. */
function withAskedUri(read: () => JsonObject, uri: JsonObject[string] | undefined): JsonObject {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RpcFailure) || (error.error.code !== resourceNotFound && error.error.code !== invalidParams)) throw error;
    throw new RpcFailure({ ...error.error, data: { ...(isJsonObject(error.error.data) ? error.error.data : {}), uri: uri ?? '' } }, error.status);
  }
}

/** The catalog lists nothing without a name. */
function nameOf({ name }: JsonObject): string {
  return typeof name === 'string' ? name : '';
}
