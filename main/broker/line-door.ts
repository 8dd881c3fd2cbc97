import type { Socket } from 'node:net';
import { LineReader } from '../model/line-reader.ts';
import { countedMethods } from './agent-methods.ts';
import type { Caller } from './catalog.ts';
import type { Doors } from './doors.ts';
import { bodyLimit } from './entry-checks.ts';
import { errorMessage, invalidRequest, isRequestId, readIncoming, refusedByGate, type Incoming, type Outgoing, type RequestId, type RpcRequest } from './json-rpc.ts';
import { LegacySession } from './legacy-session.ts';
import { openPerAgent } from './limits.ts';
import type { Reply } from './reply.ts';
import { parseJson } from './request-body.ts';
import { isModern } from './standard-headers.ts';

/** Bytes a client may leave unread before notifications to it are dropped, and before it has to read them to be listened to. */
const mostUnread = 4 * 1024 * 1024;

/** One client over MCP's stdio lines, in either era: the first request decides for good. */
export class LineDoor {
  readonly #parts: Doors;
  readonly #socket: Socket;
  readonly #caller: Caller;
  readonly #running = new Map<RequestId, AbortController>();
  readonly #lines = new LineReader(bodyLimit);
  #session: LegacySession | undefined;

  private constructor(parts: Doors, socket: Socket, caller: Caller) {
    this.#parts = parts;
    this.#socket = socket;
    this.#caller = caller;
  }

  /** Serves until the socket ends. */
  static open(parts: Doors, socket: Socket, caller: Caller): void {
    const door = new LineDoor(parts, socket, caller);
    socket.on('data', (chunk: Buffer) => door.#read(chunk));
    socket.once('close', () => door.#close());
    socket.resume();
  }

  #read(chunk: Buffer): void {
    let lines: Buffer[];
    try {
      lines = this.#lines.readBytes(chunk);
    } catch {
      this.#send(errorMessage(null, { code: invalidRequest, message: `A message is larger than ${bodyLimit / 1024 / 1024} MiB. Nothing was done.` }));
      this.#socket.destroySoon();
      return;
    }
    for (const line of lines) if (!isBlank(line)) this.#takeLine(line);
  }

  #takeLine(line: Buffer): void {
    const body = parseJson(line);
    if (body.ok) this.#take(readIncoming(body.value));
    else this.#send(errorMessage(null, { code: body.refusal.code, message: body.refusal.text }));
  }

  #take(message: Incoming): void {
    if (message.kind === 'invalid') return this.#send(errorMessage(message.id, { code: invalidRequest, message: 'This is not one JSON-RPC 2.0 message. Nothing was done.' }));
    if (message.kind === 'request') return this.#answer(message.request, this.#session === undefined && isModern(message, {}));
    this.#session?.take(message);
    if (message.kind === 'notification' && message.method === 'notifications/cancelled') this.#cancel(message.params['requestId']);
    return undefined;
  }

  #cancel(id: unknown): void {
    if (isRequestId(id)) this.#running.get(id)?.abort();
  }

  #answer(request: RpcRequest, isModernRequest: boolean): void {
    const { id, method } = request;
    if (this.#running.has(id)) return this.#send(errorMessage(id, { code: invalidRequest, message: 'A request with this id is still being answered.' }));
    const refusal = this.#refusal(method);
    if (refusal !== undefined) return this.#send(errorMessage(id, { code: refusedByGate, message: refusal }));
    const abort = new AbortController();
    this.#running.set(id, abort);
    const where = { caller: this.#caller, only: null };
    const reply = this.#reply(abort.signal);
    const answered = isModernRequest ? this.#parts.modern.answer(request, { ...where, signal: abort.signal }, reply) : this.#sessionFor().answer(request, reply, abort.signal);
    void answered.finally(() => this.#running.delete(id));
    return undefined;
  }

  #refusal(method: string): string | undefined {
    if (this.#running.size >= openPerAgent) return `This agent has ${openPerAgent} requests open. Nothing was done. Wait for one of them to end.`;
    const seconds = countedMethods.has(method) ? this.#parts.limits.take(this.#caller.agent) : 0;
    return seconds === 0 ? undefined : `This agent makes more calls a minute than it may. Nothing was done. Try again in ${seconds} s.`;
  }

  #sessionFor(): LegacySession {
    this.#session ??= new LegacySession(this.#parts, { caller: this.#caller, only: null }, { send: (message) => this.#send(message) });
    return this.#session;
  }

  /** What was cancelled is not answered (MCP, "Cancellation"). */
  #reply(cancelled: AbortSignal): Reply {
    const isOpen = (): boolean => this.#socket.writable;
    return {
      get canSend() {
        return isOpen();
      },
      send: (message) => {
        if ('id' in message || this.#socket.writableLength <= mostUnread) this.#send(message);
      },
      end: (message) => {
        if (!cancelled.aborted) this.#send(message);
      },
    };
  }

  #send(message: Outgoing): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    socket.write(`${JSON.stringify(message)}\n`);
    // Who does not read what was answered is not listened to meanwhile.
    if (socket.writableLength > mostUnread && !socket.isPaused()) socket.pause().once('drain', () => socket.resume());
  }

  #close(): void {
    this.#session?.close();
    for (const abort of this.#running.values()) abort.abort();
  }
}

/** Nothing but spaces, tabs and a CR. */
function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
