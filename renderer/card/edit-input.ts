import type { EditField } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';

export interface EditInputProps<T = EditField['value']> {
  readonly field: EditField;
  readonly value: T;
  readonly isDisabled: boolean;
  /** What is wrong with it, as a sentence. */
  readonly wrong: string | undefined;
  /** Which entry of a list it is, counted without empty ones; undefined: the whole list. */
  readonly wrongEntry: number | undefined;
  readonly onChange: (value: T) => void;
}

/** That something in the field could not be seen. */
export function useHint({ hiddenCharacters }: EditField): string | undefined {
  const text = useText();
  return hiddenCharacters === 0 ? undefined : text('edit.hidden', { count: hiddenCharacters });
}
