import type { AgentId, ConnectionId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { say } from '../model/say.ts';
import type { Upstream, UpstreamTool } from '../model/upstream.ts';
import type { Connection, Health } from './connection.ts';

export interface CatalogTool {
  readonly connection: ConnectionId;
  /** The upstream's own name. */
  readonly name: string;
  readonly tool: UpstreamTool;
}

export interface CatalogOptions {
  readonly upstreams: {
    get(connection: ConnectionId): Promise<Upstream>;
    note(connection: ConnectionId, text: Health['text']): void;
  };
  /** The connections there are. */
  readonly connections: () => readonly Pick<Connection, 'id'>[];
  /** Whether an agent may see a tool at all. */
  readonly isVisible: (agent: AgentId, connection: ConnectionId, tool: string) => boolean;
  readonly clock: Clock;
  /** Milliseconds a list is used again before the service is asked anew. Default: 30 s. */
  readonly keepFor?: number;
  /** Milliseconds that one slow service may hold up the list of all. Default: 10 s. */
  readonly waitFor?: number;
}

export interface Catalog {
  /** Every visible tool of every connection that answers; never rejects because of one that does not. */
  listTools(agent: AgentId): Promise<readonly CatalogTool[]>;
  /** Every tool of one connection, visible or not. Rejects when the service cannot be reached. */
  listConnection(connection: ConnectionId): Promise<readonly UpstreamTool[]>;
  /** Undefined when the connection has no such tool or cannot be reached. */
  find(connection: ConnectionId, name: string): Promise<UpstreamTool | undefined>;
  /** Forgets what was listed, of one connection or of all. */
  forget(connection?: ConnectionId): void;
}

/** Tool names as MCP allows them (specification 2026-07-28, Tools, "Tool names"). */
const validName = /^[A-Za-z0-9_./-]{1,128}$/;
const mostTools = 1000;

interface Listed {
  readonly tools: Promise<readonly UpstreamTool[]>;
  readonly until: number;
}

export function createCatalog({ upstreams, connections, isVisible, clock, keepFor = 30_000, waitFor = 10_000 }: CatalogOptions): Catalog {
  const kept = new Map<ConnectionId, Listed>();

  async function ask(connection: ConnectionId): Promise<readonly UpstreamTool[]> {
    const upstream = await upstreams.get(connection);
    const listed = await upstream.listTools();
    const usable = withValidNames(listed);
    const dropped = listed.length - usable.length;
    upstreams.note(connection, dropped === 0 ? null : say('connection.health.toolsDropped', { count: dropped }));
    return usable;
  }

  function listConnection(connection: ConnectionId): Promise<readonly UpstreamTool[]> {
    const known = kept.get(connection);
    if (known !== undefined && known.until > clock.now()) return known.tools;
    const listed: Listed = { tools: ask(connection), until: clock.now() + keepFor };
    kept.set(connection, listed);
    // A failure is not kept: the next one who asks tries again, as often as the upstream's rest allows.
    listed.tools.catch(() => {
      if (kept.get(connection) === listed) kept.delete(connection);
    });
    return listed.tools;
  }

  async function listOrNothing(connection: ConnectionId): Promise<readonly UpstreamTool[]> {
    const late = Promise.withResolvers<readonly UpstreamTool[]>();
    const stop = clock.after(waitFor, () => late.resolve([]));
    try {
      return await Promise.race([listConnection(connection), late.promise]);
    } catch {
      return [];
    } finally {
      stop();
    }
  }

  return {
    async listTools(agent) {
      const lists = connections().map(async ({ id }) => {
        const tools = await listOrNothing(id);
        return tools.filter(({ name }) => isVisible(agent, id, name)).map((tool) => ({ connection: id, name: tool.name, tool }));
      });
      return (await Promise.all(lists)).flat();
    },
    listConnection,
    async find(connection, name) {
      if (connections().every(({ id }) => id !== connection)) return undefined;
      return (await listOrNothing(connection)).find((tool) => tool.name === name);
    },
    forget(connection) {
      if (connection === undefined) kept.clear();
      else kept.delete(connection);
    },
  };
}

/** Also drops what is listed twice under one name: which of the two would be called cannot be known. */
function withValidNames(tools: readonly UpstreamTool[]): readonly UpstreamTool[] {
  const seen = new Set<string>();
  return tools.slice(0, mostTools).filter(({ name }) => {
    if (!validName.test(name) || seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}
