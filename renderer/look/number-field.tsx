import { Field, Input } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Message } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { ErrorNote } from './note.tsx';

export interface NumberFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly unit?: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly isDisabled?: boolean;
  /** Why main did not take the last change. */
  readonly problem: Message | null;
  /** Resolves true when main took it. */
  readonly save: (value: number) => Promise<boolean>;
}

/** A whole number between two limits. What was typed stays until it is right; leaving the field or Enter saves it, Esc takes it back. */
export function NumberField({ label, hint, unit, value, min, max, isDisabled = false, problem, save }: NumberFieldProps): ReactNode {
  const text = useText();
  const [draft, setDraft] = useState<string | null>(null);
  const typed = draft === null ? value : readNumber(draft);
  const isWrong = !(typed >= min && typed <= max);
  const commit = async (): Promise<void> => {
    if (draft === null || isWrong) return;
    if (typed === value || (await save(typed))) setDraft(null);
  };
  return (
    <>
      <Field label={label} {...(hint !== undefined && { hint })} {...(isWrong && { validationMessage: text('settings.problem.range', { min, max }) })}>
        <Input
          className="cs-number"
          value={draft ?? String(value)}
          inputMode="numeric"
          autoComplete="off"
          disabled={isDisabled}
          {...(unit !== undefined && { contentAfter: <span className="cs-small cs-muted">{unit}</span> })}
          onChange={(_event, data) => setDraft(data.value)}
          onBlur={() => void commit()}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void commit();
            if (event.key === 'Escape') setDraft(null);
          }}
        />
      </Field>
      <ErrorNote problem={problem} />
    </>
  );
}

/** NaN for anything that is not plain digits, which no limit accepts. */
function readNumber(draft: string): number {
  return /^\d{1,9}$/.test(draft.trim()) ? Number(draft.trim()) : Number.NaN;
}
