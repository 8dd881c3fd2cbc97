import type { JSONRPCMessage } from '@modelcontextprotocol/client';
import { isJsonObject, type JsonValue } from '../model/json.ts';

/**
 * Reads a line as one JSON-RPC 2.0 message, which it checks for its shape alone: a third of what the SDK's schemas cost,
 * and whoever takes the message looks at what it needs. Undefined: it is none.
 */
export function readMessage(line: string): JSONRPCMessage | undefined {
  let value: JsonValue;
  try {
    // JSON.parse gives JSON.
    value = JSON.parse(line) as JsonValue;
  } catch {
    return undefined;
  }
  // Its members were just looked at one by one.
  return isJsonObject(value) && isMessage(value) ? (value as unknown as JSONRPCMessage) : undefined;
}

function isMessage({ jsonrpc, id, method, params, result, error }: { readonly [key: string]: JsonValue }): boolean {
  if (jsonrpc !== '2.0') return false;
  if (id !== undefined && typeof id !== 'string' && typeof id !== 'number') return false;
  if (method !== undefined) return typeof method === 'string' && (params === undefined || isJsonObject(params));
  // An answer that makes no sense still ends the request it belongs to.
  return id !== undefined && (result !== undefined || error !== undefined);
}
