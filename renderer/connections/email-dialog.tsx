import { Button } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ErrorNote, Note } from '../look/index.ts';
import { Segmented } from '../look/segmented.tsx';
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

const ways = ['password', 'google', 'microsoft'] as const;
type Way = (typeof ways)[number];

/** What a provider's form leaves out, filled in so that the rest is read by the same rules. */
const unused = { host: 'unused.invalid', port: '1', security: 'tls' } as const;
const notAsked = { user: 'unused', password: 'unused', imap: unused, smtp: unused };

/**
 * Connects an email account. With a password main signs in to both servers first, and a refusal leaves everything that was
 * typed; at a provider the sign-in comes next, in the browser.
 */
export function EmailDialog({ onAdded, onBack, onClose }: FormDialogProps): ReactNode {
  const text = useText();
  const keychain = useSnapshot(({ status }) => status.keychain);
  const adding = useCall('addEmailConnection');
  const [draft, setDraft] = useState(() => emptyEmailDraft(text('connectionsScreen.form.email.name')));
  const [way, setWay] = useState<Way>('password');
  const [isTried, setTried] = useState(false);
  const addingSignIn = useCall('addEmailSignIn');
  const signingIn = useCall('startSignIn');
  const read = readEmailDraft(way === 'password' ? draft : { ...draft, ...notAsked });
  const wrong = isTried && !read.ok ? read.wrong : [];
  const change = (next: Partial<EmailDraft>): void => setDraft((before) => ({ ...before, ...next }));
  const problemOf = (field: 'name' | 'address' | 'user' | 'password'): string | undefined => (wrong.includes(field) ? text(`connectionsScreen.form.wrong.${field}`) : undefined);

  const submit = async (): Promise<void> => {
    setTried(true);
    if (adding.isBusy || addingSignIn.isBusy) return;
    if (!read.ok) {
      focusFirstProblem();
      return;
    }
    if (way !== 'password') {
      const { name, address } = read.input;
      const added = await addingSignIn.run({ name, address, provider: way });
      if (added === null) return;
      void signingIn.run({ id: added.value.id, client: null });
      onAdded(name, true);
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
            {text(way !== 'password' ? 'connectionsScreen.form.email.browser.submit' : adding.isBusy ? 'connectionsScreen.form.email.busy' : 'connectionsScreen.form.email.submit')}
          </Button>
        </>
      }
    >
      <Segmented
        label={text('connectionsScreen.form.email.way')}
        options={ways.map((value) => ({ value, name: text(`connectionsScreen.form.email.way.${value}`) }))}
        value={way}
        onChange={setWay}
      />
      <TextField
        label={text('connectionsScreen.form.email.address')}
        type="email"
        placeholder={text('connectionsScreen.form.email.addressPlaceholder')}
        value={draft.address}
        wrong={problemOf('address')}
        onChange={(address) => setDraft((before) => withAddress(before, address))}
      />
      {way === 'password' && (
        <TextField
          label={text('connectionsScreen.form.email.password')}
          type="password"
          hint={text(keychain === 'os' ? 'connectionsScreen.form.email.password.hint' : 'connectionsScreen.form.email.password.sessionHint')}
          value={draft.password}
          wrong={problemOf('password')}
          onChange={(password) => change({ password })}
        />
      )}
      <TextField
        label={text('connectionsScreen.form.name')}
        hint={text('connectionsScreen.form.name.hint')}
        value={draft.name}
        wrong={problemOf('name')}
        onChange={(name) => change({ name })}
      />
      {way === 'password' ? (
        <>
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
        </>
      ) : (
        <Note>{text('connectionsScreen.form.email.browser.note', { provider: text(`connectionsScreen.form.email.way.${way}`) })}</Note>
      )}
      <ErrorNote problem={way === 'password' ? adding.problem : addingSignIn.problem} />
    </SimpleDialog>
  );
}
