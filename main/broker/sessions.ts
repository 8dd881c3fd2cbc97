import { randomUUID } from 'node:crypto';
import { isInitializeRequest, WebStandardStreamableHTTPServerTransport, type Server } from '@modelcontextprotocol/server';
import type { AgentId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import type { Caller } from './catalog.ts';
import type { EntryRefusal, Refusal } from './entry.ts';
import type { Exchange } from './http-exchange.ts';
import { authInfoOf } from './mcp-server.ts';

interface Session {
  readonly agent: AgentId;
  readonly server: Server;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  openExchanges: number;
  lastUsedAt: number;
}

export interface SessionsParts {
  createServer(caller: Caller): Server;
  readonly clock: Clock;
  onRefusedEntry(why: EntryRefusal): void;
}

/** Milliseconds a session with no open request or stream is kept (30 minutes). */
export const sessionIdle = 30 * 60_000;
/** Sessions one agent may have open. */
export const sessionsPerAgent = 32;
const sweepInterval = 60_000;

/**
 * Sessions of the 2025 protocols (MCP 2025-11-25, transports, "Session Management"): each belongs to the agent whose
 * token opened it, and to no other.
 */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #parts: SessionsParts;
  #stopSweep: Dispose;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.#stopSweep = parts.clock.after(sweepInterval, () => this.#sweep());
  }

  get size(): number {
    return this.#sessions.size;
  }

  async handle(request: Request, body: unknown, caller: Caller, exchange: Exchange): Promise<Response | Refusal> {
    const id = request.headers.get('mcp-session-id');
    const session = id === null ? await this.#open(request, body, caller) : this.#find(id, caller);
    if ('status' in session) return session;
    session.openExchanges += 1;
    void exchange.finished.then(() => {
      session.openExchanges -= 1;
      session.lastUsedAt = this.#parts.clock.now();
    });
    const answer = await session.transport.handleRequest(request, { authInfo: authInfoOf(caller), ...(body === undefined ? {} : { parsedBody: body }) });
    if (session.transport.sessionId === undefined) await session.server.close();
    return answer;
  }

  toolsChanged(): void {
    for (const { server } of this.#sessions.values()) {
      // A session without an open stream is told nothing; it lists the tools again when it wants to.
      server.sendToolListChanged().catch(() => {});
    }
  }

  async closeAgent(agent: AgentId): Promise<void> {
    await this.#closeWhere((session) => session.agent === agent);
  }

  async close(): Promise<void> {
    this.#stopSweep();
    await this.#closeWhere(() => true);
  }

  #find(id: string, caller: Caller): Session | Refusal {
    const session = this.#sessions.get(id);
    if (session?.agent === caller.agent) return session;
    if (session !== undefined) this.#parts.onRefusedEntry('foreign_session');
    return { status: 404, code: -32001, text: 'There is no such session. Start a new one with initialize.' };
  }

  async #open(request: Request, body: unknown, caller: Caller): Promise<Session | Refusal> {
    if (request.method !== 'POST' || !isInitializeRequest(body)) {
      return { status: 400, code: -32600, text: 'There is no session yet. Start with initialize, then send the Mcp-Session-Id it returns.' };
    }
    if (!(await this.#makeRoom(caller.agent))) {
      return { status: 503, code: -32003, text: `This agent has ${sessionsPerAgent} sessions in use. Close one of them first.` };
    }
    const server = this.#parts.createServer(caller);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.#sessions.set(id, session),
    });
    const session: Session = { agent: caller.agent, server, transport, openExchanges: 0, lastUsedAt: this.#parts.clock.now() };
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- an SDK server is no EventTarget
    server.onclose = () => {
      if (transport.sessionId !== undefined) this.#sessions.delete(transport.sessionId);
    };
    await server.connect(transport);
    return session;
  }

  async #makeRoom(agent: AgentId): Promise<boolean> {
    const own = [...this.#sessions.values()].filter((session) => session.agent === agent);
    if (own.length < sessionsPerAgent) return true;
    const idlest = own.filter((session) => session.openExchanges === 0).sort((a, b) => a.lastUsedAt - b.lastUsedAt)[0];
    await idlest?.server.close();
    return idlest !== undefined;
  }

  #sweep(): void {
    const oldest = this.#parts.clock.now() - sessionIdle;
    void this.#closeWhere((session) => session.openExchanges === 0 && session.lastUsedAt <= oldest);
    this.#stopSweep = this.#parts.clock.after(sweepInterval, () => this.#sweep());
  }

  async #closeWhere(matches: (session: Session) => boolean): Promise<void> {
    await Promise.all([...this.#sessions.values()].filter(matches).map(({ server }) => server.close()));
  }
}
