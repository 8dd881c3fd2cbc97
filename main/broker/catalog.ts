import type { AgentId, ConnectionId } from '../../preload/contract.ts';
import type { UpstreamTool } from '../model/upstream.ts';

/** A tool an agent may see, with the connection it belongs to. */
export interface CatalogTool {
  readonly connection: ConnectionId;
  /** The upstream's own name. */
  readonly name: string;
  readonly tool: UpstreamTool;
  /**
   * A rule forbids it whatever its arguments are: it is not listed. Who calls it all the same is refused by the gate, which
   * records the attempt.
   */
  readonly isHidden: boolean;
}

/** What an agent may reach: the tools of every connection it may use. */
export interface Catalog {
  /** Leaves out connections that cannot be reached; never rejects because of one of them. */
  listTools(agent: AgentId): Promise<readonly CatalogTool[]>;
}

/** Who is at the door, and how far the token reaches. */
export interface Caller {
  readonly agent: AgentId;
  /** The connections the token is for; null: every one the agent may use. */
  readonly connections: readonly ConnectionId[] | null;
}
