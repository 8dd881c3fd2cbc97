import { Button } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Connection } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { Disarmed, ErrorNote } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { focusFirstProblem, TextField } from '../look/text-field.tsx';

export interface SignInDialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
  /** Called once both servers took the password; the dialog is closed then. */
  readonly onSignedIn: () => void;
}

/** Takes a new password for an email account; main tries it on both servers before it keeps it. A refusal leaves what was typed. */
export function SignInDialog({ connection, onClose, onSignedIn }: SignInDialogProps): ReactNode {
  const text = useText();
  const keychain = useSnapshot(({ status }) => status.keychain);
  const signingIn = useCall('signInConnection');
  const [password, setPassword] = useState('');
  const [isTried, setTried] = useState(false);
  const isMissing = isTried && password === '';

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
      title={text('connectionsScreen.signIn.title', { name: connection.name })}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>{text('look.cancel')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={signingIn.isBusy}>
            {text(signingIn.isBusy ? 'connectionsScreen.form.email.busy' : 'connectionsScreen.signIn.submit')}
          </Button>
        </>
      }
    >
      <p className="cs-anywhere">
        <Disarmed text={text('connectionsScreen.signIn.text', { address: connection.reaches })} />
      </p>
      <TextField
        label={text('connectionsScreen.form.email.password')}
        type="password"
        hint={text(keychain === 'os' ? 'connectionsScreen.form.email.password.hint' : 'connectionsScreen.form.email.password.sessionHint')}
        value={password}
        wrong={isMissing ? text('connectionsScreen.form.wrong.password') : undefined}
        onChange={(typed) => {
          setPassword(typed);
          signingIn.forgetProblem();
        }}
      />
      <ErrorNote problem={signingIn.problem} />
    </SimpleDialog>
  );
}
