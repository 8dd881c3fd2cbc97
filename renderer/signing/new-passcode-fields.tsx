import type { ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { TextField } from '../look/text-field.tsx';

/** The ids of what is wrong with each field; null: nothing. */
export interface NewPasscodeProblems {
  readonly next: 'passcode.wrong.short' | null;
  readonly again: 'passcode.wrong.again' | null;
}

export function newPasscodeProblems(next: string, again: string, least: number): NewPasscodeProblems {
  return { next: Array.from(next).length < least ? 'passcode.wrong.short' : null, again: next === again ? null : 'passcode.wrong.again' };
}

export interface NewPasscodeFieldsProps {
  readonly label: string;
  /** The id of a text that may tell how many characters it has at `least`. */
  readonly hint: string;
  readonly next: string;
  readonly again: string;
  /** Null: nothing is told yet. */
  readonly problems: NewPasscodeProblems | null;
  readonly onNext: (next: string) => void;
  readonly onAgain: (again: string) => void;
}

/** A new passcode, typed twice: nobody sees what they type. */
export function NewPasscodeFields({ label, hint, next, again, problems, onNext, onAgain }: NewPasscodeFieldsProps): ReactNode {
  const text = useText();
  const least = useSnapshot(({ signers }) => signers.shortestPasscode);
  const wrong = (id: string | null | undefined): string | undefined => (id === null || id === undefined ? undefined : text(id, { least }));
  return (
    <>
      <TextField label={label} hint={text(hint, { least })} type="password" autoComplete="new-password" value={next} wrong={wrong(problems?.next)} onChange={onNext} />
      <TextField label={text('passcode.again')} type="password" autoComplete="new-password" value={again} wrong={wrong(problems?.again)} onChange={onAgain} />
    </>
  );
}
