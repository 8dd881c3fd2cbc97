import type { FetchLike } from '@modelcontextprotocol/client';
import { say } from '../model/say.ts';
import { ConnectionProblem } from './connection.ts';
import { NothingSentError } from './nothing-sent-error.ts';

/** Bytes of one answer, or of one event in a stream of them. */
const largestAnswer = 32 * 1024 * 1024;

const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** TLS only, except on this machine. */
export function isSafeAddress(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname));
}

/**
 * A `fetch` that says when not one byte left (`NothingSentError`), and ends an answer or an event that grows beyond 32 MiB,
 * so that a server cannot fill the memory. `onFlood` is called when that was in a stream that no request waits for.
 */
export function guardedFetch(base: FetchLike, onFlood: () => void): FetchLike {
  return async (url, init) => {
    let response: Response;
    try {
      response = await base(url, init);
    } catch (error) {
      if (error instanceof Error && isBeforeSending(error.cause)) throw new NothingSentError('No connection was made.', { cause: error });
      throw error;
    }
    if (isSentAway(response, url)) throw sentAway(new URL(url));
    return withLimit(response, init?.method === 'POST' ? () => undefined : onFlood);
  };
}

/** Redirects that say that the request was not taken up here. A 303 is none: what it points to may be what was done. */
const untaken: ReadonlySet<number> = new Set([301, 302, 307, 308]);

function isSentAway({ status, headers }: Response, from: string | URL): boolean {
  const location = headers.get('location');
  if (!untaken.has(status) || location === null) return false;
  return !URL.canParse(location, from) || new URL(location, from).origin !== new URL(from).origin;
}

function sentAway({ host }: URL): ConnectionProblem {
  return new ConnectionProblem('failing', say('connection.health.sentOn', { host }), `${host} sends requests on to another address. Nothing was sent there, and nothing was done.`);
}

function withLimit(response: Response, onFlood: () => void): Response {
  if (response.body === null) return response;
  const count = isEventStream(response) ? countEvent() : countAll();
  const limit = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      if (count(chunk) <= largestAnswer) {
        controller.enqueue(chunk);
        return;
      }
      controller.error(new Error('The answer is too long.'));
      onFlood();
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(limit), { status, statusText, headers });
}

function isEventStream(response: Response): boolean {
  return response.status === 200 && (response.headers.get('content-type') ?? '').trimStart().toLowerCase().startsWith('text/event-stream');
}

type Count = (chunk: Uint8Array) => number;

function countAll(): Count {
  let bytes = 0;
  return (chunk) => (bytes += chunk.byteLength);
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Counts from the last empty line on, which ends an event (HTML Living Standard, 9.2.5). A chunk is counted as one. */
function countEvent(): Count {
  let bytes = 0;
  /** Line ends in a row: two of them make an empty line. */
  let ends = 0;
  let last = 0;
  return (chunk) => {
    let kept = chunk.byteLength;
    let isEnded = false;
    for (let index = 0; index < chunk.byteLength; index += 1) {
      const byte = chunk[index] ?? 0;
      if (byte === carriageReturn || (byte === lineFeed && last !== carriageReturn)) ends += 1;
      else if (byte !== lineFeed) ends = 0;
      last = byte;
      if (ends < 2) continue;
      isEnded = true;
      kept = chunk.byteLength - index - 1;
      ends = 1;
    }
    bytes = isEnded ? kept : bytes + kept;
    return bytes;
  };
}

/** What Node says of a certificate that is not to be believed: of OpenSSL's verification, or a wrong name. */
const untrusted = /^(?:CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_CA|ERR_TLS_CERT_SIGNATURE)/;

/** Whether the other side's certificate is why no connection was made. */
export function isUntrusted(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 6; current = current.cause, depth += 1) {
    if ('code' in current && untrusted.test(String(current.code))) return true;
  }
  return false;
}

/** Name lookup, TCP connect and TLS handshake all come before the first byte of the request. */
function isBeforeSending(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every((error) => isBeforeSending(error));
  if (!(cause instanceof Error)) return false;
  if ('syscall' in cause && (cause.syscall === 'connect' || cause.syscall === 'getaddrinfo')) return true;
  const code = 'code' in cause ? String(cause.code) : '';
  return code === 'UND_ERR_CONNECT_TIMEOUT' || /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS_|^ERR_SSL_/.test(code);
}
