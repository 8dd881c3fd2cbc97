import { randomUUID } from 'node:crypto';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { actionId, agentId, connectionId, type ActionId, type AgentId, type ConnectionId } from '../../preload/contract.ts';
import type { Caller, Catalog, CatalogItem, CatalogTool } from '../../main/broker/catalog.ts';
import type { EntryRefusal, TokenCheck } from '../../main/broker/entry.ts';
import { HttpEndpoint, type HttpEndpointParts } from '../../main/broker/http-endpoint.ts';
import { closeDoors, openDoors, type DoorParts, type Doors } from '../../main/broker/doors.ts';
import type { Gate } from '../../main/gate/gate.ts';
import type { ActionAnswer, ActionRequest } from '../../main/model/action.ts';
import { systemClock } from '../../main/model/clock.ts';
import { Emitter, type Dispose } from '../../main/model/disposable.ts';
import type { JsonObject } from '../../main/model/json.ts';
import type { UpstreamChange, UpstreamTool } from '../../main/model/upstream.ts';

export const marketing = agentId.parse('marketing');
export const finance = agentId.parse('finance');
export const mail = connectionId.parse('work-mail');
export const books = connectionId.parse('books');

export type Script = (request: ActionRequest, action: ActionId) => Promise<ActionAnswer>;

/** A gate that does what the test says, and remembers everything that reached it. */
export class ScriptedGate implements Gate {
  readonly performed: ActionRequest[] = [];
  readonly waiting = new Map<string, Promise<ActionAnswer>>();
  script: Script = async (request, action) => done(action, `did ${request.name}`);

  async perform(request: ActionRequest): Promise<ActionAnswer> {
    this.performed.push(request);
    return await this.script(request, actionId.parse(randomUUID()));
  }

  async wait(agent: AgentId, action: ActionId): Promise<ActionAnswer | undefined> {
    return await this.waiting.get(`${agent} ${action}`);
  }
}

export function done(action: ActionId, text: string, more: JsonObject = {}): ActionAnswer {
  return { kind: 'ended', action, outcome: 'done', result: { content: [{ type: 'text', text }], ...more } };
}

export function tool(name: string, more: Partial<UpstreamTool> = {}): UpstreamTool {
  return { name, description: `Does ${name}`, inputSchema: { type: 'object' }, ...more };
}

export class ScriptedCatalog implements Catalog {
  readonly tools = new Map<AgentId, readonly CatalogTool[]>([
    [marketing, [entry(mail, 'send_email'), entry(mail, 'search_messages')]],
    [finance, [entry(books, 'read_ledger')]],
  ]);

  readonly changed = new Emitter<UpstreamChange>();
  readonly told = new Emitter<{ readonly connection: ConnectionId; readonly change: UpstreamChange }>();
  resources: readonly CatalogItem[] = [];
  templates: readonly CatalogItem[] = [];
  prompts: readonly CatalogItem[] = [];
  /** What is watched at services now: `connection uri`. */
  readonly watched: string[] = [];

  connections(agent: AgentId): readonly ConnectionId[] {
    return [...new Set((this.tools.get(agent) ?? []).map(({ connection }) => connection))];
  }

  async listTools(agent: AgentId, only?: ConnectionId): Promise<readonly CatalogTool[]> {
    return (this.tools.get(agent) ?? []).filter(({ connection }) => only === undefined || connection === only);
  }

  async findTool(agent: AgentId, connection: ConnectionId, name: string): Promise<CatalogTool | undefined> {
    return (await this.listTools(agent, connection)).find((tool) => tool.name === name);
  }

  async listResources(_agent: AgentId, only?: ConnectionId): Promise<readonly CatalogItem[]> {
    return this.resources.filter(({ connection }) => only === undefined || connection === only);
  }

  async listResourceTemplates(_agent: AgentId, only?: ConnectionId): Promise<readonly CatalogItem[]> {
    return this.templates.filter(({ connection }) => only === undefined || connection === only);
  }

  async listPrompts(_agent: AgentId, only?: ConnectionId): Promise<readonly CatalogItem[]> {
    return this.prompts.filter(({ connection }) => only === undefined || connection === only);
  }

  async subscribe(_agent: AgentId, connection: ConnectionId, uri: string): Promise<Dispose> {
    if (uri.includes('mute')) throw new Error('nothing to watch');
    const watched = `${connection} ${uri}`;
    this.watched.push(watched);
    return () => void this.watched.splice(this.watched.indexOf(watched), 1);
  }

  onChange(listener: (connection: ConnectionId | null, change: UpstreamChange) => void): Dispose {
    const stops = [this.changed.on((change) => listener(null, change)), this.told.on(({ connection, change }) => listener(connection, change))];
    return () => stops.forEach((stop) => stop());
  }
}

export function entry(connection: CatalogTool['connection'], name: string, more: Partial<UpstreamTool> = {}): CatalogTool {
  return { connection, name, tool: tool(name, more), effect: 'unknown', isHidden: false };
}

export interface Broker extends AsyncDisposable {
  readonly gate: ScriptedGate;
  readonly catalog: ScriptedCatalog;
  readonly endpoint: HttpEndpoint;
  readonly refusals: EntryRefusal[];
  readonly tokens: Map<string, TokenCheck>;
  readonly doors: Doors;
  connect(token: string, era: 'modern' | 'legacy'): Promise<Client>;
}

export const usualOptions = { toolMode: 'all', callsPerMinute: 1_000_000 } as const;

export const marketingToken = 'cst_marketing';
export const financeToken = 'cst_finance';

export function caller(agent: AgentId): Caller {
  return { agent, reach: null };
}

/** No authorization server beside the endpoint. */
export const noSignIn: HttpEndpointParts['signIn'] = { proofAlgorithms: ['ES256'], owns: () => false, answer: () => Promise.reject(new Error('owns nothing')) };

/** A real endpoint on a free loopback port, a scripted gate behind it. */
export async function startBroker(more: Partial<DoorParts> = {}): Promise<Broker> {
  const gate = new ScriptedGate();
  const catalog = new ScriptedCatalog();
  const refusals: EntryRefusal[] = [];
  const doors = openDoors({ gate, catalog, clock: systemClock, version: '0.0.0', optionsOf: () => usualOptions, ...more });
  const tokens = new Map<string, TokenCheck>([
    [marketingToken, { kind: 'caller', caller: caller(marketing) }],
    [financeToken, { kind: 'caller', caller: caller(finance) }],
  ]);
  const endpoint = await HttpEndpoint.start({
    preferredPort: 0,
    allowedOrigins: [],
    ...doors,
    signIn: noSignIn,
    checkToken: ({ token }) => tokens.get(token) ?? { kind: 'refused', why: 'unknown_token' },
    onRefusedEntry: (why) => refusals.push(why),
  });
  const clients: Client[] = [];
  return {
    gate,
    catalog,
    endpoint,
    refusals,
    tokens,
    doors,
    async connect(token, era) {
      const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' } });
      await client.connect(new StreamableHTTPClientTransport(new URL(endpoint.url), { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close()));
      closeDoors(doors);
      await endpoint.close();
    },
  };
}
