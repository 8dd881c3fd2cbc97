import type { EditProblem } from '../../preload/contract.ts';
import type { EditRefusedEvent } from '../activity/event.ts';
import type { ArgumentChange, Decision, Facts, FrozenAction } from '../model/action.ts';
import { disarm } from '../model/disarm.ts';
import { withValueAt } from '../model/json-pointer.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { say } from '../model/say.ts';
import { withoutSecrets } from './flagged.ts';
import type { GateParts } from './parts.ts';

/** How many parts of a change are looked at by themselves; more are told as a whole. */
const mostParts = 20;

/** A part of what a person changed: a field, or one entry that they added to a list. */
interface ChangePart {
  readonly at: string;
  readonly entry?: number;
  readonly args: JsonObject;
}

/**
 * What is wrong with a change that the rules do not allow, beside the fields that are denied by themselves, so that the person
 * knows what to change; told as a whole where only the parts together are.
 *
 * @param shown the arguments as they were before the change.
 * @param isDenied what the rules say of such arguments.
 */
export async function refusedParts(shown: JsonObject, changes: readonly ArgumentChange[], { layer, reason, title }: Decision, isDenied: (args: JsonObject) => Promise<boolean>): Promise<readonly EditProblem[]> {
  const problem = say('edit.problem.forbidden', { layer, reason: disarm(reason ?? title) });
  const [only] = changes;
  const parts = changes.flatMap((change) => partsOf(shown, change));
  const blamed: EditProblem[] = [];
  for (const { at, entry, args } of parts.length > mostParts ? [] : parts) {
    if (blamed.some((known) => known.at === at) || !(await isDenied(args))) continue;
    blamed.push({ at, problem, ...(entry === undefined ? {} : { entry }) });
  }
  if (blamed.length > 0) return blamed;
  return [{ at: changes.length === 1 ? (only?.at ?? null) : null, problem }];
}

/** Entries that were added first, each by itself: one of them says more than its list. */
function partsOf(shown: JsonObject, { at, before, after }: ArgumentChange): readonly ChangePart[] {
  const whole: ChangePart = { at, args: withValueAt(shown, at, after) };
  if (!Array.isArray(after)) return [whole];
  const known: readonly JsonValue[] = Array.isArray(before) ? before : [];
  const added = after.flatMap((value: JsonValue, entry) => (known.includes(value) ? [] : [{ at, entry, args: withValueAt(shown, at, [...known, value]) }]));
  return [...added, whole];
}

/** What the record tells of a change that the rules did not allow. No secret stays in it. */
export function editRefusedEvent({ id, digest }: FrozenAction, at: number, changes: readonly ArgumentChange[], decision: Decision, { secrets }: Facts, parts: Pick<GateParts, 'scrubJson' | 'secrets'>): EditRefusedEvent {
  const told: { readonly changes: readonly ArgumentChange[] } = { changes };
  // Changes are made of text and numbers alone, so they are JSON, and scrubbing keeps their shape.
  const kept = withoutSecrets(told as unknown as JsonObject, secrets ?? [], parts) as unknown as typeof told;
  return { at, kind: 'edit_refused', action: id, by: 'you', from: digest, ...kept, decision };
}
