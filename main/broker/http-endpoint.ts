import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AgentId } from '../../preload/contract.ts';
import { countedMethods, type RequestContext } from './agent-methods.ts';
import type { Doors } from './doors.ts';
import { checkCaller, checkHead, mcpPath, presentedToken, type PresentedToken } from './entry-checks.ts';
import { scopeRefusal, tokenRefusal, type Challenge, type EntryRefusal, type Refusal, type TokenCheck } from './entry.ts';
import { HttpReply } from './http-reply.ts';
import { HttpSessions } from './http-sessions.ts';
import { errorMessage, internalError, invalidRequest, methodNotFound, readIncoming, refusedByGate, toFailure, type Incoming, type RpcRequest } from './json-rpc.ts';
import { openPerAgent } from './limits.ts';
import { readJsonBody } from './request-body.ts';
import { pathOf, WebDoor, type WebPaths } from './web-paths.ts';
import { checkStandardHeaders, isModern } from './standard-headers.ts';

export interface HttpEndpointParts extends Doors {
  /** Tried first; when it is taken, any free port. */
  readonly preferredPort: number;
  /** Origins that may call although they are web pages. None, unless the organization lists some. */
  readonly allowedOrigins: readonly string[];
  /** The authorization server, which answers without a token. */
  readonly signIn: WebPaths & Pick<Challenge, 'proofAlgorithms'>;
  checkToken(presented: PresentedToken): TokenCheck | Promise<TokenCheck>;
  onRefusedEntry(why: EntryRefusal): void;
}

const maxConnections = 256;
const maxHeaderBytes = 16 * 1024;
/** Milliseconds for the head of a request, and for all of it. Answers may take as long as a person needs. */
const headTimeout = 10_000;
const requestTimeout = 30_000;

/** What was let in: who, where, and what ends it early. */
interface Visit {
  readonly where: Pick<RequestContext, 'caller' | 'only'>;
  /** Aborted when the client goes away before the answer is complete, or the agent is cut off. */
  readonly signal: AbortSignal;
  readonly takesStream: boolean;
}

/** The loopback MCP endpoints, `/mcp` and `/mcp/CONNECTION`: `POST`, `GET` and `DELETE` in both protocol eras. */
export class HttpEndpoint {
  readonly #parts: HttpEndpointParts;
  readonly #http: HttpServer;
  readonly #sessions: HttpSessions;
  readonly #web: WebDoor;
  readonly #open = new Map<AgentId, Set<AbortController>>();
  #port = 0;

  private constructor(parts: HttpEndpointParts) {
    this.#parts = parts;
    this.#sessions = new HttpSessions(parts);
    this.#web = new WebDoor(parts.signIn);
    this.#http = createServer({ maxHeaderSize: maxHeaderBytes, headersTimeout: headTimeout, requestTimeout, connectionsCheckingInterval: 5_000, noDelay: true });
    this.#http.maxConnections = maxConnections;
    this.#http.on('request', (request, response) => void this.#serve(request, response));
    this.#http.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (socket.writable) socket.end(`HTTP/1.1 ${unreadable[error.code ?? ''] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`);
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

  /** Ends what this agent has open: requests, streams, sessions. Its tokens are somebody else's to revoke. */
  disconnect(agent: AgentId): void {
    for (const controller of this.#open.get(agent) ?? []) controller.abort();
    this.#sessions.closeAgent(agent);
  }

  disconnectAll(): void {
    for (const agent of this.#open.keys()) this.disconnect(agent);
    this.#sessions.closeAll();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#sessions.close();
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
      writeRefusal(response, { status: 500, code: internalError, text: 'Countersign had an internal error. It is not certain what was done; ask the person to look at Activity.' });
    }
  }

  /** Serves the request, or says why not. */
  async #admit(request: IncomingMessage, response: ServerResponse): Promise<Refusal | undefined> {
    const { allowedOrigins, methods, signIn } = this.#parts;
    if (signIn.owns(pathOf(request))) return checkCaller(request, this.#port, allowedOrigins) ?? (await this.#web.serve(request, response));
    const head = checkHead(request, this.#port, allowedOrigins);
    if (head !== undefined) return head;
    const challenge: Challenge = { resourceMetadata: `http://${request.headers.host ?? ''}/.well-known/oauth-protected-resource${request.url ?? ''}`, proofAlgorithms: signIn.proofAlgorithms };
    const presented = presentedToken(request, this.#port);
    if (presented === undefined) return tokenRefusal('no_token', challenge);
    const check = await this.#parts.checkToken(presented);
    if (check.kind === 'refused') return tokenRefusal(check.why, challenge);
    const { only } = presented;
    const where = { caller: check.caller, only };
    if (only !== null && methods.connections(where).length === 0) {
      const isTheirs = methods.connections({ caller: { ...check.caller, reach: null }, only }).length > 0;
      return isTheirs ? scopeRefusal(`connection:${only}`, challenge) : noSuchConnection;
    }
    const signal = this.#track(response, check.caller.agent);
    if (signal === undefined) return tooManyOpen;
    const visit: Visit = { where, signal, takesStream: takesStream(request) };
    if (request.method === 'GET') return this.#sessions.get({ request, response, ...visit });
    if (request.method === 'DELETE') return this.#sessions.delete({ request, response, ...visit });
    const body = await readJsonBody(request);
    if (body === undefined) return undefined;
    return body.ok ? this.#take(readIncoming(body.value), request, response, visit) : body.refusal;
  }

  async #take(message: Incoming, request: IncomingMessage, response: ServerResponse, visit: Visit): Promise<Refusal | undefined> {
    if (message.kind === 'invalid') {
      return { status: 400, code: invalidRequest, text: 'This is not one JSON-RPC 2.0 message. Nothing was done.', ...(message.id === null ? {} : { id: message.id }) };
    }
    const refusal = this.#limit(message, visit.where.caller.agent);
    if (refusal !== undefined) return refusal;
    if (!isModern(message, request.headers)) return this.#sessions.post(message, { request, response, ...visit });
    if (message.kind === 'request') await this.#answer(message.request, request, response, visit);
    // In this revision a client's notifications mean nothing to a server: closing a stream cancels its request.
    else response.writeHead(202).end();
    return undefined;
  }

  async #answer(message: RpcRequest, request: IncomingMessage, response: ServerResponse, { where, signal, takesStream: canStream }: Visit): Promise<void> {
    const reply = new HttpReply(response, { clock: this.#parts.clock, takesStream: canStream });
    try {
      checkStandardHeaders(message, request.headers);
    } catch (error) {
      const { error: told, status } = toFailure(error);
      return reply.end(errorMessage(message.id, told), status);
    }
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return typeof value === 'string' ? value : undefined;
    };
    return this.#parts.modern.answer(message, { ...where, signal, header }, reply);
  }

  /** Counts what an agent attempts; listing and looking around is free. */
  #limit(message: Incoming, agent: AgentId): Refusal | undefined {
    if (message.kind !== 'request' || !countedMethods.has(message.request.method)) return undefined;
    const seconds = this.#parts.limits.take(agent);
    if (seconds === 0) return undefined;
    const text = `This agent makes more calls a minute than it may. Nothing was done. Try again in ${seconds} s.`;
    return { status: 429, code: refusedByGate, text, headers: { 'retry-after': String(seconds) }, id: message.request.id };
  }

  /** Undefined when this agent has too much open. */
  #track(response: ServerResponse, agent: AgentId): AbortSignal | undefined {
    const open = this.#open.get(agent) ?? new Set<AbortController>();
    if (open.size >= openPerAgent) return undefined;
    const controller = new AbortController();
    this.#open.set(agent, open.add(controller));
    controller.signal.addEventListener('abort', () => response.destroy(), { once: true });
    response.once('close', () => {
      open.delete(controller);
      if (open.size === 0 && this.#open.get(agent) === open) this.#open.delete(agent);
      if (!response.writableFinished) controller.abort();
    });
    return controller.signal;
  }
}

/** What is said of a request that is no HTTP we read, by Node's error code. */
const unreadable: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

function takesStream({ headers: { accept } }: IncomingMessage): boolean {
  return accept !== undefined && /text\/event-stream|text\/\*|\*\/\*/i.test(accept);
}

const tooManyOpen: Refusal = {
  status: 429,
  code: refusedByGate,
  text: `This agent has ${openPerAgent} requests open. Nothing was done. Wait for one of them to end.`,
  headers: { 'retry-after': '5' },
};

const noSuchConnection: Refusal = { status: 404, code: methodNotFound, text: 'There is no such connection here, or this agent may not use it.' };

function writeRefusal(response: ServerResponse, refusal: Refusal): void {
  if (response.headersSent || response.destroyed) return;
  const body = JSON.stringify(errorMessage(refusal.id ?? null, { code: refusal.code, message: refusal.text }));
  response.writeHead(refusal.status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...refusal.headers });
  response.end(body);
}
