import type { AgentId, ConnectionId, Effect } from '../../preload/contract.ts';
import type { Dispose } from '../model/disposable.ts';
import type { JsonObject } from '../model/json.ts';
import type { Reach } from '../model/reach.ts';
import type { UpstreamChange, UpstreamTool } from '../model/upstream.ts';

/** A tool an agent may see, with the connection it belongs to. */
export interface CatalogTool {
  readonly connection: ConnectionId;
  /** The upstream's own name. */
  readonly name: string;
  readonly tool: UpstreamTool;
  /** As far as our own description of the tool says. */
  readonly effect: Effect;
  /**
   * A rule forbids it whatever its arguments are: it is not listed. Who calls it all the same is refused by the gate, which
   * records the attempt.
   */
  readonly isHidden: boolean;
}

/** A resource, resource template or prompt as its upstream lists it. */
export interface CatalogItem {
  readonly connection: ConnectionId;
  readonly item: JsonObject;
}

/**
 * What an agent may reach: everything of every connection it may use. Lists leave out connections that cannot be reached,
 * and never reject because of one of them. What is hidden by a rule is not in the lists of items.
 */
export interface Catalog {
  /** The connections the agent may use, in a fixed order. */
  connections(agent: AgentId): readonly ConnectionId[];
  /** `only`: that one connection, which the agent may use. */
  listTools(agent: AgentId, only?: ConnectionId): Promise<readonly CatalogTool[]>;
  /** Asks that one connection alone. Undefined when the agent may not use it, or it has no such tool. */
  findTool(agent: AgentId, connection: ConnectionId, name: string): Promise<CatalogTool | undefined>;
  listResources(agent: AgentId, only?: ConnectionId): Promise<readonly CatalogItem[]>;
  listResourceTemplates(agent: AgentId, only?: ConnectionId): Promise<readonly CatalogItem[]>;
  listPrompts(agent: AgentId, only?: ConnectionId): Promise<readonly CatalogItem[]>;
  /** Asks a service to tell when a resource changes, until disposed. Rejects with an `Error` that an agent may read. */
  subscribe(agent: AgentId, connection: ConnectionId, uri: string): Promise<Dispose>;
  /** What changed, as services said or because somebody changed rules or connections (`connection` null: any of them). */
  onChange(listener: (connection: ConnectionId | null, change: UpstreamChange) => void): Dispose;
}

/** Who is at the door, and how far the token reaches. */
export interface Caller {
  readonly agent: AgentId;
  readonly reach: Reach;
}
