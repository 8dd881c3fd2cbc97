import type { Digest } from '../../preload/contract.ts';
import type { EditedEvent } from '../activity/event.ts';
import type { ActionAnswer, ArgumentChange, Facts, Sentence } from '../model/action.ts';
import type { JsonObject } from '../model/json.ts';
import { withoutSecrets } from './flagged.ts';
import type { LiveAction } from './live-actions.ts';
import type { Edit, OutboxEntry } from './outbox.ts';
import type { GateParts } from './parts.ts';

/** A secret of ours does not go into a file, so such an action cannot go on after a restart: it no longer has its digest. */
export function asKept(entry: OutboxEntry, { scrubJson }: Pick<GateParts, 'scrubJson'>): OutboxEntry {
  if (entry.facts.secrets?.includes('own') !== true) return entry;
  // An entry is made of text and numbers alone, so it is JSON, and scrubbing keeps its shape.
  return scrubJson(entry as unknown as JsonObject) as unknown as OutboxEntry;
}

/** What the record tells of an edit. No secret stays in it: a record is kept for good. */
export function editedEvent(from: Digest, { action, facts, sentence }: OutboxEntry, { at, changes, decision }: Edit, parts: Pick<GateParts, 'scrubJson' | 'secrets'>): EditedEvent {
  const told: { readonly changes: readonly ArgumentChange[]; readonly facts: Facts; readonly sentence: Sentence } = { changes, facts, sentence };
  // They are made of text and numbers alone, so they are JSON, and scrubbing keeps their shape. What the agent had sent may hold a secret that the edit took out.
  const kept = withoutSecrets(told as unknown as JsonObject, facts.secrets ?? [], parts) as unknown as typeof told;
  return { at, kind: 'edited', action: action.id, by: 'you', from, to: action.digest, ...kept, decision };
}

/** Names of the arguments that the person changed, where they changed any. */
export function changedFieldsOf({ edited }: LiveAction): { readonly changedFields?: readonly string[] } {
  const changes = edited?.edit?.changes ?? [];
  return changes.length === 0 ? {} : { changedFields: changes.map(({ at }) => at.slice(1)) };
}

export function doneAnswer(live: LiveAction, result: JsonObject): ActionAnswer & { readonly kind: 'ended' } {
  const changed = changedFieldsOf(live);
  return { kind: 'ended', action: live.id, outcome: changed.changedFields === undefined ? 'done' : 'done_with_changes', result, ...changed };
}
