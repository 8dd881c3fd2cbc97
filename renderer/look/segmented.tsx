import { CheckmarkFilled } from '@fluentui/react-icons/svg/checkmark';
import { useId, type ReactNode } from 'react';
import './segmented.css';

export interface SegmentedProps<T extends string> {
  /** Read before each choice by a screen reader; not shown. */
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly name: string }[];
  readonly value: T;
  readonly isDisabled?: boolean;
  /** The id of what explains the choice. */
  readonly describedBy?: string;
  readonly onChange: (value: T) => void;
}

/** One of a few short words, side by side: radio buttons in another dress. The chosen one carries a tick. */
export function Segmented<T extends string>({ label, options, value, isDisabled = false, describedBy, onChange }: SegmentedProps<T>): ReactNode {
  const name = useId();
  return (
    <fieldset className="cs-segments" disabled={isDisabled} {...(describedBy !== undefined && { 'aria-describedby': describedBy })}>
      <legend className="cs-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="cs-segment">
          <input type="radio" className="cs-segment-input" name={name} value={option.value} checked={option.value === value} onChange={() => onChange(option.value)} />
          <span className="cs-segment-face">
            {option.value === value && <CheckmarkFilled aria-hidden fontSize={14} />}
            {option.name}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
