import type { RpcError } from '../model/conversation.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';

export type RequestId = string | number;

export interface RpcRequest {
  readonly id: RequestId;
  readonly method: string;
  readonly params: JsonObject;
}

/** A message a client sent, by its shape (JSON-RPC 2.0, sections 4 and 5). MCP has no batches since 2025-06-18. */
export type Incoming =
  | { readonly kind: 'request'; readonly request: RpcRequest }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject }
  | { readonly kind: 'response'; readonly id: RequestId; readonly result: JsonObject | undefined; readonly error: RpcError | undefined }
  /** `id` is the one to answer with, where it could be read. */
  | { readonly kind: 'invalid'; readonly id: RequestId | null };

/** A message on its way to a client. */
export type Outgoing = JsonObject;

export const parseError = -32_700;
export const invalidRequest = -32_600;
export const methodNotFound = -32_601;
export const invalidParams = -32_602;
export const internalError = -32_603;
/** MCP 2026-07-28: headers and body disagree; a capability the client did not declare; a version not served. */
export const headerMismatch = -32_020;
export const missingCapability = -32_021;
export const unsupportedVersion = -32_022;
/** MCP up to 2025-11-25: a resource that is not there. Later revisions say -32602. */
export const resourceNotFound = -32_002;
/** Ours, of JSON-RPC's range for implementations: refused by a person, by rules, or by a limit. */
export const refusedByGate = -32_003;

/** Ends a request with a JSON-RPC error. Its text is written for the agent: no path, no secret. */
export class RpcFailure extends Error {
  override readonly name = 'RpcFailure';
  readonly error: RpcError;
  /** The HTTP status in the 2026-07-28 protocol, where it is not 200. */
  readonly status: number;

  constructor(error: RpcError, status = 200) {
    super(error.message);
    this.error = error;
    this.status = status;
  }
}

export function readIncoming(value: unknown): Incoming {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return { kind: 'invalid', id: null };
  const { id, method, params } = value;
  const isParams = params === undefined || isObject(params);
  if (typeof method === 'string') {
    // What `JSON.parse` made is JSON; only its shape was in question.
    const readable = (params ?? {}) as JsonObject;
    if (!('id' in value)) return isParams ? { kind: 'notification', method, params: readable } : { kind: 'invalid', id: null };
    if (!isRequestId(id)) return { kind: 'invalid', id: null };
    return isParams ? { kind: 'request', request: { id, method, params: readable } } : { kind: 'invalid', id };
  }
  if (!isRequestId(id)) return { kind: 'invalid', id: null };
  if (isObject(value['result'])) return { kind: 'response', id, result: value['result'] as JsonObject, error: undefined };
  const error = readError(value['error']);
  return error === undefined ? { kind: 'invalid', id } : { kind: 'response', id, result: undefined, error };
}

function readError(value: unknown): RpcError | undefined {
  if (!isObject(value) || typeof value['message'] !== 'string' || !Number.isInteger(value['code'])) return undefined;
  const { code, message, data } = value;
  return { code: Number(code), message, ...(data === undefined ? {} : { data: data as JsonValue }) };
}

/** A number that cannot be told exactly would be answered under another id. */
export function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function resultMessage(id: RequestId, result: JsonObject): Outgoing {
  return { jsonrpc: '2.0', id, result };
}

export function errorMessage(id: RequestId | null, { code, message, data }: RpcError): Outgoing {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

export function notification(method: string, params: JsonObject): Outgoing {
  return { jsonrpc: '2.0', method, params };
}

const internalText = 'Countersign had an internal error. It is not certain what was done; ask the person to look at Activity.';

/** A bug of ours reaches no agent with its text: that may hold a path or worse. */
export function toFailure(error: unknown): RpcFailure {
  return error instanceof RpcFailure ? error : new RpcFailure({ code: internalError, message: internalText });
}
