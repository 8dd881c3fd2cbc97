import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMcpHandler, InMemoryServerEventBus, isLegacyRequest, type McpHttpHandler, type Server } from '@modelcontextprotocol/server';
import type { AgentId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import type { Caller } from './catalog.ts';
import { bearerToken, checkHead, mcpPath } from './entry-checks.ts';
import { tokenRefusal, type EntryRefusal, type Refusal, type TokenCheck } from './entry.ts';
import { toRequest, writeRefusal, writeResponse, type Exchange } from './http-exchange.ts';
import { authInfoOf, callerOf } from './mcp-server.ts';
import { readJsonBody } from './request-body.ts';
import { Sessions } from './sessions.ts';

export interface HttpEndpointParts {
  /** Tried first; when it is taken, any free port. */
  readonly preferredPort: number;
  /** Origins that may call although they are web pages. None, unless the organization lists some. */
  readonly allowedOrigins: readonly string[];
  readonly clock: Clock;
  createServer(caller: Caller): Server;
  checkToken(token: string): TokenCheck;
  onRefusedEntry(why: EntryRefusal): void;
}

const maxConnections = 256;
/** Requests and streams one agent may have open, so that it cannot keep the others out. */
export const openPerAgent = 64;
const maxHeaderBytes = 16 * 1024;
/** Milliseconds for the head of a request, and for all of it. Answers may take as long as a person needs. */
const headTimeout = 10_000;
const requestTimeout = 30_000;

/** The loopback MCP endpoint: `POST`, `GET` and `DELETE /mcp` in both protocol eras. */
export class HttpEndpoint {
  readonly #parts: HttpEndpointParts;
  readonly #http: HttpServer;
  readonly #sessions: Sessions;
  readonly #bus = new InMemoryServerEventBus();
  /** Tool calls stream from the start, so that a waiting client sees keep-alives; everything else is one JSON body. */
  readonly #calls: McpHttpHandler;
  readonly #others: McpHttpHandler;
  readonly #open = new Map<AbortController, AgentId>();
  #port = 0;

  private constructor(parts: HttpEndpointParts) {
    this.#parts = parts;
    this.#sessions = new Sessions(parts);
    const factory: Parameters<typeof createMcpHandler>[0] = ({ authInfo }) => {
      const caller = callerOf(authInfo);
      if (caller === undefined) throw new Error('A request reached the MCP server without its caller.');
      return parts.createServer(caller);
    };
    this.#calls = createMcpHandler(factory, { legacy: 'reject', bus: this.#bus, responseMode: 'sse' });
    this.#others = createMcpHandler(factory, { legacy: 'reject', bus: this.#bus });
    this.#http = createServer({ maxHeaderSize: maxHeaderBytes, headersTimeout: headTimeout, requestTimeout, connectionsCheckingInterval: 5_000 });
    this.#http.maxConnections = maxConnections;
    this.#http.on('request', (request, response) => void this.#serve(request, response));
    this.#http.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      else socket.destroy();
    });
  }

  /** Listens on 127.0.0.1. Rejects only when no port at all can be had. */
  static async start(parts: HttpEndpointParts): Promise<HttpEndpoint> {
    const endpoint = new HttpEndpoint(parts);
    try {
      await endpoint.#listen(parts.preferredPort);
    } catch {
      await endpoint.#listen(0);
    }
    return endpoint;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}${mcpPath}`;
  }

  /** Tells every connected client that its list of tools may have changed. */
  toolsChanged(): void {
    this.#sessions.toolsChanged();
    this.#bus.publish({ kind: 'tools_list_changed' });
  }

  /** Ends what this agent has open: requests, streams, sessions. Its tokens are somebody else's to revoke. */
  async disconnect(agent: AgentId): Promise<void> {
    for (const [controller, owner] of this.#open) if (owner === agent) controller.abort();
    await this.#sessions.closeAgent(agent);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    await Promise.all([this.#sessions.close(), this.#calls.close(), this.#others.close()]);
    this.#http.closeAllConnections();
    await closed;
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, '127.0.0.1', () => {
        this.#http.off('error', reject);
        // A TCP server's address is an AddressInfo.
        this.#port = (this.#http.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const refusal = await this.#admit(request, response);
      if (refusal === undefined) return;
      if (refusal.why !== undefined) this.#parts.onRefusedEntry(refusal.why);
      writeRefusal(response, refusal);
    } catch {
      writeRefusal(response, { status: 500, code: -32603, text: 'Countersign had an internal error. It is not certain what was done; ask the person to look at Activity.' });
    }
  }

  /** Serves the request, or says why not. */
  async #admit(request: IncomingMessage, response: ServerResponse): Promise<Refusal | undefined> {
    const head = checkHead(request, this.#port, this.#parts.allowedOrigins);
    if (head !== undefined) return head;
    const token = bearerToken(request);
    if (token === undefined) return tokenRefusal('no_token');
    const check = this.#parts.checkToken(token);
    if (check.kind === 'refused') return tokenRefusal(check.why);
    const { caller } = check;
    if ([...this.#open.values()].filter((agent) => agent === caller.agent).length >= openPerAgent) return tooManyOpen;
    const exchange = this.#track(response, caller.agent);
    const body = request.method === 'POST' ? await readJsonBody(request) : { ok: true as const, value: undefined };
    if (body === undefined) return undefined;
    if (!body.ok) return body.refusal;
    const answer = await this.#answer(request, exchange, body.value, caller);
    if (!(answer instanceof Response)) return answer;
    await writeResponse(response, answer);
    return undefined;
  }

  async #answer(incoming: IncomingMessage, exchange: Exchange, body: unknown, caller: Caller): Promise<Response | Refusal> {
    const request = toRequest(incoming, `http://127.0.0.1:${this.#port}`, exchange.signal);
    if (await isLegacyRequest(request, body)) return await this.#sessions.handle(request, body, caller, exchange);
    const handler = isToolCall(body) ? this.#calls : this.#others;
    return await handler.fetch(request, { authInfo: authInfoOf(caller), parsedBody: body });
  }

  #track(outgoing: ServerResponse, agent: AgentId): Exchange {
    const controller = new AbortController();
    this.#open.set(controller, agent);
    controller.signal.addEventListener('abort', () => outgoing.destroy(), { once: true });
    const finished = new Promise<void>((resolve) => {
      outgoing.once('close', () => {
        this.#open.delete(controller);
        if (!outgoing.writableFinished) controller.abort();
        resolve();
      });
    });
    return { agent, signal: controller.signal, finished };
  }
}

const tooManyOpen: Refusal = {
  status: 429,
  code: -32003,
  text: `This agent has ${openPerAgent} requests open. Nothing was done. Wait for one of them to end.`,
  headers: { 'retry-after': '5' },
};

function isToolCall(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'method' in body && body.method === 'tools/call';
}
