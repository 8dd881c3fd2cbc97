import type { FetchLike } from '@modelcontextprotocol/client';
import { fetch, type Dispatcher, type RequestInit as UndiciInit } from 'undici';

/**
 * A `fetch` for what signs in: the certificate of the other side is always verified, whatever the environment says, and a
 * redirect is handed out, never followed. `dispatcherFor` says how a URL is reached.
 */
export function createNetworkFetch(dispatcherFor: (url: URL) => Dispatcher): FetchLike {
  return async (input, init) => {
    const url = new URL(input);
    const response = await fetch(url, {
      method: init?.method ?? 'GET',
      headers: [...new Headers(init?.headers)],
      // The same shapes as the global `fetch` takes; the SDK sends text alone.
      body: (init?.body ?? null) as UndiciInit['body'] & {},
      redirect: 'manual',
      signal: init?.signal ?? null,
      dispatcher: dispatcherFor(url),
    });
    const { status, statusText, headers } = response;
    // Undici's own class is not the global one. The new one does not know its URL either, which may hold a key.
    return new Response(bodyOf(response), { status, statusText, headers: [...headers] });
  };
}

/** Statuses without a body (Fetch Standard, "null body status"), for which `Response` takes none. */
const bodiless: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

function bodyOf({ status, body }: Awaited<ReturnType<typeof fetch>>): ReadableStream<Uint8Array<ArrayBuffer>> | null {
  // Node's stream/web class is the global one.
  return bodiless.has(status) ? null : (body as ReadableStream<Uint8Array<ArrayBuffer>> | null);
}
