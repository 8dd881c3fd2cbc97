import type { ActionId, ConnectionId } from '../../preload/contract.ts';
import type { ActionProfile, Material, ToolResult } from './action.ts';
import type { JsonObject } from './json.ts';

/** A tool as an upstream lists it: MCP's `Tool`. */
export interface UpstreamTool {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
  readonly annotations?: JsonObject;
}

export interface UpstreamCall {
  readonly action: ActionId;
  readonly name: string;
  readonly arguments: JsonObject;
  readonly materials: readonly Material[];
  readonly signal: AbortSignal;
}

/**
 * How an upstream call ended. `failed` is said only when it is certain that nothing was done (the connection was never
 * made, the server refused before accepting). Anything less certain is `unknown` and is never retried by itself.
 */
export type UpstreamAnswer =
  | { readonly kind: 'result'; readonly result: ToolResult }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'unknown'; readonly text: string };

/** One service behind a connection: built in, a local command over stdio, or remote over streamable HTTP. */
export interface Upstream {
  /** Rejects with an `Error` whose message a person may read when the service cannot be reached. */
  listTools(): Promise<readonly UpstreamTool[]>;
  callTool(call: UpstreamCall): Promise<UpstreamAnswer>;
  /** Our own description of a tool; undefined when we have none (the careful generic one is used). */
  profile(name: string): ActionProfile | undefined;
  close(): Promise<void>;
}

/** Opens the upstream of a connection on demand; one at a time per connection. */
export interface Upstreams {
  get(connection: ConnectionId): Promise<Upstream>;
}
