import type { ServerResponse } from 'node:http';
import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import type { Outgoing } from './json-rpc.ts';
import type { Reply } from './reply.ts';
import type { ResumableStream } from './resumable-stream.ts';

/** Milliseconds without an answer after which it becomes an event stream, so that the client sees that it is alive. */
const streamAfter = 1_000;
/** Milliseconds between two keep-alive comments. */
const keepAliveInterval = 15_000;
/** Bytes a client may leave unread before notifications to it are dropped; answers and questions never are. */
export const mostUnread = 4 * 1024 * 1024;

export interface HttpReplyOptions {
  readonly clock: Clock;
  /** False: the client takes nothing but JSON. */
  readonly takesStream: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Keeps what a stream tells, for a client that comes back for it. */
  readonly kept?: ResumableStream;
}

/**
 * The answer to one POST: one JSON body when it comes soon and alone, else an event stream (MCP, Streamable HTTP,
 * "Sending Messages to the Server").
 */
export class HttpReply implements Reply {
  readonly #response: ServerResponse;
  readonly #options: HttpReplyOptions;
  #stop: Dispose = nothing;
  #isStream = false;
  #isEnded = false;

  constructor(response: ServerResponse, options: HttpReplyOptions) {
    this.#response = response;
    this.#options = options;
    if (!options.takesStream) return;
    this.#stop = options.clock.after(streamAfter, () => this.#startStream());
    response.once('close', () => this.#stop());
  }

  get canSend(): boolean {
    return this.#options.takesStream && !this.#isEnded && (this.#isLive || this.isResumable);
  }

  /** A client that lost this answer can come back for it. */
  get isResumable(): boolean {
    return this.#isStream && this.#options.kept !== undefined;
  }

  send(message: Outgoing): void {
    if (!this.canSend) return;
    this.#startStream();
    const isQuestion = 'id' in message;
    const { kept } = this.#options;
    if (kept !== undefined) kept.keep(message);
    else if (isQuestion || this.#response.writableLength <= mostUnread) this.#response.write(eventText(message));
  }

  end(message: Outgoing, status = 200): void {
    this.#stop();
    this.#isEnded = true;
    const response = this.#response;
    const { kept } = this.#options;
    if (this.#isStream && kept !== undefined) {
      kept.keep(message);
      kept.end();
      return;
    }
    if (!this.#isLive) return;
    if (this.#isStream) return void response.end(eventText(message));
    const body = Buffer.from(JSON.stringify(message));
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length, 'cache-control': 'no-store', ...this.#options.headers });
    response.end(body);
    return undefined;
  }

  get #isLive(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  #startStream(): void {
    if (this.#isStream || !this.#isLive || this.#response.headersSent) return;
    this.#isStream = true;
    this.#stop();
    const { kept, headers = {}, clock } = this.#options;
    if (kept !== undefined) return kept.open(this.#response, headers);
    this.#response.writeHead(200, { ...streamHeaders, ...headers });
    this.#response.write(': hello\n\n');
    this.#stop = keepAlive(this.#response, clock);
    return undefined;
  }
}

export const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** Writes a comment every 15 s, so that nobody in between takes the stream for dead. */
export function keepAlive(response: ServerResponse, clock: Clock): Dispose {
  let stop: Dispose;
  const schedule = (): void => {
    stop = clock.after(keepAliveInterval, () => {
      if (response.destroyed || response.writableEnded) return;
      response.write(': still here\n\n');
      schedule();
    });
  };
  schedule();
  return () => stop();
}

/** A message as a server-sent event (HTML Living Standard, 9.2). */
export function eventText(message: Outgoing, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: ${JSON.stringify(message)}\n\n`;
}

function nothing(): void {}
