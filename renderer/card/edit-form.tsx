import { Button, Field, Input, Textarea } from '@fluentui/react-components';
import { useEffect, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { useSay, useText } from '../app/intl.tsx';
import { ErrorNote, Note } from '../look/note.tsx';
import './edit-form.css';
import { ChoiceField } from './choice-field.tsx';
import { useHint, type EditInputProps } from './edit-input.ts';
import { typedIn, type Draft } from './drafts.ts';
import { PeopleField } from './people-field.tsx';
import type { Editing } from './use-editing.ts';

export interface EditFormProps {
  readonly draft: Draft;
  readonly editing: Editing;
  /** Time is up: what was typed leads nowhere any more. */
  readonly isOver: boolean;
}

/** The fields of a card that may be changed. It approves nothing: the changed card comes first, to be read and answered. */
export function EditForm({ draft, editing, isOver }: EditFormProps): ReactNode {
  const text = useText();
  const say = useSay();
  const root = useRef<HTMLFormElement>(null);
  const { fields, values } = draft;
  const { isBusy, isCarrying, problem, problems, cancel } = editing;
  const isTyped = typedIn(draft).length > 0;
  const isBlocked = isBusy || isCarrying || isOver || !isTyped;
  const general = problems.find(({ at }) => at === null)?.problem ?? problem;

  useEffect(() => root.current?.querySelector<HTMLElement>('input, textarea, button')?.focus(), []);
  useEffect(() => {
    if (problems.length > 0) root.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problems]);

  const review = (): void => {
    if (!isBlocked) void editing.review();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || event.repeat) return;
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      review();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      // What was typed is not thrown away by one key.
      if (!isTyped) cancel();
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
              onChange={(value) => editing.type(field.at, value)}
            />
          );
        })}
      </div>
      <footer className="cs-card-foot">
        <Meanwhile meanwhile={editing.meanwhile} />
        <ErrorNote problem={general} />
        <div className="cs-answers">
          <Button className="cs-edit-cancel" onClick={cancel}>
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

/** What became of the card under the person's hands; nothing of what they typed is gone without being told. */
function Meanwhile({ meanwhile }: Pick<Editing, 'meanwhile'>): ReactNode {
  const text = useText();
  const say = useSay();
  const intl = useIntl();
  return (
    // A list of sentences is no output element.
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <div role="status" className="cs-edit-meanwhile">
      {meanwhile !== null && (
        <Note tone="mind">
          <p>{meanwhile.changed.length === 0 ? text('edit.meanwhile.other') : text('edit.meanwhile', { fields: intl.formatList(meanwhile.changed.map(({ label }) => say(label)), { type: 'conjunction' }) })}</p>
          {meanwhile.gone.map(({ field, typed }) => (
            <p key={field.at} className="cs-edit-gone">
              {text('edit.meanwhile.gone', { field: say(field.label), typed: typeof typed === 'string' ? typed : typed.join(', ') })}
            </p>
          ))}
        </Note>
      )}
    </div>
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
