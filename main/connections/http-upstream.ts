import { InsufficientScopeError, SdkError, SdkErrorCode, SdkHttpError, SseError, UnauthorizedError } from '@modelcontextprotocol/client';
import type { JsonObject } from '../model/json.ts';
import { say } from '../model/say.ts';
import { ConnectionProblem, problemIn } from './connection.ts';
import { isSafeAddress, isUntrusted } from './http-fetch.ts';
import { HttpTransport, SseTransport, type HttpTransportOptions } from './http-transports.ts';
import { defaultMcpOptions, type McpUpstreamOptions } from './mcp-options.ts';
import { openMcpUpstream, type ClosableUpstream } from './mcp-upstream.ts';
import { isNothingSent } from './nothing-sent-error.ts';
import { remoteConfig } from './sign-in-config.ts';

export type HttpUpstreamOptions = McpUpstreamOptions & HttpTransportOptions;

/**
 * Opens a remote MCP server over streamable HTTP (specification 2026-07-28, Transports), or over HTTP+SSE when it speaks
 * nothing newer than 2024-11-05. TLS only, except on this machine; a redirect is followed within its own origin alone.
 * @throws {ConnectionProblem} when it cannot be reached, wants a sign-in, or does not speak MCP.
 */
export async function openHttpUpstream(config: JsonObject, options: Partial<HttpUpstreamOptions> = {}): Promise<ClosableUpstream> {
  const parsed = remoteConfig.safeParse(config);
  const url = parsed.success ? new URL(parsed.data.url) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '') {
    throw new ConnectionProblem('failing', say('connection.health.badSettings'), 'The settings of this connection are not complete.');
  }
  if (!isSafeAddress(url)) {
    throw new ConnectionProblem('failing', say('connection.health.notEncrypted', { host: url.host }), `The address of ${url.host} must start with https.`);
  }
  const all = { ...defaultMcpOptions, ...options };
  try {
    return await openMcpUpstream({ createTransport: () => new HttpTransport(url, options) }, all);
  } catch (error) {
    if (!mayBeOlder(error)) throw explain(error, url.host);
    try {
      return await openMcpUpstream({ createTransport: () => new SseTransport(url, all), isLegacy: true }, all);
    } catch (again) {
      throw explain(isAboutSignIn(again) || problemIn(again) !== undefined ? again : error, url.host);
    }
  }
}

/** Answers to the first message that may come from a server of 2024-11-05 (specification 2025-11-25, Transports, "Backwards Compatibility"). */
const olderStatuses: ReadonlySet<number> = new Set([400, 404, 405]);

function mayBeOlder(error: unknown): boolean {
  return error instanceof SdkHttpError && olderStatuses.has(error.status);
}

function isAboutSignIn(error: unknown): boolean {
  return error instanceof UnauthorizedError || error instanceof InsufficientScopeError || (error instanceof SseError && (error.code === 401 || error.code === 403));
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
  const problem = problemIn(error);
  if (problem !== undefined) return problem;
  if (isAboutSignIn(error) || (error instanceof SdkHttpError && (error.status === 401 || error.status === 403))) {
    return new ConnectionProblem('needs_sign_in', say('connection.health.needsSignIn', { host }), `${host} asks for a sign-in.`);
  }
  if (error instanceof SdkHttpError && (error.status ?? 0) >= 500) {
    const status = error.status ?? 0;
    return new ConnectionProblem('failing', say('connection.health.serverError', { host, status }), `${host} has a fault of its own (HTTP ${status}).`);
  }
  if (isUntrusted(error)) {
    return new ConnectionProblem('failing', say('connection.health.untrusted', { host }), `The certificate of ${host} cannot be trusted. Nothing was sent.`);
  }
  if (isNothingSent(error) || isConnectionLost(error)) {
    return new ConnectionProblem('failing', say('connection.health.unreachable', { host }), `${host} cannot be reached.`);
  }
  return new ConnectionProblem('failing', say('connection.health.notMcp', { host }), `${host} answers, but not as an MCP server.`);
}
