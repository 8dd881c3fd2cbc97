import { Field, Input, type InputProps } from '@fluentui/react-components';
import type { ReactNode } from 'react';

export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  /** What is wrong with the value, as a sentence. */
  readonly wrong?: string | undefined;
  readonly type?: 'text' | 'email' | 'password' | 'url';
  readonly placeholder?: string;
  readonly isMono?: boolean;
  readonly inputMode?: 'numeric';
  readonly autoComplete?: string;
}

/** A labelled text field with its hint, and its problem in words. Spelling help is off: what goes in are names and addresses. */
export function TextField({ label, value, onChange, hint, wrong, type = 'text', placeholder, isMono = false, inputMode, autoComplete = 'off' }: TextFieldProps): ReactNode {
  const change: InputProps['onChange'] = (_event, data) => onChange(data.value);
  return (
    <Field label={label} {...(hint !== undefined && { hint })} {...(wrong !== undefined && { validationMessage: wrong })}>
      <Input
        type={type}
        value={value}
        onChange={change}
        autoComplete={autoComplete}
        spellCheck={false}
        {...(placeholder !== undefined && { placeholder })}
        {...(inputMode !== undefined && { inputMode })}
        {...(isMono && { className: 'cs-mono', dir: 'ltr' })}
      />
    </Field>
  );
}

/** Puts the keyboard on the first field of a form that has a problem. Call it once the problems are shown. */
export function focusFirstProblem(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[role="dialog"] [aria-invalid="true"]')?.focus());
}
