import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ActionId, Digest } from '../../preload/contract.ts';
import type { ActionRequest, FrozenAction, Material } from '../model/action.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';

type WhatIsDone = Pick<FrozenAction, 'kind' | 'agent' | 'connection' | 'name' | 'arguments' | 'materials'>;

/** SHA-256 over the JCS form (RFC 8785) of all that decides what would happen. */
export function digestOf({ kind, agent, connection, name, arguments: args, materials }: WhatIsDone): Digest {
  const files = materials.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
  const text = canonicalize({ kind, agent, connection, name, arguments: args, materials: files });
  if (text === undefined) throw new Error('An action always has a canonical form.');
  // SHA-256 in lower-case hex is what the brand says; checking it again would cost more than making it.
  return hash('sha256', text, 'hex') as Digest;
}

/**
 * A private, deeply frozen copy of the arguments: whoever sent them can no longer change them. Undefined when they have no
 * canonical form (RFC 8785): text with half a surrogate pair, a number that is not finite.
 */
export function freezeArguments(args: JsonObject): JsonObject | undefined {
  const frozen = frozenCopy(args);
  return isJsonObject(frozen) ? frozen : undefined;
}

function frozenCopy(value: JsonValue): JsonValue | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? value : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (!isJsonObject(value)) {
    const items: JsonValue[] = [];
    for (const item of value) {
      const copy = frozenCopy(item);
      if (copy === undefined) return undefined;
      items.push(copy);
    }
    return Object.freeze(items);
  }
  const copies: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) {
    const copy = key.isWellFormed() ? frozenCopy(value[key] ?? null) : undefined;
    if (copy === undefined) return undefined;
    // Set, `__proto__` would change what the copy inherits; JSON means a key like any other.
    if (key === '__proto__') Object.defineProperty(copies, key, { value: copy, enumerable: true });
    else copies[key] = copy;
  }
  return Object.freeze(copies);
}

export function freeze(request: Omit<ActionRequest, 'signal' | 'conversation' | 'reach'>, id: ActionId, materials: readonly Material[], requestedAt: number): FrozenAction {
  const { kind, agent, connection, name } = request;
  const what: WhatIsDone = { kind, agent, connection, name, arguments: request.arguments, materials };
  return Object.freeze({ ...what, id, digest: digestOf(what), requestedAt });
}
