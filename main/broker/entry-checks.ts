import type { IncomingMessage } from 'node:http';
import { connectionId, type ConnectionId } from '../../preload/contract.ts';
import type { Refusal } from './entry.ts';

/** The path agents talk to; `/mcp/CONNECTION` shows one connection alone. */
export const mcpPath = '/mcp';

/** The largest request body, in bytes (4 MiB). */
export const bodyLimit = 4 * 1024 * 1024;

const methods = new Set(['POST', 'GET', 'DELETE']);
const credentials = /^(Bearer|DPoP) ([A-Za-z0-9_-]{1,256})$/i;

/**
 * The checks that need nothing but the head of a request, in order: exact `Host` (against DNS rebinding), no foreign
 * `Origin` (against web pages), path, method, content type, declared size. Undefined when it may go on.
 */
export function checkHead(request: IncomingMessage, port: number, allowedOrigins: readonly string[]): Refusal | undefined {
  return (
    checkCaller(request, port, allowedOrigins) ??
    (readEndpoint(request.url) === undefined ? noSuchPath : undefined) ??
    checkMethod(request) ??
    checkContentType(request) ??
    checkLength(request)
  );
}

/** The two of them that hold for every path. */
export function checkCaller(request: IncomingMessage, port: number, allowedOrigins: readonly string[]): Refusal | undefined {
  return checkHost(request, port) ?? checkOrigin(request, port, allowedOrigins);
}

/** A token as it was presented. */
export interface PresentedToken {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly token: string;
  /** The proof of possession beside it; undefined when there is none, or more than one. */
  readonly proof: string | undefined;
  readonly method: string;
  /** The forms of the address it was presented at. */
  readonly addresses: readonly string[];
  /** The connection that the address shows alone; null: all of them. */
  readonly only: ConnectionId | null;
}

/** Reads the `Authorization` header (RFC 6750, section 2.1; RFC 9449, section 7.1); undefined when it has no token. */
export function presentedToken(request: IncomingMessage, port: number): PresentedToken | undefined {
  const [, scheme, token] = credentials.exec(request.headers.authorization ?? '') ?? [];
  if (scheme === undefined || token === undefined) return undefined;
  const proofs = request.headersDistinct['dpop'] ?? [];
  return {
    scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer',
    token,
    proof: proofs.length === 1 ? proofs[0] : undefined,
    method: request.method ?? '',
    addresses: ownHosts(port).map((host) => `http://${host}${request.url ?? ''}`),
    // `checkHead` knows the path.
    only: readEndpoint(request.url)?.only ?? null,
  };
}

/** Which endpoint a request is for: `only` null for `/mcp`. Undefined for any other path. */
export function readEndpoint(url: string | undefined): { readonly only: ConnectionId | null } | undefined {
  if (url === mcpPath) return { only: null };
  if (url?.startsWith(`${mcpPath}/`) !== true) return undefined;
  const id = connectionId.safeParse(url.slice(mcpPath.length + 1));
  return id.success ? { only: id.data } : undefined;
}

function ownHosts(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
}

function checkHost(request: IncomingMessage, port: number): Refusal | undefined {
  const own = ownHosts(port);
  const hosts = request.headersDistinct['host'] ?? [];
  if (hosts.length === 1 && own.includes(hosts[0]?.toLowerCase() ?? '')) return undefined;
  return { status: 403, code: -32003, text: `Countersign answers only to its own address. Use http://127.0.0.1:${port}${mcpPath}`, why: 'wrong_host' };
}

/** Its own origin is no foreign one: no page is ever served there. */
function checkOrigin(request: IncomingMessage, port: number, allowed: readonly string[]): Refusal | undefined {
  const origins = request.headersDistinct['origin'] ?? [];
  const own = ownHosts(port).map((host) => `http://${host}`);
  if (origins.every((origin) => allowed.includes(origin) || own.includes(origin))) return undefined;
  return { status: 403, code: -32003, text: 'Countersign does not answer web pages. Connect from a program, without an Origin header.', why: 'foreign_origin' };
}

const noSuchPath: Refusal = { status: 404, code: -32601, text: `There is nothing here. The MCP endpoint is ${mcpPath}, or ${mcpPath}/CONNECTION for one connection.` };

function checkMethod(request: IncomingMessage): Refusal | undefined {
  if (methods.has(request.method ?? '')) return undefined;
  return { status: 405, code: -32600, text: 'Use POST, GET or DELETE.', headers: { allow: [...methods].join(', ') } };
}

function checkContentType(request: IncomingMessage): Refusal | undefined {
  if (request.method !== 'POST') return undefined;
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json' && request.headers['content-encoding'] === undefined) return undefined;
  return { status: 415, code: -32600, text: 'Send the request as Content-Type: application/json, not encoded.' };
}

function checkLength(request: IncomingMessage): Refusal | undefined {
  return Number(request.headers['content-length'] ?? 0) > bodyLimit ? tooLarge : undefined;
}

export const tooLarge: Refusal = {
  status: 413,
  code: -32600,
  text: `The request is larger than ${bodyLimit / 1024 / 1024} MiB. Nothing was done. Send less.`,
};
