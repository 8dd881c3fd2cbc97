import type { Decision, Described, Facts, FrozenAction, Sentence } from '../model/action.ts';
import type { JsonObject } from '../model/json.ts';
import { withoutSecrets } from './flagged.ts';
import type { GateParts } from './parts.ts';

/** What an intent tells of its arguments, as it may be kept for good. */
interface Told {
  /** A URI may carry a password or a key. */
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly facts: Facts;
  readonly sentence: Sentence;
}

/** Step 4: has it durably before anything leaves. False when it cannot. No secret stays in it: a record is kept for good. */
export async function recordIntent(action: FrozenAction, { facts, sentence }: Described, decision: Decision, parts: GateParts): Promise<boolean> {
  const { activity, agents, connectionName, report } = parts;
  const told: Told = { tool: action.name, arguments: action.arguments, facts, sentence };
  try {
    await activity.append({
      at: action.requestedAt,
      kind: 'intent',
      action: action.id,
      agent: { id: action.agent, name: agents.name(action.agent) },
      connection: { id: action.connection, name: connectionName(action.connection) },
      actionKind: action.kind,
      effect: facts.effect,
      digest: action.digest,
      // Facts and sentences are made of text and numbers alone, so they are JSON, and scrubbing keeps their shape.
      ...(withoutSecrets(told as unknown as JsonObject, facts.secrets, parts) as unknown as Told),
      decision,
    });
    return true;
  } catch (error) {
    report(`The record cannot be written: ${String(error)}`);
    return false;
  }
}
