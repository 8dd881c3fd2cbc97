import type { AgentId, ConnectionId, Effect } from '../preload/contract.ts';
import type { Catalog, CatalogItem, CatalogTool } from './broker/catalog.ts';
import type { Catalog as ConnectionCatalog } from './connections/catalog.ts';
import type { ActionKind } from './model/action.ts';
import type { Dispose } from './model/disposable.ts';
import type { JsonObject } from './model/json.ts';
import type { UpstreamChange, UpstreamOffers, Upstreams, UpstreamTool } from './model/upstream.ts';

export interface AgentCatalogParts {
  readonly upstreams: Upstreams;
  readonly catalog: ConnectionCatalog;
  /** Every connection there is, in a fixed order. */
  readonly connections: () => readonly { readonly id: ConnectionId }[];
  readonly mayUse: (agent: AgentId, connection: ConnectionId) => boolean;
  readonly isHidden: (question: { readonly kind: ActionKind; readonly agent: AgentId; readonly connection: ConnectionId; readonly name: string; readonly effect: Effect }) => boolean;
  /** Called when rules, connections or what an agent may use have changed. */
  readonly onRulesChange: (listener: () => void) => Dispose;
}

type ListName = 'listResources' | 'listResourceTemplates' | 'listPrompts';

/** What each agent sees of what the connections offer: where connections, agents and policy meet. */
export class AgentCatalog implements Catalog {
  readonly #parts: AgentCatalogParts;

  constructor(parts: AgentCatalogParts) {
    this.#parts = parts;
  }

  connections(agent: AgentId): readonly ConnectionId[] {
    return this.#parts.connections().map(({ id }) => id).filter((id) => this.#parts.mayUse(agent, id));
  }

  async listTools(agent: AgentId, only?: ConnectionId): Promise<readonly CatalogTool[]> {
    const lists = this.#within(agent, only).map(async (connection) => {
      const tools = await this.#parts.catalog.listConnection(connection).catch(() => []);
      return Promise.all(tools.map((tool) => this.#entry(agent, connection, tool)));
    });
    return (await Promise.all(lists)).flat();
  }

  async findTool(agent: AgentId, connection: ConnectionId, name: string): Promise<CatalogTool | undefined> {
    if (!this.#parts.mayUse(agent, connection)) return undefined;
    const tool = await this.#parts.catalog.find(connection, name);
    return tool && this.#entry(agent, connection, tool);
  }

  listResources(agent: AgentId, only?: ConnectionId): Promise<readonly CatalogItem[]> {
    return this.#listItems(agent, only, 'listResources', ({ uri }) => ['readResource', uri]);
  }

  listResourceTemplates(agent: AgentId, only?: ConnectionId): Promise<readonly CatalogItem[]> {
    return this.#listItems(agent, only, 'listResourceTemplates', () => undefined);
  }

  listPrompts(agent: AgentId, only?: ConnectionId): Promise<readonly CatalogItem[]> {
    return this.#listItems(agent, only, 'listPrompts', ({ name }) => ['getPrompt', name]);
  }

  async subscribe(agent: AgentId, connection: ConnectionId, uri: string): Promise<Dispose> {
    return (await this.#offers(agent, connection)).subscribe(uri);
  }

  onChange(listener: (connection: ConnectionId | null, change: UpstreamChange) => void): Dispose {
    return this.#parts.onRulesChange(() => {
      for (const kind of ['tools', 'resources', 'prompts'] as const) listener(null, { kind });
    });
  }

  #within(agent: AgentId, only: ConnectionId | undefined): readonly ConnectionId[] {
    return this.connections(agent).filter((id) => only === undefined || id === only);
  }

  async #entry(agent: AgentId, connection: ConnectionId, tool: UpstreamTool): Promise<CatalogTool> {
    const upstream = await this.#parts.upstreams.get(connection).catch(() => undefined);
    const effect = upstream?.profile(tool.name)?.effect ?? 'unknown';
    const { name } = tool;
    return { connection, name, tool, isHidden: this.#parts.isHidden({ kind: 'invokeTool', agent, connection, name, effect }) };
  }

  async #listItems(
    agent: AgentId,
    only: ConnectionId | undefined,
    list: ListName,
    action: (item: JsonObject) => readonly [ActionKind, unknown] | undefined,
  ): Promise<readonly CatalogItem[]> {
    const isHidden = (connection: ConnectionId, item: JsonObject): boolean => {
      const [kind, name] = action(item) ?? [];
      return kind !== undefined && (typeof name !== 'string' || this.#parts.isHidden({ kind, agent, connection, name, effect: 'read' }));
    };
    const lists = this.#within(agent, only).map(async (connection) => {
      const upstream = await this.#parts.upstreams.get(connection).catch(() => undefined);
      const items = (await upstream?.offers?.[list]().catch(() => [])) ?? [];
      return items.filter((item) => !isHidden(connection, item)).map((item) => ({ connection, item }));
    });
    return (await Promise.all(lists)).flat();
  }

  async #offers(agent: AgentId, connection: ConnectionId): Promise<UpstreamOffers> {
    if (!this.#parts.mayUse(agent, connection)) throw new Error('There is no such connection.');
    const { offers } = await this.#parts.upstreams.get(connection);
    if (offers === undefined) throw new Error('This connection does not offer that.');
    return offers;
  }
}
