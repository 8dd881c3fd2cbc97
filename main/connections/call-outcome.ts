import { InsufficientScopeError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { InputRefusedError, ServiceRefusedError, type RpcError } from '../model/conversation.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { UpstreamAnswer } from '../model/upstream.ts';
import { problemIn } from './connection.ts';
import { isNothingSent } from './nothing-sent-error.ts';

/** The service did not answer in the time it has. */
export class TooLateError extends Error {
  override readonly name = 'TooLateError';
}

/** The agent, the person or the app ended the call. */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
}

/** The service asked again and again, or asked what no client can answer. */
export class UnanswerableError extends Error {
  override readonly name = 'UnanswerableError';
}

/**
 * JSON-RPC refusals that come before a request is taken up: those of JSON-RPC 2.0 (section 5.1), and MCP's for an unknown
 * resource, wrong headers, a missing capability, a version, and a sign-in that has to come first (2025-11-25, URL elicitation).
 */
const refusals: ReadonlySet<number> = new Set([-32_700, -32_600, -32_601, -32_602, -32_002, -32_020, -32_021, -32_022, -32_042]);

/** HTTP answers that come instead of taking the request up. A 303 is none: what it points to may be what was done. */
const refusingStatuses: ReadonlySet<number> = new Set([301, 302, 307, 308, 400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 421, 426, 429, 431]);

/** `failed` only where it is certain that nothing was done. What the server wrote goes into `error`, never into the text. */
export function explainFailure(error: unknown): UpstreamAnswer {
  const problem = problemIn(error);
  if (problem !== undefined) return { kind: 'failed', text: problem.message };
  if (isNothingSent(error)) return { kind: 'failed', text: 'The service could not be reached. Nothing was sent.' };
  if (error instanceof ServiceRefusedError) return refused(error.error);
  if (error instanceof InsufficientScopeError) return { kind: 'failed', text: 'The service refused the request (HTTP 403). Nothing was done.' };
  if (error instanceof SdkHttpError) {
    const said = errorInBody(error);
    if (refusingStatuses.has(error.status ?? 0)) {
      return { kind: 'failed', text: `The service refused the request (HTTP ${error.status}). Nothing was done.`, ...said };
    }
    return { kind: 'unknown', text: lost, ...said };
  }
  if (error instanceof CancelledError) return { kind: 'unknown', text: 'It was cancelled after it was sent. It may or may not have been done.' };
  if (error instanceof TooLateError) return { kind: 'unknown', text: 'The service did not answer in time. It may or may not have been done.' };
  if (error instanceof InputRefusedError) {
    return { kind: 'unknown', text: 'The service asked something back that was not answered. It may or may not have been done.', error: error.error };
  }
  if (error instanceof UnanswerableError) {
    return { kind: 'unknown', text: 'The service asked something back that cannot be answered here. It may or may not have been done.' };
  }
  return { kind: 'unknown', text: lost };
}

const lost = 'The connection to the service was lost before it answered. It may or may not have been done.';

function refused(error: RpcError): UpstreamAnswer {
  return refusals.has(error.code)
    ? { kind: 'failed', text: `The service refused the request (code ${error.code}). Nothing was done.`, error }
    : { kind: 'unknown', text: `The service answered with an error (code ${error.code}). It may or may not have been done.`, error };
}

/** An HTTP error may carry the JSON-RPC error in its body (specification 2025-11-25, Transports). */
function errorInBody(answer: SdkHttpError): { readonly error?: RpcError } {
  const { error } = asObject(answer.data['text']);
  if (!isJsonObject(error) || typeof error['code'] !== 'number' || typeof error['message'] !== 'string') return {};
  const { code, message, data } = error;
  return { error: { code, message, ...(data === undefined ? {} : { data }) } };
}

function asObject(text: unknown): JsonObject {
  try {
    // JSON.parse gives JSON.
    const value = JSON.parse(typeof text === 'string' ? text : '') as JsonValue;
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** Whether the server has forgotten the session (specification 2025-11-25, Session Management): the next call needs a new one. */
export function isSessionGone(error: unknown): boolean {
  return error instanceof SdkHttpError && error.status === 404 && errorInBody(error).error === undefined;
}

/** An HTTP answer that is no success, as the SDK's own transports report it. */
export async function httpError(response: Response): Promise<SdkHttpError> {
  const { status, statusText } = response;
  const text = await response.text().catch(() => '');
  return new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, `HTTP ${status}`, { status, statusText, text });
}
