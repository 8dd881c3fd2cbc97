import { Field, Radio, RadioGroup, Textarea } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { Note } from '../look/index.ts';
import { ManagedBy } from '../look/managed.tsx';
import type { AccessDraft, AccessField } from './access-form.ts';

const lists = ['readable', 'writable', 'hosts'] as const;

export interface AccessFieldsProps {
  /** There is nothing else in the dialog, whose title says what this is about. */
  readonly isAlone?: boolean;
  readonly draft: AccessDraft;
  /** What is wrong with a field, as a sentence. */
  readonly problemOf: (field: AccessField) => string | undefined;
  readonly onChange: (next: Partial<AccessDraft>) => void;
}

/** What a program can reach: what is named here, or all that the person can. */
export function AccessFields({ isAlone = false, draft, problemOf, onChange }: AccessFieldsProps): ReactNode {
  const text = useText();
  const mayBeFull = useSnapshot(({ status }) => status.mayGiveFullAccess);
  return (
    <>
      <Field {...(!isAlone && { label: text('connectionsScreen.access') })}>
        <RadioGroup {...(isAlone && { 'aria-label': text('connectionsScreen.access') })} value={draft.access} onChange={(_event, { value }) => onChange({ access: value === 'full' ? 'full' : 'sandbox' })}>
          <Radio value="sandbox" label={text('connectionsScreen.access.sandbox')} />
          <Radio value="full" disabled={!mayBeFull} label={text('connectionsScreen.access.full')} />
        </RadioGroup>
      </Field>
      {!mayBeFull && <ManagedBy />}
      {draft.access === 'full' ? (
        <Note tone="mind">{text('connectionsScreen.form.command.caution')}</Note>
      ) : (
        <>
          <p className="cs-form-note">{text('connectionsScreen.access.sandbox.text')}</p>
          {lists.map((list) => {
            const wrong = problemOf(`access.${list}`);
            return (
              <Field key={list} label={text(`connectionsScreen.access.${list}`)} hint={text(`connectionsScreen.access.${list}.hint`)} {...(wrong !== undefined && { validationMessage: wrong })}>
                <Textarea className="cs-mono" dir="ltr" rows={2} resize="vertical" spellCheck={false} value={draft[list]} onChange={(_event, data) => onChange({ [list]: data.value })} />
              </Field>
            );
          })}
        </>
      )}
    </>
  );
}
