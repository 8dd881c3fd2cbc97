import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { FetchLike } from '@modelcontextprotocol/client';
import { Agent, fetch } from 'undici';
import { addressIn, isLoopbackAddress, isLoopbackHost, isPublicAddress } from './public-address.ts';

/** An address that a server named and that is not asked. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';
  readonly host: string;

  constructor(host: string) {
    super(`${host} is no address that may be asked.`);
    this.host = host;
  }
}

/** The answer is longer than what any server has to say here. */
export class LongAnswerError extends Error {
  override readonly name = 'LongAnswerError';
}

export interface WaryFetchOptions {
  /** What a person or the organization named: its origin may be on a private network, and on this machine. */
  readonly named: readonly URL[];
  /** Milliseconds for one request with its whole answer. Default: 10 s. */
  readonly timeLimit?: number;
  /** In place of the system's name lookup. */
  readonly resolve?: typeof lookup;
}

/** Bytes of one answer. */
const largestAnswer = 64 * 1024;
const defaultTimeLimit = 10_000;

/**
 * Whether an address that a server gave may be used at all: https, and not an address of a private network; with
 * plain http, and on this machine, only when what the person named is on this machine too. Where its name leads to is
 * looked at when it is asked.
 */
export function isAcceptable(url: URL, named: readonly URL[]): boolean {
  if (url.username !== '' || url.password !== '') return false;
  if (isNamed(url, named)) return url.protocol === 'https:' || isLoopbackHost(url);
  const mayBeHere = named.some((one) => isLoopbackHost(one));
  if (isLoopbackHost(url)) return mayBeHere && (url.protocol === 'https:' || url.protocol === 'http:');
  const address = addressIn(url);
  return url.protocol === 'https:' && (address === undefined || isPublicAddress(address));
}

function isNamed(url: URL, named: readonly URL[]): boolean {
  return named.some(({ origin }) => origin === url.origin);
}

/**
 * A `fetch` for addresses that a server named (RFC 9728, section 7.7; MCP, "Security Best Practices", on server-side
 * request forgery). The name is looked up once and the connection made to the addresses that were checked. A redirect
 * is not followed: it counts as not found. At most 64 KiB, at most 10 s. Rejects with a `RefusedAddressError`, a
 * `LongAnswerError`, or as `fetch` does.
 */
export function createWaryFetch({ named, timeLimit = defaultTimeLimit, resolve = lookup }: WaryFetchOptions): FetchLike {
  return async (input, init) => {
    const url = new URL(input);
    if (!isAcceptable(url, named)) throw new RefusedAddressError(url.host);
    const agent = new Agent({ connect: { lookup: checkedLookup(url, named, resolve), timeout: timeLimit, rejectUnauthorized: true }, pipelining: 0 });
    const signals = [AbortSignal.timeout(timeLimit), ...(init?.signal ? [init.signal] : [])];
    try {
      const response = await fetch(url, {
        method: init?.method ?? 'GET',
        headers: [...new Headers(init?.headers)],
        // The SDK sends forms and JSON, which are text.
        body: init?.body === undefined || init.body === null ? null : String(init.body as string | URLSearchParams),
        redirect: 'manual',
        signal: AbortSignal.any(signals),
        dispatcher: agent,
      });
      const headers = new Headers([...response.headers]);
      const body = await readWithin(response.body);
      if (response.status >= 300 && response.status < 400) return new Response(null, { status: 404 });
      return new Response(response.status === 204 ? null : body, { status: response.status, headers });
    } catch (error) {
      throw refusalIn(error) ?? error;
    } finally {
      void agent.destroy();
    }
  };
}

/** What `fetch` wraps when the lookup refused. */
function refusalIn(error: unknown): RefusedAddressError | undefined {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    if (current instanceof RefusedAddressError) return current;
  }
  return undefined;
}

function checkedLookup(url: URL, named: readonly URL[], resolve: typeof lookup): LookupFunction {
  const mayBeAnywhere = isNamed(url, named);
  const mayBeHere = isLoopbackHost(url);
  const isAllowed = (address: string): boolean => mayBeAnywhere || (mayBeHere ? isLoopbackAddress(address) : isPublicAddress(address));
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error: NodeJS.ErrnoException | null, found: readonly LookupAddress[]) => {
      const [first] = found ?? [];
      if (error !== null || first === undefined) return callback(error ?? new Error('The name leads nowhere.'), '');
      if (!found.every(({ address }) => isAllowed(address))) return callback(new RefusedAddressError(url.host), '');
      return options.all === true ? callback(null, [...found]) : callback(null, first.address, first.family);
    });
  };
}

async function readWithin(body: AsyncIterable<Uint8Array> | null): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > largestAnswer) throw new LongAnswerError('The answer is too long.');
    chunks.push(chunk);
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
