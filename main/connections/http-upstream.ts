import { SdkError, SdkErrorCode, SdkHttpError, StreamableHTTPClientTransport, UnauthorizedError, type JSONRPCMessage } from '@modelcontextprotocol/client';
import { z } from 'zod';
import type { JsonObject } from '../model/json.ts';
import { say } from '../model/say.ts';
import { ConnectionProblem } from './connection.ts';
import { defaultMcpOptions, openMcpUpstream, type ClosableUpstream, type McpUpstreamOptions } from './mcp-upstream.ts';
import { isNothingSent, NothingSentError } from './nothing-sent-error.ts';

export const remoteConfig = z.object({ url: z.url().max(2048) });

/**
 * Opens a remote MCP server over streamable HTTP (specification 2026-07-28, Transports). TLS only, except on this
 * machine; a redirect is followed within its own origin alone, by the SDK.
 * @throws {ConnectionProblem} when it cannot be reached, wants a sign-in, or does not speak MCP.
 */
export async function openHttpUpstream(config: JsonObject, options: Partial<McpUpstreamOptions> = {}): Promise<ClosableUpstream> {
  const parsed = remoteConfig.safeParse(config);
  const url = parsed.success ? new URL(parsed.data.url) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') {
    throw new ConnectionProblem('failing', say('connection.health.badSettings'), 'The settings of this connection are not complete.');
  }
  if (!isSafe(url)) {
    throw new ConnectionProblem('failing', say('connection.health.notEncrypted', { host: url.host }), `The address of ${url.host} must start with https.`);
  }
  try {
    return await openMcpUpstream(() => new HttpTransport(url), { ...defaultMcpOptions, ...options });
  } catch (error) {
    throw explain(error, url.host);
  }
}

const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname));
}

/** Bytes of one answer, of its whole event stream if it is one. */
const largestAnswer = 32 * 1024 * 1024;

/** JSON-RPC's range for a client's own errors; never one that says that nothing was done. */
const streamEnded = -32_099;

class HttpTransport extends StreamableHTTPClientTransport {
  constructor(url: URL) {
    super(url, {
      fetch: fetchOrNothingSent,
      redirectPolicy: 'same-origin',
      reconnectionOptions: { maxRetries: 2, initialReconnectionDelay: 500, maxReconnectionDelay: 5000, reconnectionDelayGrowFactor: 2 },
    });
  }

  /** A stream that ends without the answer ends the request too, instead of leaving it to its timeout. */
  override send(message: JSONRPCMessage, options?: Parameters<StreamableHTTPClientTransport['send']>[1]): Promise<void> {
    if (!('id' in message) || !('method' in message)) return super.send(message, options);
    const { id } = message;
    return super.send(message, {
      ...options,
      onRequestStreamEnd: () => {
        options?.onRequestStreamEnd?.();
        this.onmessage?.({ jsonrpc: '2.0', id, error: { code: streamEnded, message: 'The stream ended before the answer.' } });
      },
    });
  }
}

async function fetchOrNothingSent(url: string | URL, init?: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, init);
    return init?.method === 'POST' ? withLimit(response) : response;
  } catch (error) {
    if (error instanceof Error && isBeforeSending(error.cause)) throw new NothingSentError('No connection was made.', { cause: error });
    throw error;
  }
}

/** Ends an answer that grows beyond the limit, so that a server cannot fill the memory. */
function withLimit(response: Response): Response {
  if (response.status !== 200 || response.body === null) return response;
  let bytes = 0;
  const limit = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > largestAnswer) controller.error(new Error('The answer is too long.'));
      else controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(limit), { status: 200, headers: response.headers });
}

/** Name lookup, TCP connect and TLS handshake all come before the first byte of the request. */
function isBeforeSending(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every((error) => isBeforeSending(error));
  if (!(cause instanceof Error)) return false;
  if ('syscall' in cause && (cause.syscall === 'connect' || cause.syscall === 'getaddrinfo')) return true;
  const code = 'code' in cause ? String(cause.code) : '';
  return code === 'UND_ERR_CONNECT_TIMEOUT' || /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS_|^ERR_SSL_/.test(code);
}

/** `fetch` reports every fault of the network as a `TypeError` with a cause (undici); silence is the SDK's timeout. */
function isConnectionLost(error: unknown): boolean {
  if (error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout) return true;
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    if (current instanceof TypeError && current.cause !== undefined) return true;
  }
  return false;
}

function explain(error: unknown, host: string): ConnectionProblem {
  if (error instanceof UnauthorizedError || (error instanceof SdkHttpError && (error.status === 401 || error.status === 403))) {
    return new ConnectionProblem('needs_sign_in', say('connection.health.needsSignIn', { host }), `${host} asks for a sign-in.`);
  }
  if (error instanceof SdkHttpError && (error.status ?? 0) >= 500) {
    const status = error.status ?? 0;
    return new ConnectionProblem('failing', say('connection.health.serverError', { host, status }), `${host} has a fault of its own (HTTP ${status}).`);
  }
  if (isNothingSent(error) || isConnectionLost(error)) {
    return new ConnectionProblem('failing', say('connection.health.unreachable', { host }), `${host} cannot be reached.`);
  }
  return new ConnectionProblem('failing', say('connection.health.notMcp', { host }), `${host} answers, but not as an MCP server.`);
}
