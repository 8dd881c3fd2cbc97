import { Button, Field, Input, Textarea } from '@fluentui/react-components';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { EditField, FieldEdit, Message } from '../../preload/contract.ts';
import { useSay, useText } from '../app/intl.tsx';
import { ErrorNote, Note } from '../look/note.tsx';
import './edit-form.css';
import { ChoiceField } from './choice-field.tsx';
import { useHint, type EditInputProps } from './edit-input.ts';
import { PeopleField } from './people-field.tsx';
import type { FieldProblems } from './use-editing.ts';

export interface EditFormProps {
  readonly fields: readonly EditField[];
  readonly isBusy: boolean;
  /** Time is up: what was typed leads nowhere any more. */
  readonly isOver: boolean;
  readonly problem: Message | null;
  readonly problems: FieldProblems;
  readonly onCancel: () => void;
  readonly onReview: (edits: FieldEdit[]) => void;
}

type Values = Readonly<Record<string, EditField['value']>>;

function isSame(one: EditField['value'] | undefined, other: EditField['value']): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The fields of a card that may be changed. It approves nothing: the changed card comes first, to be read and answered. */
export function EditForm({ fields, isBusy, isOver, problem, problems, onCancel, onReview }: EditFormProps): ReactNode {
  const text = useText();
  const say = useSay();
  const root = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<Values>(() => Object.fromEntries(fields.map(({ at, value }) => [at, value])));
  const edits = fields.flatMap(({ at, value }) => {
    const typed = values[at];
    return typed === undefined || isSame(typed, value) ? [] : [{ at, value: typed }];
  });
  const isBlocked = isBusy || isOver || edits.length === 0;
  const general = problems.find(({ at }) => at === null)?.problem ?? problem;

  useEffect(() => root.current?.querySelector<HTMLElement>('input, textarea, button')?.focus(), []);
  useEffect(() => {
    if (problems.length > 0) root.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problems]);

  const review = (): void => {
    if (!isBlocked) onReview(edits);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.repeat) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      review();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      // What was typed is not thrown away by one key.
      if (edits.length === 0) onCancel();
      else root.current?.querySelector<HTMLElement>('.cs-edit-cancel')?.focus();
    }
  };

  return (
    // The form takes the keys of its fields; it is nothing to press itself.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      ref={root}
      className="cs-edit-form"
      aria-label={text('edit.title')}
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        review();
      }}
    >
      <div className="cs-card-body cs-edit-body">
        <Note>{text('edit.note')}</Note>
        {fields.map((field) => {
          const wrong = problems.find(({ at }) => at === field.at);
          return (
            <EditInput
              key={field.at}
              field={field}
              value={values[field.at] ?? field.value}
              isDisabled={isBusy || isOver}
              wrong={wrong === undefined ? undefined : say(wrong.problem)}
              wrongEntry={wrong?.entry}
              onChange={(value) => setValues((before) => ({ ...before, [field.at]: value }))}
            />
          );
        })}
      </div>
      <footer className="cs-card-foot">
        <ErrorNote problem={general} />
        <div className="cs-answers">
          <Button className="cs-edit-cancel" onClick={onCancel}>
            {text('edit.cancel')}
          </Button>
          <div className="cs-approvals">
            <Button type="submit" appearance="primary" className="cs-approve cs-ink-button" aria-keyshortcuts="Control+Enter Meta+Enter" disabledFocusable={isBlocked}>
              {text('edit.review')}
            </Button>
          </div>
        </div>
        {isOver && <p className="cs-small cs-muted">{text('cardView.after.over')}</p>}
      </footer>
    </form>
  );
}

/** How near to its limit a text is before its length is told. */
const nearLimit = 0.8;

function EditInput({ field, value, ...rest }: EditInputProps): ReactNode {
  if (field.options !== undefined && typeof value !== 'string') return <ChoiceField field={field} value={value} options={field.options} {...rest} />;
  return typeof value === 'string' ? <TextInput field={field} value={value} {...rest} /> : <PeopleField field={field} value={value} {...rest} />;
}

function TextInput({ field, value, isDisabled, wrong, onChange }: EditInputProps<string>): ReactNode {
  const text = useText();
  const say = useSay();
  const hint = useHint(field);
  const length = Array.from(value).length;
  const isNear = field.longest !== null && length > field.longest * nearLimit;
  const told = isNear ? text('edit.length', { count: length, limit: field.longest ?? 0 }) : undefined;
  const shared = { value, disabled: isDisabled, dir: 'auto', onChange: (_event: unknown, data: { readonly value: string }) => onChange(data.value) } as const;
  return (
    <Field label={say(field.label)} {...(wrong !== undefined && { validationMessage: wrong })} {...((hint ?? told) !== undefined && { hint: [hint, told].filter(Boolean).join(' ') })}>
      {field.kind === 'text' ? (
        <Textarea {...shared} className="cs-edit-text" resize="vertical" />
      ) : (
        <Input {...shared} autoComplete="off" {...(field.kind === 'amount' && { inputMode: 'decimal' as const })} />
      )}
    </Field>
  );
}
