import { Field, Select, Textarea } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { Note } from '../look/index.ts';
import { Segmented } from '../look/segmented.tsx';
import { TextField } from '../look/text-field.tsx';
import { signInWays, type ServerFormDraft } from './server-form.ts';

export type SignInField = 'signIn.name' | 'signIn.prefix' | 'signIn.certificateFile' | 'signIn.keyFile' | 'signIn.secretCommand.command' | 'signIn.secretCommand.args' | 'key';

export interface SignInFieldsProps {
  readonly draft: ServerFormDraft;
  /** What is wrong with a field, as a sentence. */
  readonly problemOf: (field: SignInField) => string | undefined;
  readonly onChange: (next: Partial<ServerFormDraft>) => void;
}

/** How a service on the web is signed in to, and what that takes. */
export function SignInFields({ draft, problemOf, onChange }: SignInFieldsProps): ReactNode {
  const text = useText();
  return (
    <>
      <Field label={text('connectionsScreen.form.signIn')}>
        <Select
          value={draft.way}
          onChange={(_event, data) => {
            const way = signInWays.find((one) => one === data.value);
            if (way !== undefined) onChange({ way });
          }}
        >
          {signInWays.map((way) => (
            <option key={way} value={way}>
              {text(`connectionsScreen.form.signIn.${way}`)}
            </option>
          ))}
        </Select>
      </Field>
      {draft.way === 'header' && (
        <div>
          <div className="cs-fields-beside">
            <TextField label={text('connectionsScreen.form.key.header')} isMono value={draft.header} wrong={problemOf('signIn.name')} onChange={(header) => onChange({ header })} />
            <TextField label={text('connectionsScreen.form.key.prefix')} isMono value={draft.prefix} wrong={problemOf('signIn.prefix')} onChange={(prefix) => onChange({ prefix })} />
          </div>
          <p className="cs-form-note">{text('connectionsScreen.form.key.header.hint')}</p>
        </div>
      )}
      {draft.way === 'query' && (
        <TextField
          label={text('connectionsScreen.form.key.parameter')}
          hint={text('connectionsScreen.form.key.parameter.hint')}
          isMono
          value={draft.parameter}
          wrong={problemOf('signIn.name')}
          onChange={(parameter) => onChange({ parameter })}
        />
      )}
      {draft.way === 'certificate' && (
        <>
          <TextField
            label={text('connectionsScreen.form.certificate')}
            hint={text('connectionsScreen.form.certificate.hint')}
            isMono
            value={draft.certificateFile}
            wrong={problemOf('signIn.certificateFile')}
            onChange={(certificateFile) => onChange({ certificateFile })}
          />
          <TextField
            label={text('connectionsScreen.form.certificate.key')}
            hint={text('connectionsScreen.form.certificate.key.hint')}
            isMono
            value={draft.keyFile}
            wrong={problemOf('signIn.keyFile')}
            onChange={(keyFile) => onChange({ keyFile })}
          />
        </>
      )}
      {draft.way !== 'browser' && <KeySourceFields draft={draft} problemOf={problemOf} onChange={onChange} />}
    </>
  );
}

/** Where the key comes from: typed here, or given by a program each time. */
function KeySourceFields(props: SignInFieldsProps): ReactNode {
  const { draft, onChange } = props;
  const text = useText();
  const label = draft.way === 'certificate' ? 'connectionsScreen.form.passphraseSource' : 'connectionsScreen.form.keySource';
  return (
    <>
      <Segmented
        label={text(label)}
        options={(['typed', 'program'] as const).map((value) => ({ value, name: text(`${label}.${value}`) }))}
        value={draft.isFromProgram ? 'program' : 'typed'}
        onChange={(source) => onChange({ isFromProgram: source === 'program' })}
      />
      {draft.isFromProgram ? <ProgramFields {...props} /> : <KeyField {...props} />}
    </>
  );
}

function ProgramFields({ draft, problemOf, onChange }: SignInFieldsProps): ReactNode {
  const text = useText();
  const wrongArgs = problemOf('signIn.secretCommand.args');
  return (
    <>
      <TextField
        label={text('connectionsScreen.form.keyProgram')}
        hint={text('connectionsScreen.form.keyProgram.hint')}
        isMono
        value={draft.keyCommand}
        wrong={problemOf('signIn.secretCommand.command')}
        onChange={(keyCommand) => onChange({ keyCommand })}
      />
      <Field label={text('connectionsScreen.form.keyProgram.args')} hint={text('connectionsScreen.form.keyProgram.args.hint')} {...(wrongArgs !== undefined && { validationMessage: wrongArgs })}>
        <Textarea className="cs-mono" dir="ltr" rows={3} resize="vertical" spellCheck={false} value={draft.keyArgs} onChange={(_event, data) => onChange({ keyArgs: data.value })} />
      </Field>
      <Note tone="mind">{text('connectionsScreen.form.command.caution')}</Note>
    </>
  );
}

function KeyField({ draft, problemOf, onChange }: SignInFieldsProps): ReactNode {
  const text = useText();
  const keychain = useSnapshot(({ status }) => status.keychain);
  const label = draft.way === 'certificate' ? 'connectionsScreen.form.passphrase' : 'connectionsScreen.form.key';
  return (
    <TextField
      label={text(label)}
      type="password"
      hint={text(keychain === 'os' ? `${label}.hint` : `${label}.sessionHint`)}
      value={draft.key}
      wrong={problemOf('key')}
      onChange={(key) => onChange({ key })}
    />
  );
}
