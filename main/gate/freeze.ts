import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { digest as digestSchema, type ActionId, type Digest } from '../../preload/contract.ts';
import type { ActionRequest, FrozenAction, Material } from '../model/action.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';

function deepFreeze<T extends JsonValue>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child);
    Object.freeze(value);
  }
  return value;
}

type WhatIsDone = Pick<FrozenAction, 'kind' | 'agent' | 'connection' | 'name' | 'arguments' | 'materials'>;

/** SHA-256 over the JCS form (RFC 8785) of all that decides what would happen. */
export function digestOf({ kind, agent, connection, name, arguments: args, materials }: WhatIsDone): Digest {
  const files = materials.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
  const text = canonicalize({ kind, agent, connection, name, arguments: args, materials: files });
  if (text === undefined) throw new Error('An action always has a canonical form.');
  return digestSchema.parse(createHash('sha256').update(text).digest('hex'));
}

/** A private, deeply frozen copy of the arguments: whoever sent them can no longer change them. */
export function freezeArguments(args: JsonObject): JsonObject {
  return deepFreeze(structuredClone(args));
}

export function freeze(request: Omit<ActionRequest, 'signal' | 'conversation'>, id: ActionId, materials: readonly Material[], requestedAt: number): FrozenAction {
  const { kind, agent, connection, name } = request;
  const what: WhatIsDone = { kind, agent, connection, name, arguments: request.arguments, materials };
  return Object.freeze({ ...what, id, digest: digestOf(what), requestedAt });
}
