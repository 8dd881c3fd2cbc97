import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AgentId } from '../../preload/contract.ts';
import type { Dispose } from '../model/disposable.ts';
import { isSameReach } from '../model/reach.ts';
import type { RequestContext } from './agent-methods.ts';
import type { EntryRefusal, Refusal } from './entry.ts';
import { HttpReply } from './http-reply.ts';
import { invalidRequest, refusedByGate, type Incoming } from './json-rpc.ts';
import { LegacySession, type LegacySessionParts } from './legacy-session.ts';
import { sessionVersions } from './revisions.ts';
import { readEventId, ResumableStream } from './resumable-stream.ts';

export interface HttpSessionsParts extends LegacySessionParts {
  onRefusedEntry(why: EntryRefusal): void;
}

/** One HTTP exchange that was let in. */
export interface SessionExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly where: Pick<RequestContext, 'caller' | 'only'>;
  readonly takesStream: boolean;
}

interface HttpSession {
  readonly id: string;
  readonly where: Pick<RequestContext, 'caller' | 'only'>;
  readonly session: LegacySession;
  readonly streams: Map<string, ResumableStream>;
  /** What belongs to no request; read by GET. */
  readonly general: ResumableStream;
  streamCount: number;
  openExchanges: number;
  lastUsedAt: number;
}

/** Milliseconds a session with no open request or stream is kept (30 minutes). */
export const sessionIdle = 30 * 60_000;
/** Sessions one agent may have open. */
export const sessionsPerAgent = 32;
/** Streams of ended requests that a session keeps for a client that comes back, and characters of all of them. */
const mostStreams = 50;
const mostKept = 4 * 1024 * 1024;
const sweepInterval = 60_000;
const sessionHeader = 'mcp-session-id';

/**
 * Sessions of the revisions before 2026-07-28 over HTTP (MCP 2025-11-25, Transports, "Session Management"): each belongs
 * to the agent whose token opened it, to the endpoint it was opened at, and to no other.
 */
export class HttpSessions {
  readonly #parts: HttpSessionsParts;
  readonly #sessions = new Map<string, HttpSession>();
  #stopSweep: Dispose;

  constructor(parts: HttpSessionsParts) {
    this.#parts = parts;
    this.#stopSweep = parts.clock.after(sweepInterval, () => this.#sweep());
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Answers a POST, or says why not. Resolves when the answer is complete. */
  async post(message: Exclude<Incoming, { kind: 'invalid' }>, exchange: SessionExchange): Promise<Refusal | undefined> {
    const { request, response, where } = exchange;
    const isInitialize = message.kind === 'request' && message.request.method === 'initialize';
    const found = isInitialize ? this.#open(where) : this.#find(request, where);
    if ('status' in found) return found;
    if (message.kind !== 'request') {
      found.session.take(message);
      response.writeHead(202).end();
      return undefined;
    }
    const settle = this.#begin(found);
    found.streamCount += 1;
    const gone = new AbortController();
    const stream = new ResumableStream(found.streamCount.toString(36), {
      clock: this.#parts.clock,
      primes: () => isPrimed(found.session) && !isInitialize,
      onAbandoned: () => gone.abort(),
    });
    const reply = new HttpReply(response, { clock: this.#parts.clock, takesStream: exchange.takesStream, headers: { [sessionHeader]: found.id }, kept: stream });
    this.#keep(found, stream);
    const onClose = (): void => {
      if (!response.writableFinished && !reply.isResumable) gone.abort();
    };
    response.once('close', onClose);
    await found.session.answer(message.request, reply, gone.signal);
    response.off('close', onClose);
    settle();
    if (reply.isResumable) this.#keep(found, stream);
    else found.streams.delete(stream.id);
    return undefined;
  }

  /** Opens the stream of what belongs to no request, or a lost one again (`Last-Event-ID`). */
  get({ request, response, where, takesStream }: SessionExchange): Refusal | undefined {
    const found = this.#find(request, where);
    if ('status' in found) return found;
    if (!takesStream) return { status: 406, code: invalidRequest, text: 'A stream needs Accept: text/event-stream.' };
    const lastSeen = request.headers['last-event-id'];
    const event = typeof lastSeen === 'string' ? readEventId(lastSeen) : undefined;
    if (lastSeen !== undefined && event === undefined) return { status: 400, code: invalidRequest, text: 'This Last-Event-ID is none of this server. Open the stream without it.' };
    const stream = event === undefined || event.stream === found.general.id ? found.general : found.streams.get(event.stream);
    if (stream === undefined) return { status: 404, code: invalidRequest, text: 'What this stream told is no longer kept. Send the request again.' };
    if (event === undefined && stream.isRead) return { status: 409, code: invalidRequest, text: 'This session has its stream open already.' };
    const settle = this.#begin(found);
    response.once('close', settle);
    stream.open(response, { [sessionHeader]: found.id }, event?.after);
    return undefined;
  }

  /** Ends a session at its client's wish. */
  delete({ request, response, where }: SessionExchange): Refusal | undefined {
    const found = this.#find(request, where);
    if ('status' in found) return found;
    this.#end(found);
    response.writeHead(200).end();
    return undefined;
  }

  closeAgent(agent: AgentId): void {
    for (const session of this.#sessions.values()) if (session.where.caller.agent === agent) this.#end(session);
  }

  closeAll(): void {
    for (const session of this.#sessions.values()) this.#end(session);
  }

  close(): void {
    this.#stopSweep();
    this.closeAll();
  }

  #find(request: IncomingMessage, { caller, only }: SessionExchange['where']): HttpSession | Refusal {
    const id = request.headers[sessionHeader];
    if (typeof id !== 'string') return { status: 400, code: invalidRequest, text: 'There is no session yet. Start with initialize, then send the Mcp-Session-Id it returns.' };
    const version = request.headers['mcp-protocol-version'];
    if (typeof version === 'string' && !sessionVersions.some((known) => known === version)) {
      return { status: 400, code: invalidRequest, text: `The protocol version of this session is none of ${sessionVersions.join(', ')}.` };
    }
    const session = this.#sessions.get(id);
    // A token that reaches less than the one which opened the session must not reach more through it.
    if (session !== undefined && session.where.caller.agent === caller.agent && session.where.only === only && isSameReach(session.where.caller.reach, caller.reach)) return session;
    if (session !== undefined && session.where.caller.agent !== caller.agent) this.#parts.onRefusedEntry('foreign_session');
    return { status: 404, code: -32_001, text: 'There is no such session. Start a new one with initialize.' };
  }

  #open(where: SessionExchange['where']): HttpSession | Refusal {
    if (!this.#makeRoom(where.caller.agent)) {
      return { status: 503, code: refusedByGate, text: `This agent has ${sessionsPerAgent} sessions in use. Close one of them first.` };
    }
    const general = new ResumableStream('0', { clock: this.#parts.clock, primes: () => isPrimed(session.session) });
    const session: HttpSession = {
      id: randomUUID(),
      where,
      session: new LegacySession(this.#parts, where, { send: (message) => general.keep(message) }),
      streams: new Map(),
      general,
      streamCount: 0,
      openExchanges: 0,
      lastUsedAt: this.#parts.clock.now(),
    };
    this.#sessions.set(session.id, session);
    return session;
  }

  #begin(session: HttpSession): () => void {
    session.openExchanges += 1;
    return () => {
      session.openExchanges -= 1;
      session.lastUsedAt = this.#parts.clock.now();
    };
  }

  /** Keeps this one; the oldest that have ended make room for it. */
  #keep({ streams }: HttpSession, stream: ResumableStream): void {
    streams.set(stream.id, stream);
    const ended = [...streams.values()].filter((one) => one.isOver && one !== stream);
    let size = ended.reduce((sum, one) => sum + one.size, stream.size);
    for (const oldest of ended) {
      if (streams.size <= mostStreams && size <= mostKept) return;
      streams.delete(oldest.id);
      size -= oldest.size;
    }
  }

  #makeRoom(agent: AgentId): boolean {
    const own = [...this.#sessions.values()].filter(({ where }) => where.caller.agent === agent);
    if (own.length < sessionsPerAgent) return true;
    const idlest = own.filter(({ openExchanges }) => openExchanges === 0).sort((a, b) => a.lastUsedAt - b.lastUsedAt)[0];
    if (idlest !== undefined) this.#end(idlest);
    return idlest !== undefined;
  }

  #sweep(): void {
    const oldest = this.#parts.clock.now() - sessionIdle;
    for (const session of this.#sessions.values()) if (session.openExchanges === 0 && session.lastUsedAt <= oldest) this.#end(session);
    this.#stopSweep = this.#parts.clock.after(sweepInterval, () => this.#sweep());
  }

  #end(session: HttpSession): void {
    this.#sessions.delete(session.id);
    session.session.close();
    session.general.end();
  }
}

function isPrimed({ version }: LegacySession): boolean {
  return version >= '2025-11-25';
}
