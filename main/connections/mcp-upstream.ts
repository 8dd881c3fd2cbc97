import type { Client, Transport } from '@modelcontextprotocol/client';
import { ServiceRefusedError, silence, type LogLevel } from '../model/conversation.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import type { Upstream, UpstreamAnswer, UpstreamCall, UpstreamChange, UpstreamOffers, UpstreamTool } from '../model/upstream.ts';
import { CallRunner } from './call-runner.ts';
import { CallsInFlight, severity } from './calls-in-flight.ts';
import { ChangeFeed } from './change-feed.ts';
import { problemIn } from './connection.ts';
import { readPages, readTool } from './listed.ts';
import { Listening } from './listening.ts';
import { connectMcp, type Connected } from './mcp-connect.ts';
import type { McpUpstreamOptions } from './mcp-options.ts';
import { hasValidHeaders, paramHeaders } from './param-headers.ts';
import { metaFor, ownCapabilities, withMeta, type Introduction } from './request-meta.ts';
import { RpcChannel } from './rpc-channel.ts';
import { answerQuestions } from './server-questions.ts';
import { Subscriptions, type Follower } from './subscriptions.ts';

/** An upstream that can end by itself. */
export interface ClosableUpstream extends Upstream {
  /** Called once when it ended without being asked to. */
  onClosed(listener: () => void): Dispose;
  /** What it has written to its error output, as it wrote it: the last 64 KiB in whole lines, oldest first. Absent: it has none. */
  logLines?(): readonly string[];
}

/** How a transport is made, and what is known of it. */
export interface Way {
  readonly createTransport: () => Transport;
  /** It exists in servers of 2025-11-25 and before alone. */
  readonly isLegacy?: boolean;
  readonly logLines?: () => readonly string[];
}

/**
 * Connects in whichever era the server speaks (2026-07-28, or 2025-11-25 and before). Rejects with what the transport or
 * the SDK said; nothing is left running then.
 */
export async function openMcpUpstream({ createTransport, isLegacy = false, logLines }: Way, options: McpUpstreamOptions): Promise<ClosableUpstream> {
  const calls = new CallsInFlight(options.clock);
  const connected = await connectMcp(createTransport, { ...options, isLegacy }, (client) => answerQuestions(client, calls));
  const upstream = new McpUpstream(connected, calls, options);
  return logLines === undefined ? upstream : Object.assign(upstream, { logLines });
}

class McpUpstream implements ClosableUpstream {
  readonly offers: UpstreamOffers = {
    listResources: () => this.#list('resources', 'resources/list', 'resources'),
    listResourceTemplates: () => this.#list('resources', 'resources/templates/list', 'resourceTemplates'),
    listPrompts: () => this.#list('prompts', 'prompts/list', 'prompts'),
    readResource: (call) => this.#do('resources/read', call, { uri: call.name }),
    getPrompt: (call) => this.#do('prompts/get', call, { name: call.name, arguments: call.arguments }),
    complete: (params, signal) => this.#complete(params, signal),
    subscribe: (uri) => this.#subscribe(uri),
  };

  readonly #client: Client;
  readonly #isModern: boolean;
  /** Arguments go into headers too (specification 2026-07-28, Streamable HTTP). */
  readonly #hasHeaders: boolean;
  readonly #introduction: Introduction | undefined;
  readonly #channel: RpcChannel;
  readonly #calls: CallsInFlight;
  readonly #runner: CallRunner;
  readonly #changes: ChangeFeed;
  readonly #listening: Listening;
  readonly #subscriptions: Subscriptions;
  readonly #closed = new Emitter<undefined>();
  #tools: ReadonlyMap<string, UpstreamTool> | undefined;
  #logLevel: LogLevel | undefined;
  #isClosed = false;

  constructor({ client, transport }: Connected, calls: CallsInFlight, options: McpUpstreamOptions) {
    this.#client = client;
    this.#calls = calls;
    this.#isModern = client.getProtocolEra() === 'modern';
    this.#hasHeaders = this.#isModern && transport.hasPerRequestStream === true;
    const protocolVersion = client.getNegotiatedProtocolVersion() ?? '';
    this.#introduction = this.#isModern ? { protocolVersion, clientInfo: { name: 'countersign', version: options.version } } : undefined;
    this.#changes = new ChangeFeed(options.clock);
    this.#channel = new RpcChannel(transport, {
      isModern: this.#isModern,
      notify: (method, params) => client.notification({ method, params: { ...params } }),
      onNotification: (method, params) => this.#hear(method, params),
    });
    this.#runner = new CallRunner({ channel: this.#channel, calls, introduction: this.#introduction, options });
    this.#listening = new Listening({ client, clock: options.clock, timeout: options.connectTimeout, onGap: (change) => this.#changes.tell(change) });
    this.#subscriptions = new Subscriptions(this.#isModern ? this.#listening : this.#legacyFollower());
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's client has callbacks, no events
    client.onclose = () => this.#end();
  }

  onClosed(listener: () => void): Dispose {
    return this.#closed.on(listener);
  }

  /** A server of 2026-07-28 is asked to tell of its lists when the first listener comes. */
  onChange(listener: (change: UpstreamChange) => void): Dispose {
    if (this.#isModern && !this.#isClosed) this.#listening.watchLists();
    return this.#changes.on(listener);
  }

  async listTools(): Promise<readonly UpstreamTool[]> {
    const listed = (await this.#list('tools', 'tools/list', 'tools')).flatMap((tool) => readTool(tool) ?? []);
    // Clients MUST leave such tools out (specification 2026-07-28, Streamable HTTP, "Custom headers").
    const usable = this.#hasHeaders ? listed.filter(({ inputSchema }) => hasValidHeaders(inputSchema)) : listed;
    this.#tools = new Map(usable.map((tool) => [tool.name, tool]));
    return usable;
  }

  async callTool(call: UpstreamCall): Promise<UpstreamAnswer> {
    const params = { name: call.name, arguments: call.arguments };
    if (!this.#hasHeaders || this.#isClosed || call.signal.aborted) return this.#do('tools/call', call, params);
    let tools: ReadonlyMap<string, UpstreamTool> | undefined;
    try {
      if (this.#tools === undefined) await this.listTools();
      tools = this.#tools;
    } catch (error) {
      return { kind: 'failed', text: problemIn(error)?.message ?? 'The service could not be reached. Nothing was sent.' };
    }
    const answer = await this.#do('tools/call', call, params, paramHeaders(tools?.get(call.name)?.inputSchema ?? {}, call.arguments));
    // Its schema has changed: the next call needs the new one. This one is not sent again by itself.
    if (answer.kind !== 'result' && answer.error?.code === -32_020) this.#tools = undefined;
    return answer;
  }

  profile(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#release();
    await this.#client.close();
  }

  async #do(method: string, call: UpstreamCall, params: JsonObject, headers?: Readonly<Record<string, string>>): Promise<UpstreamAnswer> {
    if (call.signal.aborted) return { kind: 'failed', text: 'It was cancelled before it was sent.' };
    if (this.#isClosed) return { kind: 'failed', text: 'The service is not connected.' };
    const level = call.conversation.logLevel;
    if (level !== null && this.#isLogLevelTooHigh(level)) await this.#setLogLevel(level);
    const { answer, isSessionGone } = await this.#runner.run(method, call, params, headers);
    if (isSessionGone) this.#end();
    return answer;
  }

  async #complete(params: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    if (this.#client.getServerCapabilities()?.completions === undefined) throw new Error('The service completes nothing.');
    const meta = params['_meta'];
    return this.#ask('completion/complete', params, signal, isJsonObject(meta) ? meta : {});
  }

  async #list(capability: 'prompts' | 'resources' | 'tools', method: string, key: string): Promise<readonly JsonObject[]> {
    if (this.#client.getServerCapabilities()?.[capability] === undefined) return [];
    try {
      return await readPages(key, (cursor) => this.#ask(method, cursor === undefined ? {} : { cursor }));
    } catch (error) {
      // A server with resources, but without templates, may not know the method.
      if (capability !== 'tools' && error instanceof ServiceRefusedError && error.error.code === -32_601) return [];
      throw error;
    }
  }

  /** A request that belongs to no action. Rejects like `RpcChannel.request`. */
  async #ask(method: string, params: JsonObject, signal?: AbortSignal, meta: JsonObject = {}): Promise<JsonObject> {
    const conversation = { ...silence, capabilities: ownCapabilities, meta };
    return this.#runner.ask(method, withMeta(params, metaFor(this.#introduction, conversation)), signal);
  }

  async #subscribe(uri: string): Promise<Dispose> {
    if (this.#isClosed) throw new Error('The service is not connected.');
    if (this.#client.getServerCapabilities()?.resources?.subscribe !== true) throw new Error('The service does not tell of changes of its resources.');
    return this.#subscriptions.subscribe(uri);
  }

  #legacyFollower(): Follower {
    return {
      follow: async (uri) => void (await this.#ask('resources/subscribe', { uri })),
      unfollow: async (uri) => void (await this.#ask('resources/unsubscribe', { uri })),
    };
  }

  /** A server of 2025-11-25 has one level for the whole connection: the most verbose that any agent wanted. */
  #isLogLevelTooHigh(wanted: LogLevel): boolean {
    if (this.#isModern || this.#client.getServerCapabilities()?.logging === undefined) return false;
    return this.#logLevel === undefined || severity(this.#logLevel) > severity(wanted);
  }

  async #setLogLevel(level: LogLevel): Promise<void> {
    this.#logLevel = level;
    // Without log messages the call is as good as with them.
    await this.#ask('logging/setLevel', { level }).catch(() => undefined);
  }

  #hear(method: string, params: JsonObject): boolean {
    if (method === 'notifications/message') {
      this.#calls.log(params);
      return true;
    }
    if (method === 'notifications/tools/list_changed') this.#tools = undefined;
    return this.#changes.take(method, params);
  }

  #end(): void {
    this.#release();
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed.emit(undefined);
  }

  #release(): void {
    this.#channel.close();
    this.#listening.close();
    this.#changes.close();
    this.#calls.close();
  }
}
