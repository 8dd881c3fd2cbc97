import { Checkbox, Field } from '@fluentui/react-components';
import { useId, type ReactNode } from 'react';
import { useSay, useText } from '../app/intl.tsx';
import type { EditInputProps } from './edit-input.ts';

/** Some of what the Claw named, each to be ticked or not; at least one. */
export function ChoiceField({ field, value, options, isDisabled, wrong, onChange }: EditInputProps<string[]> & { readonly options: readonly string[] }): ReactNode {
  const text = useText();
  const say = useSay();
  const label = useId();
  return (
    <Field
      label={{ id: label, children: say(field.label) }}
      hint={text('edit.choice', { count: value.length, all: options.length })}
      {...(wrong !== undefined && { validationMessage: wrong })}
    >
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role */}
      <div role="group" aria-labelledby={label} className="cs-choice">
        {options.map((option) => (
          <Checkbox
            key={option}
            className="cs-mono"
            label={option}
            checked={value.includes(option)}
            disabled={isDisabled}
            onChange={(_event, { checked }) => onChange(options.filter((other) => (other === option ? checked === true : value.includes(other))))}
          />
        ))}
      </div>
    </Field>
  );
}
