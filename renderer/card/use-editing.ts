import { useCallback, useEffect, useState } from 'react';
import type { Approval, Digest, EditAnswer, EditField, FieldEdit, Message } from '../../preload/contract.ts';
import { useCall } from '../app/use-call.ts';
import { carryOver, draftOf, keepDraft, typedIn, type CarriedDraft, type Draft } from './drafts.ts';

export type FieldProblems = Extract<EditAnswer, { readonly kind: 'wrong' }>['problems'];

export interface Editing {
  /** What is being typed; null: nothing is being changed. */
  readonly draft: Draft | null;
  /** What became of the card while it was typed; null: nothing. */
  readonly meanwhile: Pick<CarriedDraft, 'changed' | 'gone'> | null;
  readonly start: () => Promise<void>;
  readonly type: (at: string, value: EditField['value']) => void;
  readonly cancel: () => void;
  /** Puts what was typed in place of what is shown; it is kept until that worked. */
  readonly review: () => Promise<void>;
  /** Takes every change back. */
  readonly restore: () => Promise<void>;
  readonly isBusy: boolean;
  /** The fields of the card that is shown by now are being asked for; what is typed meanwhile counts. */
  readonly isCarrying: boolean;
  /** Why nothing was changed; what is wrong with a field is in `problems`. */
  readonly problem: Message | null;
  readonly problems: FieldProblems;
}

const none: FieldProblems = [];

/**
 * Changing what a card asks about, for exactly the digest it shows. When the card becomes another one meanwhile, what was typed is
 * carried over to it.
 */
export function useEditing({ id, digest }: Approval): Editing {
  const starting = useCall('startEdit');
  const saving = useCall('editApproval');
  const [draft, setDraft] = useState(() => draftOf(id));
  const [meanwhile, setMeanwhile] = useState<Editing['meanwhile']>(null);
  const [problems, setProblems] = useState(none);
  /** What the card showed when a change was sent, and what it will show once its patch is here; null: that is not known yet. */
  const [awaited, setAwaited] = useState<{ readonly from: Digest; readonly to: Digest | null } | null>(null);
  const { run: runStart, isBusy: isStarting, problem: startProblem, forgetProblem: forgetStart } = starting;
  const { run: runSave, problem: saveProblem, forgetProblem: forgetSave } = saving;

  const keep = useCallback(
    (next: Draft | null) => {
      keepDraft(id, next);
      setDraft(next);
    },
    [id],
  );

  const cancel = useCallback(() => {
    keep(null);
    setMeanwhile(null);
    setAwaited(null);
    setProblems(none);
    forgetStart();
    forgetSave();
  }, [keep, forgetStart, forgetSave]);

  const start = useCallback(async () => {
    forgetSave();
    const answer = await runStart({ id, digest });
    if (answer === null) return;
    const { fields } = answer.value;
    keep({ digest, fields, values: Object.fromEntries(fields.map(({ at, value }) => [at, value])) });
  }, [runStart, forgetSave, keep, id, digest]);

  const save = useCallback(
    async (edits: FieldEdit[] | null) => {
      setProblems(none);
      setAwaited({ from: digest, to: null });
      const answer = await runSave({ id, digest, edits });
      const made = answer?.value.kind === 'shown' ? answer.value.digest : null;
      if (answer?.value.kind === 'wrong') setProblems(answer.value.problems);
      if (made !== null) keepDraft(id, null);
      setAwaited(made === null ? null : { from: digest, to: made });
    },
    [runSave, id, digest],
  );

  const isElsewhere = draft !== null && draft.digest !== digest && awaited === null;
  const isReplaced = awaited !== null && awaited.to !== null && (awaited.to === digest || awaited.from !== digest);
  // Its own change is here, or nothing was typed that the other card would lose.
  if (isReplaced || (isElsewhere && typedIn(draft).length === 0)) {
    setDraft(null);
    setMeanwhile(null);
    setAwaited(null);
    setProblems(none);
  }
  useEffect(() => {
    if (!isElsewhere || isStarting || startProblem !== null) return;
    void runStart({ id, digest }).then((answer) => {
      if (answer === null) return;
      const carried = carryOver(draftOf(id) ?? draft, digest, answer.value.fields);
      if (typedIn(carried).length + carried.gone.length === 0) {
        cancel();
        return;
      }
      keep(carried);
      setMeanwhile(carried);
      setProblems(none);
      forgetSave();
    });
  }, [isElsewhere, draft, isStarting, startProblem, runStart, keep, cancel, forgetSave, id, digest]);

  return {
    draft,
    meanwhile,
    start,
    type: (at, value) => draft !== null && keep({ ...draft, values: { ...draft.values, [at]: value } }),
    cancel,
    // Asking again for the fields comes before anything is sent.
    review: () => (isElsewhere ? Promise.resolve(forgetStart()) : save(draft === null ? [] : typedIn(draft).map(({ at, value }) => ({ at, value: draft.values[at] ?? value })))),
    restore: () => save(null),
    // Until the changed card is here nothing may be pressed.
    isBusy: (isStarting && draft === null) || awaited !== null,
    isCarrying: isElsewhere && startProblem === null,
    problem: saveProblem ?? startProblem,
    problems,
  };
}
