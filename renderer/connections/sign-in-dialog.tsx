import { Button } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Connection } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { Disarmed, ErrorNote } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { focusFirstProblem, TextField } from '../look/text-field.tsx';

const passwordWords = {
  title: 'connectionsScreen.signIn.title',
  text: 'connectionsScreen.signIn.text',
  label: 'connectionsScreen.form.email.password',
  wrong: 'connectionsScreen.form.wrong.password',
  submit: 'connectionsScreen.signIn.submit',
  busy: 'connectionsScreen.form.email.busy',
} as const;
const keyWords = {
  title: 'connectionsScreen.keySignIn.title',
  text: 'connectionsScreen.keySignIn.text',
  label: 'connectionsScreen.form.key',
  wrong: 'connectionsScreen.form.wrong.key',
  submit: 'connectionsScreen.keySignIn.submit',
  busy: 'connectionsScreen.keySignIn.busy',
} as const;
const passphraseWords = {
  title: 'connectionsScreen.passphrase.title',
  text: 'connectionsScreen.passphrase.text',
  label: 'connectionsScreen.form.passphrase',
  wrong: 'connectionsScreen.form.wrong.passphrase',
  submit: 'connectionsScreen.keySignIn.submit',
  busy: 'connectionsScreen.passphrase.busy',
} as const;

function wordsFor({ keySignIn }: Connection): typeof passwordWords | typeof keyWords | typeof passphraseWords {
  if (keySignIn === null) return passwordWords;
  return keySignIn.kind === 'certificate' ? passphraseWords : keyWords;
}

export interface SignInDialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
  /** Called once the service took it; the dialog is closed then. */
  readonly onSignedIn: () => void;
}

/** Takes a new password for an email account, or a new key for a service; main tries it there before it keeps it. A refusal leaves what was typed. */
export function SignInDialog({ connection, onClose, onSignedIn }: SignInDialogProps): ReactNode {
  const text = useText();
  const keychain = useSnapshot(({ status }) => status.keychain);
  const signingIn = useCall('signInConnection');
  const [password, setPassword] = useState('');
  const [isTried, setTried] = useState(false);
  const isMissing = isTried && password === '';
  const words = wordsFor(connection);

  const submit = async (): Promise<void> => {
    setTried(true);
    if (signingIn.isBusy) return;
    if (password === '') {
      focusFirstProblem();
      return;
    }
    if ((await signingIn.run({ id: connection.id, password })) === null) return;
    onSignedIn();
    onClose();
  };
  return (
    <SimpleDialog
      title={text(words.title, { name: connection.name })}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>{text('look.cancel')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={signingIn.isBusy}>
            {text(signingIn.isBusy ? words.busy : words.submit)}
          </Button>
        </>
      }
    >
      <p className="cs-anywhere">
        <Disarmed text={text(words.text, { address: connection.reaches })} />
      </p>
      <TextField
        label={text(words.label)}
        type="password"
        hint={text(keychain === 'os' ? `${words.label}.hint` : `${words.label}.sessionHint`)}
        value={password}
        wrong={isMissing ? text(words.wrong) : undefined}
        onChange={(typed) => {
          setPassword(typed);
          signingIn.forgetProblem();
        }}
      />
      <ErrorNote problem={signingIn.problem} />
    </SimpleDialog>
  );
}
