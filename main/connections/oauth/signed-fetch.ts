import type { FetchLike } from '@modelcontextprotocol/client';
import { NothingSentError } from '../nothing-sent-error.ts';
import type { HeldSignIn } from './held-sign-in.ts';

/**
 * A `fetch` that adds the access token (RFC 6750, section 2.1) to requests to the service's own origin, and refuses
 * every other: a redirect cannot carry the token away. After a 401 it renews the token and asks once more; a service that
 * refuses that one too, or wants more than was granted, needs a person.
 * @throws {ConnectionProblem} when it does; nothing was done then. @throws {NothingSentError}
 */
export function createSignedFetch(hold: () => Promise<HeldSignIn>, origin: string, base: FetchLike): FetchLike {
  return async (input, init) => {
    if (new URL(input).origin !== origin) throw new NothingSentError('A sign-in is for its own service alone.');
    const held = await hold();
    const token = await held.token();
    const response = await base(input, token === undefined ? init : signed(init, token));
    if (response.status !== 401) return orMore(held, response);
    await response.body?.cancel();
    if (token === undefined) throw await held.refused(response, token);
    const renewed = await held.tokenAfter(token);
    const again = await base(input, signed(init, renewed));
    if (again.status !== 401) return orMore(held, again);
    await again.body?.cancel();
    throw await held.refused(again, renewed);
  };
}

async function orMore(held: HeldSignIn, response: Response): Promise<Response> {
  const problem = response.status === 403 ? await held.insufficient(response) : undefined;
  if (problem === undefined) return response;
  await response.body?.cancel();
  throw problem;
}

function signed(init: RequestInit | undefined, token: string): RequestInit {
  const headers = new Headers(init?.headers);
  headers.set('authorization', `Bearer ${token}`);
  return { ...init, headers };
}
