import { Client, ProtocolError, ProtocolErrorCode, SdkError, SdkErrorCode, SdkHttpError, type Transport } from '@modelcontextprotocol/client';
import { Emitter, type Dispose } from '../model/disposable.ts';
import type { JsonObject } from '../model/json.ts';
import type { Upstream, UpstreamAnswer, UpstreamCall, UpstreamTool } from '../model/upstream.ts';
import { isNothingSent } from './nothing-sent-error.ts';

/** An upstream that can end by itself. */
export interface ClosableUpstream extends Upstream {
  /** Called once when it ended without being asked to. */
  onClosed(listener: () => void): Dispose;
}

export interface McpUpstreamOptions {
  readonly version: string;
  /** Milliseconds a tool call may take. */
  readonly callTimeout: number;
  /** Milliseconds for the handshake, and for listing tools. */
  readonly connectTimeout: number;
}

export const defaultMcpOptions: McpUpstreamOptions = { version: '0.1.0', callTimeout: 60_000, connectTimeout: 30_000 };

/** How long a silent server over stdio may be one that knows only `initialize`. */
const probeTimeout = 10_000;

/**
 * Connects over a transport that `createTransport` makes, in whichever era the server speaks (2026-07-28, or 2025-11-25
 * and before). Rejects with what the transport or the SDK said; nothing is left running then.
 */
export async function openMcpUpstream(createTransport: () => Transport, options: McpUpstreamOptions): Promise<ClosableUpstream> {
  try {
    return new McpUpstream(await connect(createTransport(), options, false), options);
  } catch (error) {
    if (!isEndedByProbe(error)) throw error;
    return new McpUpstream(await connect(createTransport(), options, true), options);
  }
}

/** Some older servers end at the first message they do not know, which the probe for the newer era is. */
function isEndedByProbe(error: unknown): boolean {
  return error instanceof SdkError && error.code === SdkErrorCode.EraNegotiationFailed && !isNothingSent(error) && /clos/i.test(error.message);
}

async function connect(transport: Transport, { version, connectTimeout }: McpUpstreamOptions, isLegacy: boolean): Promise<Client> {
  const client = new Client(
    { name: 'countersign', version },
    // A server's own questions to the person do not pass: nothing it says reaches a screen through us.
    { capabilities: {}, versionNegotiation: { mode: 'auto', probe: { timeoutMs: Math.min(probeTimeout, connectTimeout) } }, inputRequired: { autoFulfill: false } },
  );
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's client has callbacks, no events
  client.onerror = () => undefined;
  try {
    await client.connect(transport, { timeout: connectTimeout, ...(isLegacy ? { prior: { kind: 'legacy' } } : {}) });
    return client;
  } catch (error) {
    await transport.close().catch(() => undefined);
    throw error;
  }
}

class McpUpstream implements ClosableUpstream {
  readonly #client: Client;
  readonly #options: McpUpstreamOptions;
  readonly #closed = new Emitter<undefined>();
  #tools: ReadonlyMap<string, UpstreamTool> | undefined;
  #isClosed = false;

  constructor(client: Client, options: McpUpstreamOptions) {
    this.#client = client;
    this.#options = options;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's client has callbacks, no events
    client.onclose = () => this.#end();
  }

  onClosed(listener: () => void): Dispose {
    return this.#closed.on(listener);
  }

  async listTools(): Promise<readonly UpstreamTool[]> {
    const { tools } = await this.#client.listTools(undefined, { timeout: this.#options.connectTimeout, cacheMode: 'refresh' });
    const listed = tools.map((tool) => toUpstreamTool(tool));
    this.#tools = new Map(listed.map((tool) => [tool.name, tool]));
    return listed;
  }

  async callTool(call: UpstreamCall): Promise<UpstreamAnswer> {
    if (call.signal.aborted) return { kind: 'failed', text: 'It was cancelled before it was sent.' };
    if (this.#isClosed) return { kind: 'failed', text: 'The service is not connected.' };
    const inputSchema = await this.#inputSchema(call.name);
    if (inputSchema === undefined) return { kind: 'failed', text: 'The service could not be reached. Nothing was sent.' };
    try {
      const result = await this.#client.callTool(
        { name: call.name, arguments: call.arguments },
        {
          signal: call.signal,
          timeout: this.#options.callTimeout,
          // With a definition of ours the SDK neither repeats a call by itself, nor refuses a result, after the
          // deed, because it does not fit the output schema.
          toolDefinition: { name: call.name, inputSchema },
        },
      );
      // The SDK parsed it as a `CallToolResult`, which is JSON.
      return { kind: 'result', result: result as unknown as JsonObject };
    } catch (error) {
      // The server has forgotten the session (specification 2025-11-25, Session Management): the next call needs a new one.
      if (error instanceof SdkHttpError && error.status === 404) this.#end();
      return explain(error, call.signal);
    }
  }

  profile(): undefined {
    return undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client.close();
  }

  #end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed.emit(undefined);
  }

  /** The listed schema, which may say that an argument goes into a header too (SEP-2243). Undefined: it could not be listed. */
  async #inputSchema(name: string): Promise<{ readonly type: 'object' } | undefined> {
    if (this.#tools === undefined) {
      try {
        await this.listTools();
      } catch {
        return undefined;
      }
    }
    return { ...this.#tools?.get(name)?.inputSchema, type: 'object' };
  }
}

/** JSON-RPC refusals that come before a request is taken up (JSON-RPC 2.0, section 5.1). */
const refusals: ReadonlySet<number> = new Set([
  ProtocolErrorCode.ParseError,
  ProtocolErrorCode.InvalidRequest,
  ProtocolErrorCode.MethodNotFound,
  ProtocolErrorCode.InvalidParams,
]);

/** HTTP answers that come instead of taking the request up. A 303 is none: what it points to may be what was done. */
const refusingStatuses: ReadonlySet<number> = new Set([301, 302, 307, 308, 400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 421, 426, 429, 431]);

/** `failed` only where it is certain that nothing was done. What the server wrote is not repeated: it may hold anything. */
function explain(error: unknown, signal: AbortSignal): UpstreamAnswer {
  if (isNothingSent(error)) return { kind: 'failed', text: 'The service could not be reached. Nothing was sent.' };
  if (error instanceof ProtocolError && refusals.has(error.code)) {
    return { kind: 'failed', text: `The service refused the request (code ${error.code}). Nothing was done.` };
  }
  if (error instanceof SdkHttpError && refusingStatuses.has(error.status ?? 0)) {
    return { kind: 'failed', text: `The service refused the request (HTTP ${error.status}). Nothing was done.` };
  }
  if (error instanceof Error && error.constructor === Error && error.message === 'Not connected') {
    return { kind: 'failed', text: 'The service is not connected. Nothing was sent.' };
  }
  if (signal.aborted) return { kind: 'unknown', text: 'It was cancelled after it was sent. It may or may not have been done.' };
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) {
    return { kind: 'unknown', text: 'The service did not answer in time. It may or may not have been done.' };
  }
  if (error instanceof SdkError && error.code === SdkErrorCode.UnsupportedResultType) {
    return { kind: 'unknown', text: 'The service asked something back that cannot be answered here. It may or may not have been done.' };
  }
  return { kind: 'unknown', text: 'The connection to the service was lost before it answered. It may or may not have been done.' };
}

/** Schemas and annotations came as JSON; the SDK's types for them are open objects. */
function json(value: object): JsonObject {
  return value as JsonObject;
}

function toUpstreamTool(tool: Awaited<ReturnType<Client['listTools']>>['tools'][number]): UpstreamTool {
  return {
    name: tool.name,
    inputSchema: json(tool.inputSchema),
    ...(tool.title === undefined ? {} : { title: tool.title }),
    ...(tool.description === undefined ? {} : { description: tool.description }),
    ...(tool.outputSchema === undefined ? {} : { outputSchema: json(tool.outputSchema) }),
    ...(tool.annotations === undefined ? {} : { annotations: json(tool.annotations) }),
  };
}
