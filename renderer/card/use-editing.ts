import { useCallback, useState } from 'react';
import type { Approval, EditAnswer, EditField, FieldEdit, Message } from '../../preload/contract.ts';
import { useCall } from '../app/use-call.ts';

export type FieldProblems = Extract<EditAnswer, { readonly kind: 'wrong' }>['problems'];

export interface Editing {
  /** What may be changed, while it is; null: nothing is being changed. */
  readonly fields: readonly EditField[] | null;
  readonly start: () => Promise<void>;
  readonly cancel: () => void;
  /** Null takes every change back. Resolves true when main put a changed card in place of the one that is shown. */
  readonly save: (edits: FieldEdit[] | null) => Promise<boolean>;
  readonly isBusy: boolean;
  /** Why nothing was changed; what is wrong with a field is in `problems`. */
  readonly problem: Message | null;
  readonly problems: FieldProblems;
}

const none: FieldProblems = [];

/** Changing what a card asks about, for exactly the digest it shows. */
export function useEditing({ id, digest }: Approval): Editing {
  const starting = useCall('startEdit');
  const saving = useCall('editApproval');
  const [fields, setFields] = useState<readonly EditField[] | null>(null);
  const [problems, setProblems] = useState(none);
  const [isTaken, setTaken] = useState(false);
  const { run: runStart, forgetProblem: forgetStart } = starting;
  const { run: runSave, forgetProblem: forgetSave } = saving;

  const start = useCallback(async () => {
    forgetSave();
    const answer = await runStart({ id, digest });
    if (answer !== null) setFields(answer.value.fields);
  }, [runStart, forgetSave, id, digest]);

  const cancel = useCallback(() => {
    setFields(null);
    setProblems(none);
    forgetStart();
    forgetSave();
  }, [forgetStart, forgetSave]);

  const save = useCallback<Editing['save']>(
    async (edits) => {
      setProblems(none);
      const answer = await runSave({ id, digest, edits });
      if (answer === null) return false;
      if (answer.value.kind === 'wrong') {
        setProblems(answer.value.problems);
        return false;
      }
      // Another card takes the place of this one as soon as its patch is here; until then nothing here may be pressed.
      if (answer.value.digest === digest) cancel();
      else setTaken(true);
      return true;
    },
    [runSave, cancel, id, digest],
  );

  return { fields, start, cancel, save, isBusy: starting.isBusy || saving.isBusy || isTaken, problem: saving.problem ?? starting.problem, problems };
}
