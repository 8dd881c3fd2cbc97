import { Button } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ErrorNote } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { focusFirstProblem, TextField } from '../look/text-field.tsx';
import { emptyEmailDraft, readEmailDraft, withAddress, type EmailDraft } from './email-form.ts';
import { MailServerFields } from './mail-server-fields.tsx';

export interface FormDialogProps {
  /** `needsSignIn`: it is there, but the person has to sign in to it in the browser. */
  readonly onAdded: (name: string, needsSignIn?: boolean) => void;
  readonly onBack: () => void;
  readonly onClose: () => void;
}

/** Connects an email account: main signs in to both servers first. A refusal leaves everything that was typed. */
export function EmailDialog({ onAdded, onBack, onClose }: FormDialogProps): ReactNode {
  const text = useText();
  const keychain = useSnapshot(({ status }) => status.keychain);
  const adding = useCall('addEmailConnection');
  const [draft, setDraft] = useState(() => emptyEmailDraft(text('connectionsScreen.form.email.name')));
  const [isTried, setTried] = useState(false);
  const read = readEmailDraft(draft);
  const wrong = isTried && !read.ok ? read.wrong : [];
  const change = (next: Partial<EmailDraft>): void => setDraft((before) => ({ ...before, ...next }));
  const problemOf = (field: 'name' | 'address' | 'user' | 'password'): string | undefined => (wrong.includes(field) ? text(`connectionsScreen.form.wrong.${field}`) : undefined);

  const submit = async (): Promise<void> => {
    setTried(true);
    if (adding.isBusy) return;
    if (!read.ok) {
      focusFirstProblem();
      return;
    }
    if ((await adding.run(read.input)) !== null) onAdded(read.input.name);
  };
  return (
    <SimpleDialog
      title={text('connectionsScreen.add.email.title')}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onBack}>{text('screens.back')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={adding.isBusy}>
            {text(adding.isBusy ? 'connectionsScreen.form.email.busy' : 'connectionsScreen.form.email.submit')}
          </Button>
        </>
      }
    >
      <TextField
        label={text('connectionsScreen.form.email.address')}
        type="email"
        placeholder={text('connectionsScreen.form.email.addressPlaceholder')}
        value={draft.address}
        wrong={problemOf('address')}
        onChange={(address) => setDraft((before) => withAddress(before, address))}
      />
      <TextField
        label={text('connectionsScreen.form.email.password')}
        type="password"
        hint={text(keychain === 'os' ? 'connectionsScreen.form.email.password.hint' : 'connectionsScreen.form.email.password.sessionHint')}
        value={draft.password}
        wrong={problemOf('password')}
        onChange={(password) => change({ password })}
      />
      <TextField
        label={text('connectionsScreen.form.name')}
        hint={text('connectionsScreen.form.name.hint')}
        value={draft.name}
        wrong={problemOf('name')}
        onChange={(name) => change({ name })}
      />
      <TextField
        label={text('connectionsScreen.form.email.user')}
        hint={text('connectionsScreen.form.email.user.hint')}
        value={draft.user}
        wrong={problemOf('user')}
        onChange={(user) => change({ user })}
      />
      <div>
        <h3 className="cs-form-heading">{text('connectionsScreen.form.email.servers')}</h3>
        <p className="cs-form-note">{text('connectionsScreen.form.email.servers.hint')}</p>
      </div>
      <MailServerFields which="imap" server={draft.imap} wrong={wrong} onChange={(imap) => change({ imap })} />
      <MailServerFields which="smtp" server={draft.smtp} wrong={wrong} onChange={(smtp) => change({ smtp })} />
      <ErrorNote problem={adding.problem} />
    </SimpleDialog>
  );
}
