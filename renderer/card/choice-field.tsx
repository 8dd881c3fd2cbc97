import { Checkbox } from '@fluentui/react-components';
import { useId, type ReactNode } from 'react';
import { useSay, useText } from '../app/intl.tsx';
import type { EditInputProps } from './edit-input.ts';

/** Some of what the Claw named, each to be ticked or not; at least one. Fluent's `Field` would give every box the same id. */
export function ChoiceField({ field, value, options, isDisabled, wrong, onChange }: EditInputProps<string[]> & { readonly options: readonly string[] }): ReactNode {
  const text = useText();
  const say = useSay();
  const note = useId();
  return (
    <fieldset className="cs-choice" aria-describedby={note} aria-invalid={wrong !== undefined}>
      <legend>{say(field.label)}</legend>
      {options.map((option) => (
        <Checkbox
          key={option}
          label={option}
          checked={value.includes(option)}
          disabled={isDisabled}
          onChange={(_event, { checked }) => onChange(options.filter((other) => (other === option ? checked === true : value.includes(other))))}
        />
      ))}
      <p className="cs-small cs-muted" id={note}>
        {wrong ?? text('edit.choice', { count: value.length, all: options.length })}
      </p>
    </fieldset>
  );
}
