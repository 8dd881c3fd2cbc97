import { Button } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { BrowserSignIn, Connection } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { Disarmed, ErrorNote } from '../look/index.ts';
import { CopyField } from '../look/copy-field.tsx';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { focusFirstProblem, TextField } from '../look/text-field.tsx';

export interface ClientDialogProps {
  readonly connection: Connection;
  readonly signIn: BrowserSignIn;
  readonly onClose: () => void;
}

/** Takes the client ID that an authorization server without self-registration wants, and goes on with the sign-in. */
export function ClientDialog({ connection: { id, name }, signIn, onClose }: ClientDialogProps): ReactNode {
  const text = useText();
  const at = signIn.at ?? '';
  const starting = useCall('startSignIn');
  const [client, setClient] = useState('');
  const [secret, setSecret] = useState('');
  const [isTried, setTried] = useState(false);
  const isMissing = client.trim() === '';

  const submit = async (): Promise<void> => {
    setTried(true);
    if (starting.isBusy) return;
    if (isMissing) {
      focusFirstProblem();
      return;
    }
    if ((await starting.run({ id, client: { id: client.trim(), secret: secret === '' ? null : secret } })) !== null) onClose();
  };
  return (
    <SimpleDialog
      title={text('connectionsScreen.browser.client.title', { name })}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>{text('look.cancel')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={starting.isBusy}>
            {text('connectionsScreen.browser.client.submit')}
          </Button>
        </>
      }
    >
      <p className="cs-anywhere">
        <Disarmed text={text('connectionsScreen.browser.client.text', { at, name })} />
      </p>
      <CopyField label={text('connectionsScreen.browser.client.redirect')} value={signIn.redirectAddress} />
      <TextField label={text('connectionsScreen.browser.client.id')} isMono value={client} wrong={isTried && isMissing ? text('connectionsScreen.browser.client.wrong') : undefined} onChange={setClient} />
      <TextField label={text('connectionsScreen.browser.client.secret')} type="password" hint={text('connectionsScreen.browser.client.secret.hint')} value={secret} onChange={setSecret} />
      <ErrorNote problem={starting.problem} />
    </SimpleDialog>
  );
}
