import type { ApprovalId, Digest, EditField } from '../../preload/contract.ts';

export type Values = Readonly<Record<string, EditField['value']>>;

/** What a person is typing into a card. */
export interface Draft {
  /** What the card showed when its fields were asked for. */
  readonly digest: Digest;
  readonly fields: readonly EditField[];
  /** What stands in each field now, by its place. */
  readonly values: Values;
}

/** A draft after its card became another one. */
export interface CarriedDraft extends Draft {
  /** The fields that are another text by now. */
  readonly changed: readonly EditField[];
  /** What was typed where nothing can be changed any more. */
  readonly gone: readonly { readonly field: EditField; readonly typed: EditField['value'] }[];
}

const mostDrafts = 20;
const drafts = new Map<ApprovalId, Draft>();

/** What is being typed outlives the screen it is typed on, until the card is answered or the person cancels. */
export function keepDraft(id: ApprovalId, draft: Draft | null): void {
  drafts.delete(id);
  if (draft !== null) drafts.set(id, draft);
  const [oldest] = drafts.keys();
  if (drafts.size > mostDrafts && oldest !== undefined) drafts.delete(oldest);
}

export function draftOf(id: ApprovalId): Draft | null {
  return drafts.get(id) ?? null;
}

/** The fields in which something else stands than was there. */
export function typedIn({ fields, values }: Draft): readonly EditField[] {
  return fields.filter(({ at, value }) => !isSame(values[at] ?? value, value));
}

/** The same draft for what the card shows now: nothing that was typed is lost, and everything else is what is new. */
export function carryOver(draft: Draft, digest: Digest, fields: readonly EditField[]): CarriedDraft {
  const typed = typedIn(draft);
  const isTyped = new Set(typed.map(({ at }) => at));
  const before = new Map(draft.fields.map(({ at, value }) => [at, value]));
  const here = new Set(fields.map(({ at }) => at));
  return {
    digest,
    fields,
    values: Object.fromEntries(fields.map(({ at, value }) => [at, isTyped.has(at) ? (draft.values[at] ?? value) : value])),
    changed: fields.filter(({ at, value }) => !isSame(before.get(at) ?? value, value)),
    gone: typed.filter(({ at }) => !here.has(at)).map((field) => ({ field, typed: draft.values[field.at] ?? field.value })),
  };
}

function isSame(one: EditField['value'], other: EditField['value']): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
