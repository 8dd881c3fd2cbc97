import type { FetchLike } from '@modelcontextprotocol/client';
import { say } from '../../model/say.ts';
import { ConnectionProblem } from '../connection.ts';
import { NothingSentError } from '../nothing-sent-error.ts';
import { isUsableKey, type KeyTarget, type SentKeyConfig } from './key-target.ts';

/** Where a key comes from. */
export interface KeySource {
  /** @throws {ConnectionProblem} when there is none. */
  lend(): Promise<string>;
  /** Another in place of one that the service refused; undefined: there is no other. @throws {ConnectionProblem} */
  renew(refused: string): Promise<string | undefined>;
  /** The service takes none: a person is needed. */
  refused(): ConnectionProblem;
}

/** A 303 says that it was done, and where to see it (RFC 9110, section 15.4.4); the others say that it was not. */
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * A `fetch` that adds the key to requests to the service's own origin and refuses every other. A redirect is not followed,
 * not even within the origin: the key is for the service that was named. After a 401 (RFC 9110, section 15.5.2) it asks
 * once more if there is another key.
 * @throws {ConnectionProblem} when a person is needed, or the service sends on; nothing was done then.
 * @throws {NothingSentError} for another origin. @throws {Error} when what was done is elsewhere.
 */
export function createKeyFetch(target: KeyTarget<SentKeyConfig>, source: KeySource, base: FetchLike): FetchLike {
  const ask = async (url: URL, init: RequestInit | undefined, key: string): Promise<Response> => {
    // `Headers` would say it aloud in its error.
    if (!isUsableKey(key, target.config)) throw new ConnectionProblem('needs_sign_in', say('connection.health.keyUnusable', { host: target.host }), `The key for ${target.host} cannot be sent. A person has to enter it again in Countersign first. Nothing was done.`);
    return refuseRedirect(await base(...signed(url, init, key, target.config)), target.host);
  };
  return async (input, init) => {
    const url = new URL(input);
    if (url.origin !== target.origin) throw new NothingSentError('A key is for its own service alone.');
    const key = await source.lend();
    const response = await ask(url, init, key);
    if (response.status !== 401) return response;
    await response.body?.cancel();
    const other = await source.renew(key);
    if (other === undefined) throw source.refused();
    const again = await ask(url, init, other);
    if (again.status !== 401) return again;
    await again.body?.cancel();
    throw source.refused();
  };
}

/** The response, unless it sends on. */
export async function refuseRedirect(response: Response, host: string): Promise<Response> {
  if (!redirects.has(response.status)) return response;
  await response.body?.cancel();
  throw response.status === 303 ? new Error('The service sends on to what was done.') : sentOn(host);
}

function signed(url: URL, init: RequestInit | undefined, key: string, config: SentKeyConfig): [URL, RequestInit] {
  const headers = new Headers(init?.headers);
  switch (config.kind) {
    case 'header':
      headers.set(config.name, `${beforeKey(config.prefix ?? '')}${key}`);
      return [url, { ...init, headers }];
    case 'query': {
      const withKey = new URL(url);
      withKey.searchParams.set(config.name, key);
      return [withKey, { ...init, headers }];
    }
  }
}

/** `Bearer` is a word of its own, `token=` is not. */
function beforeKey(prefix: string): string {
  return /[A-Za-z0-9]$/.test(prefix) ? `${prefix} ` : prefix;
}

function sentOn(host: string): ConnectionProblem {
  return new ConnectionProblem('failing', say('connection.health.sentOn', { host }), `${host} sends requests on to another address. The sign-in is not sent there, and nothing was done.`);
}
