import type { ServerResponse } from 'node:http';
import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import { eventText, keepAlive, streamHeaders } from './http-reply.ts';
import type { Outgoing } from './json-rpc.ts';

/** What one stream keeps for a client that comes back: events, and bytes of their text. */
const mostEvents = 500;
const mostBytes = 2 * 1024 * 1024;

interface Kept {
  readonly number: number;
  readonly text: string;
}

/**
 * Remembers what an event stream told, so that a client that lost it can go on after the last event it saw (MCP
 * 2025-11-25, "Resumability and Redelivery").
 */
export class ResumableStream {
  readonly id: string;
  readonly #clock: Clock;
  readonly #primes: boolean;
  #events: Kept[] = [];
  #bytes = 0;
  #count = 0;
  #isOver = false;
  #response: ServerResponse | undefined;
  #stopKeepAlive: Dispose | undefined;

  /** `primes`: the client understands an event without data, which older ones take for a broken message. */
  constructor(id: string, clock: Clock, primes: boolean) {
    this.id = id;
    this.#clock = clock;
    this.#primes = primes;
  }

  /** What the stream begins with: an id to come back with, before anything was told. */
  get opening(): string {
    return this.#primes ? `id: ${this.id}_0\ndata: \n\n` : ': hello\n\n';
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** A client reads it right now. */
  get isRead(): boolean {
    return this.#response !== undefined && !this.#response.destroyed;
  }

  /** Keeps a message, passes it on to whoever came back for this stream, and returns its event id. */
  keep(message: Outgoing): string {
    this.#count += 1;
    const id = `${this.id}_${this.#count}`;
    const text = eventText(message, id);
    this.#events.push({ number: this.#count, text });
    this.#bytes += text.length;
    while (this.#events.length > mostEvents || (this.#bytes > mostBytes && this.#events.length > 1)) this.#bytes -= this.#events.shift()?.text.length ?? 0;
    if (this.isRead) this.#response?.write(text);
    return id;
  }

  /** Tells a client everything after event number `after`, and from now on what comes. */
  resume(response: ServerResponse, after: number, headers: Readonly<Record<string, string>>): void {
    this.#stopKeepAlive?.();
    this.#response?.end();
    this.#response = response;
    response.writeHead(200, { ...streamHeaders, ...headers });
    response.write(after === 0 ? this.opening : ': hello again\n\n');
    for (const { number, text } of this.#events) if (number > after) response.write(text);
    if (this.#isOver) return void response.end();
    const stop = keepAlive(response, this.#clock);
    this.#stopKeepAlive = stop;
    response.once('close', () => {
      stop();
      if (this.#response === response) this.#response = undefined;
    });
    return undefined;
  }

  end(): void {
    this.#isOver = true;
    this.#stopKeepAlive?.();
    this.#response?.end();
  }
}

/** The stream's id and the event's number in a `Last-Event-ID`; undefined for one that is none of ours. */
export function readEventId(id: string): { readonly stream: string; readonly after: number } | undefined {
  const read = /^([0-9a-z]{1,20})_(\d{1,9})$/.exec(id);
  return read?.[1] === undefined ? undefined : { stream: read[1], after: Number(read[2]) };
}
