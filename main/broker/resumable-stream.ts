import type { ServerResponse } from 'node:http';
import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import { eventText, keepAlive, mostUnread, streamHeaders } from './http-reply.ts';
import type { Outgoing } from './json-rpc.ts';

/** What one stream keeps for a client that comes back: events, and bytes of their text. */
const mostEvents = 500;
const mostBytes = 2 * 1024 * 1024;
/** Milliseconds a client that lost the stream of a request may take to come back before the request is given up. */
export const returnTime = 60_000;

interface Kept {
  readonly number: number;
  readonly text: string;
}

export interface ResumableStreamOptions {
  readonly clock: Clock;
  /** The client understands an event without data, which older ones take for a broken message. */
  primes(): boolean;
  /** Its client went away and did not come back in time. */
  readonly onAbandoned?: () => void;
}

/**
 * Remembers what an event stream told, so that a client that lost it can go on after the last event it saw (MCP
 * 2025-11-25, "Resumability and Redelivery").
 */
export class ResumableStream {
  readonly id: string;
  readonly #options: ResumableStreamOptions;
  #events: Kept[] = [];
  #bytes = 0;
  #count = 0;
  /** The number of the last event that was written to a client. */
  #told = 0;
  #isOver = false;
  #response: ServerResponse | undefined;
  #stopKeepAlive: Dispose | undefined;
  #stopAwaiting: Dispose | undefined;

  constructor(id: string, options: ResumableStreamOptions) {
    this.id = id;
    this.#options = options;
  }

  /** What is kept, in characters. */
  get size(): number {
    return this.#bytes;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** A client reads it right now. */
  get isRead(): boolean {
    return this.#response !== undefined && !this.#response.destroyed;
  }

  /** Keeps a message and passes it on to whoever reads this stream; a notification only if it is being read. */
  keep(message: Outgoing): void {
    if (this.#isOver) return;
    this.#count += 1;
    const text = eventText(message, `${this.id}_${this.#count}`);
    this.#events.push({ number: this.#count, text });
    this.#bytes += text.length;
    while (this.#events.length > mostEvents || (this.#bytes > mostBytes && this.#events.length > 1)) this.#bytes -= this.#events.shift()?.text.length ?? 0;
    const reader = this.isRead ? this.#response : undefined;
    if (reader === undefined || (!('id' in message) && reader.writableLength > mostUnread)) return;
    this.#told = this.#count;
    reader.write(text);
  }

  /**
   * Tells a client everything after event number `after`, and from now on what comes. Without a number: what nobody was
   * told yet. Whoever read it so far does no longer: nothing goes to two.
   */
  open(response: ServerResponse, headers: Readonly<Record<string, string>>, after = this.#told): void {
    this.#stopAwaiting?.();
    this.#stopKeepAlive?.();
    this.#response?.end();
    this.#response = response;
    response.writeHead(200, { ...streamHeaders, ...headers });
    // An id to come back with, before anything is told.
    response.write(this.#options.primes() ? `id: ${this.id}_${after}\ndata: \n\n` : ': hello\n\n');
    for (const { number, text } of this.#events) if (number > after) response.write(text);
    this.#told = this.#count;
    if (this.#isOver) return void response.end();
    const stop = keepAlive(response, this.#options.clock);
    this.#stopKeepAlive = stop;
    response.once('close', () => {
      stop();
      if (this.#response === response) this.#awaitReturn();
    });
    return undefined;
  }

  end(): void {
    this.#isOver = true;
    this.#stopAwaiting?.();
    this.#stopKeepAlive?.();
    this.#response?.end();
  }

  /** Losing the connection is no cancellation, but a client that never comes back waits for nothing. */
  #awaitReturn(): void {
    this.#response = undefined;
    const { clock, onAbandoned } = this.#options;
    if (onAbandoned !== undefined && !this.#isOver) this.#stopAwaiting = clock.after(returnTime, onAbandoned);
  }
}

/** The stream's id and the event's number in a `Last-Event-ID`; undefined for one that is none of ours. */
export function readEventId(id: string): { readonly stream: string; readonly after: number } | undefined {
  const read = /^([0-9a-z]{1,20})_(\d{1,9})$/.exec(id);
  return read?.[1] === undefined ? undefined : { stream: read[1], after: Number(read[2]) };
}
