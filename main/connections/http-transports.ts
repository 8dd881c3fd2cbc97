import { SSEClientTransport, StreamableHTTPClientTransport, type FetchLike, type JSONRPCMessage } from '@modelcontextprotocol/client';
import { httpError } from './call-outcome.ts';
import { guardedFetch } from './http-fetch.ts';

export interface HttpTransportOptions {
  /** In place of the global one; it signs the requests where that is needed. */
  readonly fetch?: FetchLike;
}

/** JSON-RPC's range for a client's own errors; never one that says that nothing was done. */
const streamEnded = -32_099;
/** Milliseconds that saying goodbye may take. */
const goodbye = 2000;

/** Streamable HTTP (specification 2026-07-28, Transports, and before). A redirect is followed within its own origin alone. */
export class HttpTransport extends StreamableHTTPClientTransport {
  constructor(url: URL, { fetch: base = fetch }: HttpTransportOptions) {
    super(url, {
      fetch: guardedFetch(base, () => void this.close()),
      redirectPolicy: 'same-origin',
      reconnectionOptions: { maxRetries: 2, initialReconnectionDelay: 500, maxReconnectionDelay: 5000, reconnectionDelayGrowFactor: 2 },
    });
  }

  /** A stream that ends without the answer ends the request too, instead of leaving it to its timeout. */
  override send(message: JSONRPCMessage, options?: Parameters<StreamableHTTPClientTransport['send']>[1]): Promise<void> {
    if (!('id' in message) || !('method' in message) || options?.onRequestStreamEnd !== undefined) return super.send(message, options);
    const { id } = message;
    return super.send(message, {
      ...options,
      onRequestStreamEnd: () => this.onmessage?.({ jsonrpc: '2.0', id, error: { code: streamEnded, message: 'The stream ended before the answer.' } }),
    });
  }

  /** Ends the session too (specification 2025-11-25, Session Management). */
  override async close(): Promise<void> {
    if (this.sessionId !== undefined) {
      const late = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => late.resolve(undefined), goodbye);
      // A server that is gone has no session either.
      await Promise.race([this.terminateSession().catch(() => undefined), late.promise]);
      clearTimeout(timer);
    }
    await super.close();
  }
}

/** HTTP with Server-Sent Events (specification 2024-11-05, Transports), for servers that know nothing newer. */
export class SseTransport extends SSEClientTransport {
  readonly #connectTimeout: number;
  readonly #cutOff = Promise.withResolvers<never>();

  /** `connectTimeout`: milliseconds until the server must have said where to send to. */
  constructor(url: URL, { connectTimeout, fetch: base = fetch }: HttpTransportOptions & { readonly connectTimeout: number }) {
    const guarded = guardedFetch(base, () => void this.close());
    super(url, {
      // The SDK words a refused message as plain text; its status says whether it was taken up.
      fetch: async (address, init) => {
        const response = await guarded(address, init);
        if (init?.method === 'POST' && !response.ok && response.status !== 401) throw await httpError(response);
        return response;
      },
      redirectPolicy: 'same-origin',
    });
    this.#connectTimeout = connectTimeout;
    this.#cutOff.promise.catch(() => undefined);
  }

  /** The SDK would wait for the `endpoint` event without end, even when it was closed meanwhile. */
  override async start(): Promise<void> {
    const timer = setTimeout(() => this.#cutOff.reject(new Error('It did not open in time.')), this.#connectTimeout);
    try {
      await Promise.race([super.start(), this.#cutOff.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  override close(): Promise<void> {
    this.#cutOff.reject(new Error('It was closed.'));
    return super.close();
  }
}
