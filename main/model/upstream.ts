import type { ActionId, AgentId, ConnectionId } from '../../preload/contract.ts';
import type { ActionProfile, Material } from './action.ts';
import type { Conversation, RpcError } from './conversation.ts';
import type { Dispose } from './disposable.ts';
import type { JsonObject } from './json.ts';

/** A tool as an upstream lists it: MCP's `Tool`. */
export interface UpstreamTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: JsonObject;
  readonly icons?: readonly JsonObject[];
  readonly _meta?: JsonObject;
}

export interface UpstreamCall {
  readonly action: ActionId;
  readonly agent: AgentId;
  /** The tool's or prompt's own name, or the resource's URI. */
  readonly name: string;
  readonly arguments: JsonObject;
  readonly materials: readonly Material[];
  readonly signal: AbortSignal;
  readonly conversation: Conversation;
}

/**
 * How an upstream call ended. `failed` is said only when it is certain that nothing was done (the connection was never
 * made, the server refused before accepting). Anything less certain is `unknown` and is never retried by itself.
 * `error` is the service's own JSON-RPC error, where it gave one.
 */
export type UpstreamAnswer =
  /** MCP's `CallToolResult`, `ReadResourceResult` or `GetPromptResult`. */
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'failed'; readonly text: string; readonly error?: RpcError }
  | { readonly kind: 'unknown'; readonly text: string; readonly error?: RpcError };

/** What changed at a service, as it said itself. `resource`: the content behind that URI, which somebody subscribed to. */
export type UpstreamChange = { readonly kind: 'tools' | 'resources' | 'prompts' } | { readonly kind: 'resource'; readonly uri: string };

/** What an MCP server offers besides tools. Each list is whole (every page); one the server does not offer is empty. */
export interface UpstreamOffers {
  /** MCP's `Resource`. Rejects like `listTools`. */
  listResources(): Promise<readonly JsonObject[]>;
  /** MCP's `ResourceTemplate`. */
  listResourceTemplates(): Promise<readonly JsonObject[]>;
  /** MCP's `Prompt`. */
  listPrompts(): Promise<readonly JsonObject[]>;
  readResource(call: UpstreamCall): Promise<UpstreamAnswer>;
  getPrompt(call: UpstreamCall): Promise<UpstreamAnswer>;
  /** The params and the result of `completion/complete`. Rejects with an `Error`. */
  complete(params: JsonObject, signal: AbortSignal): Promise<JsonObject>;
  /** Asks for `resource` changes of that URI until the disposer is called. Rejects when the server offers none. */
  subscribe(uri: string): Promise<Dispose>;
}

/** One service behind a connection: built in, a local command over stdio, or remote over streamable HTTP. */
export interface Upstream {
  /** Rejects with an `Error` whose message a person may read when the service cannot be reached. */
  listTools(): Promise<readonly UpstreamTool[]>;
  callTool(call: UpstreamCall): Promise<UpstreamAnswer>;
  /** Our own description of a tool; undefined when we have none (the careful generic one is used). */
  profile(name: string): ActionProfile | undefined;
  /** Absent: tools alone, as our own connectors. */
  readonly offers?: UpstreamOffers;
  /** Absent: nothing ever changes by itself. */
  onChange?(listener: (change: UpstreamChange) => void): Dispose;
  close(): Promise<void>;
}

/** Opens the upstream of a connection on demand; one at a time per connection. */
export interface Upstreams {
  get(connection: ConnectionId): Promise<Upstream>;
}
