import type { AgentId, ConnectionId, Effect } from '../preload/contract.ts';
import type { Catalog, CatalogItem, CatalogTool } from './broker/catalog.ts';
import type { Catalog as ConnectionCatalog } from './connections/catalog.ts';
import type { ActionKind, ActionProfile } from './model/action.ts';
import { Emitter, type Dispose } from './model/disposable.ts';
import type { JsonObject } from './model/json.ts';
import type { Upstream, UpstreamChange, Upstreams, UpstreamTool } from './model/upstream.ts';

export interface AgentCatalogParts {
  readonly upstreams: Upstreams & { peek(connection: ConnectionId): Upstream | undefined };
  readonly catalog: Pick<ConnectionCatalog, 'listTools' | 'listResources' | 'listResourceTemplates' | 'listPrompts' | 'find' | 'onChange'>;
  /** Descriptions of the tools of other people's servers. */
  readonly profiles: { of(connection: ConnectionId, tool: UpstreamTool): ActionProfile | undefined };
  /** Every connection there is, in a fixed order. */
  readonly connections: () => readonly { readonly id: ConnectionId }[];
  readonly mayUse: (agent: AgentId, connection: ConnectionId) => boolean;
  readonly isHidden: (question: { readonly kind: ActionKind; readonly agent: AgentId; readonly connection: ConnectionId; readonly name: string; readonly effect: Effect }) => boolean;
  /** What a service says of its tools, resources and prompts, without secrets; the same object for the same one. */
  readonly scrub: <T extends UpstreamTool | JsonObject>(listed: T) => T;
  /** Called when rules, connections or what an agent may use have changed, before or after they are in force. */
  readonly onRulesChange: (listener: () => void) => Dispose;
}

type ItemList = 'listResources' | 'listResourceTemplates' | 'listPrompts';
type ListName = 'listTools' | ItemList;

/** What the rules hide of one list. It holds for that very array, and until a rule changes. */
interface Sifted<T> {
  readonly list: readonly T[];
  readonly hidden: ReadonlySet<T>;
}

/** Tools looked up one by one, for an agent and a connection, before what was found is looked at anew. */
const mostLookedUp = 1000;

/** What each agent sees of what the connections offer: where connections, agents and policy meet. */
export class AgentCatalog implements Catalog {
  readonly #parts: AgentCatalogParts;
  readonly #changes = new Emitter<{ readonly connection: ConnectionId | null; readonly change: UpstreamChange }>();
  readonly #ends: readonly Dispose[];
  /** By agent, connection and list. Both are emptied when a rule changes. */
  readonly #sifted = new Map<string, Sifted<UpstreamTool> | Sifted<JsonObject>>();
  readonly #lookedUp = new Map<string, Map<string, boolean>>();

  constructor(parts: AgentCatalogParts) {
    this.#parts = parts;
    this.#ends = [parts.catalog.onChange((connection, change) => this.#changed(connection, change)), parts.onRulesChange(() => this.#rulesChanged())];
  }

  connections(agent: AgentId): readonly ConnectionId[] {
    return this.#parts.connections().map(({ id }) => id).filter((id) => this.#parts.mayUse(agent, id));
  }

  async listTools(agent: AgentId, only?: ConnectionId): Promise<readonly CatalogTool[]> {
    const { catalog, scrub } = this.#parts;
    const lists = this.#within(agent, only).map(async (connection) => {
      const tools = await catalog.listTools(connection);
      const hidden = this.#hiddenOf(agent, connection, 'listTools', tools, (tool) => this.#isToolHidden(agent, connection, tool));
      return tools.map((tool) => ({ connection, name: scrub(tool).name, tool: scrub(tool), effect: this.#aboutTool(connection, tool).effect, isHidden: hidden.has(tool) }));
    });
    return (await Promise.all(lists)).flat();
  }

  async findTool(agent: AgentId, connection: ConnectionId, name: string): Promise<CatalogTool | undefined> {
    const { catalog, mayUse, scrub } = this.#parts;
    if (!mayUse(agent, connection)) return undefined;
    const tool = await catalog.find(connection, name);
    if (tool === undefined) return undefined;
    const key = JSON.stringify([agent, connection]);
    let lookedUp = this.#lookedUp.get(key);
    if (lookedUp === undefined || lookedUp.size >= mostLookedUp) this.#lookedUp.set(key, (lookedUp = new Map()));
    let isHidden = lookedUp.get(name);
    if (isHidden === undefined) lookedUp.set(name, (isHidden = this.#isToolHidden(agent, connection, tool)));
    return { connection, name, tool: scrub(tool), effect: this.#aboutTool(connection, tool).effect, isHidden };
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
    const { isHidden, mayUse, upstreams } = this.#parts;
    if (!mayUse(agent, connection)) throw new Error('There is no such connection.');
    if (isHidden({ kind: 'readResource', agent, connection, name: uri, effect: 'read' })) throw new Error('There is no such resource.');
    const { offers } = await upstreams.get(connection);
    if (offers === undefined) throw new Error('This connection does not offer that.');
    return offers.subscribe(uri);
  }

  onChange(listener: (connection: ConnectionId | null, change: UpstreamChange) => void): Dispose {
    return this.#changes.on(({ connection, change }) => listener(connection, change));
  }

  close(): void {
    for (const end of this.#ends) end();
  }

  #changed(connection: ConnectionId, change: UpstreamChange): void {
    // Another service may stand behind the connection now, and what its tools do may be another thing.
    if (change.kind === 'tools') this.#lookedUp.clear();
    this.#changes.emit({ connection, change });
  }

  #rulesChanged(): void {
    this.#forget();
    // Whoever puts the new rules in force may hear of the change later than this, though in the same breath.
    queueMicrotask(() => {
      this.#forget();
      for (const kind of ['tools', 'resources', 'prompts'] as const) this.#changes.emit({ connection: null, change: { kind } });
    });
  }

  #forget(): void {
    this.#sifted.clear();
    this.#lookedUp.clear();
  }

  #within(agent: AgentId, only: ConnectionId | undefined): readonly ConnectionId[] {
    if (only !== undefined) return this.#parts.mayUse(agent, only) ? [only] : [];
    return this.connections(agent);
  }

  #isToolHidden(agent: AgentId, connection: ConnectionId, tool: UpstreamTool): boolean {
    return this.#parts.isHidden({ agent, connection, name: tool.name, ...this.#aboutTool(connection, tool) });
  }

  #aboutTool(connection: ConnectionId, tool: UpstreamTool): { readonly kind: ActionKind; readonly effect: Effect } {
    const { profiles, upstreams } = this.#parts;
    const own = upstreams.peek(connection)?.profile(tool.name);
    return { effect: (own ?? profiles.of(connection, tool))?.effect ?? 'unknown', kind: own?.kind ?? 'invokeTool' };
  }

  #hiddenOf<T extends UpstreamTool | JsonObject>(agent: AgentId, connection: ConnectionId, name: ListName, list: readonly T[], isHidden: (one: T) => boolean): ReadonlySet<T> {
    const key = JSON.stringify([agent, connection, name]);
    // Under one key there are only lists of one kind.
    const known = this.#sifted.get(key) as Sifted<T> | undefined;
    if (known?.list === list) return known.hidden;
    const hidden = new Set(list.filter((one) => isHidden(one)));
    // As above: the key says which kind it is.
    this.#sifted.set(key, { list, hidden } as unknown as Sifted<JsonObject>);
    return hidden;
  }

  async #listItems(agent: AgentId, only: ConnectionId | undefined, list: ItemList, action: (item: JsonObject) => readonly [ActionKind, unknown] | undefined): Promise<readonly CatalogItem[]> {
    const { catalog, scrub } = this.#parts;
    const lists = this.#within(agent, only).map(async (connection) => {
      const items = await catalog[list](connection);
      const hidden = this.#hiddenOf(agent, connection, list, items, (item) => {
        const [kind, name] = action(item) ?? [];
        return kind !== undefined && (typeof name !== 'string' || this.#parts.isHidden({ kind, agent, connection, name, effect: 'read' }));
      });
      return items.filter((item) => !hidden.has(item)).map((item) => ({ connection, item: scrub(item) }));
    });
    return (await Promise.all(lists)).flat();
  }
}
