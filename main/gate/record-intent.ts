import type { Decision, Described, FrozenAction } from '../model/action.ts';
import type { JsonObject } from '../model/json.ts';
import type { GateParts } from './parts.ts';

/** Step 4: has it durably before anything leaves. False when it cannot. No secret stays in it: a record is kept for good. */
export async function recordIntent(action: FrozenAction, { facts, sentence }: Described, decision: Decision, parts: GateParts): Promise<boolean> {
  const { activity, agents, connectionName, scrubJson, report } = parts;
  // Facts and sentences are made of text and numbers alone, so they are JSON, and scrubbing keeps their shape.
  const scrubbed = <T extends object>(value: T): T => scrubJson(value as unknown as JsonObject) as unknown as T;
  try {
    await activity.append({
      at: action.requestedAt,
      kind: 'intent',
      action: action.id,
      agent: { id: action.agent, name: agents.name(action.agent) },
      connection: { id: action.connection, name: connectionName(action.connection) },
      actionKind: action.kind,
      tool: action.name,
      effect: facts.effect,
      digest: action.digest,
      arguments: scrubJson(action.arguments),
      facts: scrubbed(facts),
      sentence: scrubbed(sentence),
      decision,
    });
    return true;
  } catch (error) {
    report(`The record cannot be written: ${String(error)}`);
    return false;
  }
}
