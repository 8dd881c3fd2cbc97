import type { ConnectionId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import type { JsonObject } from '../model/json.ts';
import { say } from '../model/say.ts';
import type { UpstreamChange, UpstreamTool } from '../model/upstream.ts';
import { KeptList } from './kept-list.ts';
import { PacedChanges } from './paced-changes.ts';
import type { KeptUpstreams } from './upstreams.ts';

export interface CatalogOptions {
  readonly upstreams: Pick<KeptUpstreams, 'get' | 'note' | 'onChange'>;
  /** Whether there is such a connection. */
  readonly isKnown: (connection: ConnectionId) => boolean;
  readonly clock: Clock;
  /** Milliseconds a list is used before the service is asked anew. Default: 30 s. */
  readonly keepFor?: number;
  /** Milliseconds that one slow service may hold up a list. Default: 10 s. */
  readonly waitFor?: number;
}

/** What each connection offers, kept until its service says that it changed, or for a while. */
export interface Catalog {
  /** Every tool of one connection. Rejects when the service cannot be reached. */
  listConnection(connection: ConnectionId): Promise<readonly UpstreamTool[]>;
  /** These never reject: empty when the service cannot be reached, or not in time. The same array until it is asked anew. */
  listTools(connection: ConnectionId): Promise<readonly UpstreamTool[]>;
  listResources(connection: ConnectionId): Promise<readonly JsonObject[]>;
  listResourceTemplates(connection: ConnectionId): Promise<readonly JsonObject[]>;
  listPrompts(connection: ConnectionId): Promise<readonly JsonObject[]>;
  /**
   * Undefined when the connection has no such tool or cannot be reached. Waits for the service only when it never gave its
   * list, said that it changed, or when the tool is new; takes the same time however many tools there are.
   */
  find(connection: ConnectionId, name: string): Promise<UpstreamTool | undefined>;
  /** Forgets what was listed, of one connection or of all. */
  forget(connection?: ConnectionId): void;
  /** What changed: as the service said, or because something is there that was not there before. At most once a second each. */
  onChange(listener: (connection: ConnectionId, change: UpstreamChange) => void): Dispose;
  close(): void;
}

/** Tool names as MCP allows them (specification 2026-07-28, Tools, "Tool names"). */
const validName = /^[A-Za-z0-9_./-]{1,128}$/;
/** Of each kind, in one connection. */
const mostListed = 10_000;
const longestName = 256;
const longestUri = 8192;

interface Tools {
  readonly all: readonly UpstreamTool[];
  readonly byName: ReadonlyMap<string, UpstreamTool>;
}

type Items = readonly JsonObject[];

interface Lists {
  readonly tools: KeptList<Tools>;
  readonly resources: KeptList<Items>;
  readonly templates: KeptList<Items>;
  readonly prompts: KeptList<Items>;
}

export function createCatalog({ upstreams, isKnown, clock, keepFor = 30_000, waitFor = 10_000 }: CatalogOptions): Catalog {
  const kept = new Map<ConnectionId, Lists>();
  const changes = new PacedChanges(clock);
  const stop = upstreams.onChange((connection, change) => {
    const lists = kept.get(connection);
    if (change.kind === 'tools') lists?.tools.forget();
    if (change.kind === 'prompts') lists?.prompts.forget();
    if (change.kind === 'resources') {
      lists?.resources.forget();
      lists?.templates.forget();
    }
    changes.tell(connection, change);
  });

  async function askTools(connection: ConnectionId): Promise<Tools> {
    const listed = await (await upstreams.get(connection)).listTools();
    const byName = new Map<string, UpstreamTool>();
    // What is listed twice under one name keeps its first: which of the two would be called cannot be known.
    for (const tool of listed.slice(0, mostListed)) if (validName.test(tool.name) && !byName.has(tool.name)) byName.set(tool.name, tool);
    const dropped = listed.length - byName.size;
    upstreams.note(connection, dropped === 0 ? null : say('connection.health.toolsDropped', { count: dropped }));
    return { all: [...byName.values()], byName };
  }

  async function askItems(connection: ConnectionId, list: 'listResources' | 'listResourceTemplates' | 'listPrompts', key: 'uri' | 'uriTemplate' | 'name'): Promise<Items> {
    const { offers } = await upstreams.get(connection);
    return usable((await offers?.[list]()) ?? [], key);
  }

  function listsOf(connection: ConnectionId): Lists | undefined {
    if (!isKnown(connection)) {
      kept.delete(connection);
      return undefined;
    }
    const existing = kept.get(connection);
    if (existing !== undefined) return existing;
    const list = <T>(kind: 'tools' | 'resources' | 'prompts', ask: () => Promise<T>): KeptList<T> =>
      new KeptList({ ask, clock, keepFor, waitFor, onArrival: () => changes.tell(connection, { kind }) });
    const created: Lists = {
      tools: list('tools', () => askTools(connection)),
      resources: list('resources', () => askItems(connection, 'listResources', 'uri')),
      templates: list('resources', () => askItems(connection, 'listResourceTemplates', 'uriTemplate')),
      prompts: list('prompts', () => askItems(connection, 'listPrompts', 'name')),
    };
    kept.set(connection, created);
    return created;
  }

  return {
    async listConnection(connection) {
      const lists = listsOf(connection);
      if (lists === undefined) throw new Error('There is no such connection.');
      return (await lists.tools.fresh()).all;
    },
    listTools: async (connection) => (await listsOf(connection)?.tools.offered())?.all ?? [],
    listResources: async (connection) => (await listsOf(connection)?.resources.offered()) ?? [],
    listResourceTemplates: async (connection) => (await listsOf(connection)?.templates.offered()) ?? [],
    listPrompts: async (connection) => (await listsOf(connection)?.prompts.offered()) ?? [],
    async find(connection, name) {
      const lists = listsOf(connection);
      const known = lists?.tools.known();
      const tool = known?.value.byName.get(name);
      if (tool !== undefined || known?.isNew === true) return tool;
      return (await lists?.tools.offered())?.byName.get(name);
    },
    forget(connection) {
      if (connection === undefined) kept.clear();
      else kept.delete(connection);
    },
    onChange: (listener) => changes.on(listener),
    close() {
      stop();
      changes.close();
    },
  };
}

/** Without what lacks the name or address that MCP asks for, or has one that another has already. */
function usable(items: Items, key: 'uri' | 'uriTemplate' | 'name'): Items {
  const seen = new Set<string>();
  return items.slice(0, mostListed).filter((item) => {
    const id = item[key];
    if (!isText(item['name'], longestName) || !isText(id, longestUri) || seen.has(id)) return false;
    seen.add(id);
    return true;
  });
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest;
}
