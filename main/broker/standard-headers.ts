import type { IncomingHttpHeaders } from 'node:http';
import { PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { headerMismatch, RpcFailure, type Incoming, type RpcRequest } from './json-rpc.ts';
import { sessionVersions } from './revisions.ts';

/** Which field of the params the `Mcp-Name` header repeats (MCP 2026-07-28, "Standard request headers"). */
const nameFields: Readonly<Record<string, string>> = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' };

/** Which era a message belongs to: what it says of itself counts first, then its headers. */
export function isModern(message: Incoming, headers: IncomingHttpHeaders): boolean {
  if (message.kind === 'invalid' || message.kind === 'response') return false;
  const params = message.kind === 'request' ? message.request.params : message.params;
  if (claimedVersion(params) !== undefined) return true;
  const version = headerOf(headers, 'mcp-protocol-version');
  return version !== undefined && !sessionVersions.some((known) => known === version) && headers['mcp-session-id'] === undefined;
}

function claimedVersion(params: JsonObject): string | undefined {
  const meta = params['_meta'];
  const version = isJsonObject(meta) ? meta[PROTOCOL_VERSION_META_KEY] : undefined;
  return typeof version === 'string' ? version : undefined;
}

/**
 * Checks the headers that a request repeats itself in, so that nobody between can be told another story.
 * @throws {RpcFailure} -32020, HTTP 400.
 */
export function checkStandardHeaders({ method, params }: RpcRequest, headers: IncomingHttpHeaders): void {
  const claimed = claimedVersion(params);
  const version = headerOf(headers, 'mcp-protocol-version');
  if (version === undefined) throw mismatch('MCP-Protocol-Version is missing.');
  if (claimed !== undefined && version !== claimed) throw mismatch('MCP-Protocol-Version is not what "_meta" says.');
  // Without a claim the request fails for that; the other headers are those of a later revision's request.
  if (claimed === undefined) return;
  if (headerOf(headers, 'mcp-method') === undefined) throw mismatch('Mcp-Method is missing.');
  if (headerOf(headers, 'mcp-method') !== method) throw mismatch('Mcp-Method is not the method of the request.');
  const field = Object.hasOwn(nameFields, method) ? nameFields[method] : undefined;
  const value = field === undefined ? undefined : params[field];
  if (typeof value !== 'string') return;
  const name = headerOf(headers, 'mcp-name');
  if (name === undefined) throw mismatch('Mcp-Name is missing.');
  if (decodeHeader(name) !== value) throw mismatch(`Mcp-Name is not "${field ?? ''}" of the request.`);
}

export function mismatch(text: string): RpcFailure {
  return new RpcFailure({ code: headerMismatch, message: `The headers and the body disagree: ${text} Nothing was done.` }, 400);
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  // Node joins what comes twice by commas; that is no version, method or name, and fails the comparison.
  return typeof value === 'string' ? value.replaceAll(/^[ \t]+|[ \t]+$/g, '') : undefined;
}

const encoded = /^=\?base64\?(.*)\?=$/;

/**
 * Values that a header cannot hold travel as `=?base64?…?=` (SEP-2243). Undefined for one that is not the base64 form of
 * UTF-8: what is read leniently here could be read as something else on the way.
 */
export function decodeHeader(value: string): string | undefined {
  const [, base64] = encoded.exec(value) ?? [];
  if (base64 === undefined) return value;
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
