import { Button, Spinner } from '@fluentui/react-components';
import { KeyRegular } from '@fluentui/react-icons/svg/key';
import { WarningRegular } from '@fluentui/react-icons/svg/warning';
import { useState, type ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';
import type { BrowserSignIn, Connection } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { Note, TimeText } from '../look/index.ts';
import { ClientDialog } from './client-dialog.tsx';

interface PartProps {
  readonly connection: Connection;
  readonly signIn: BrowserSignIn;
}

/** Begins the sign-in in the browser, at once. */
export function SignInButton({ connection: { id, name } }: { readonly connection: Connection }): ReactNode {
  const text = useText();
  const starting = useCall('startSignIn');
  return (
    <Button appearance="primary" disabledFocusable={starting.isBusy} onClick={() => void starting.run({ id, client: null })} aria-label={text('connectionsScreen.browser.named', { name })}>
      {text('connectionsScreen.browser.signIn')}
    </Button>
  );
}

/** Who is signed in where, and since when. */
export function SignedIn({ connection, signIn }: PartProps): ReactNode {
  const text = useText();
  if (signIn.since === null || signIn.at === null) return null;
  const values = { account: signIn.account ?? 'none', at: signIn.at };
  const isForSession = connection.credential?.kept === 'session';
  return (
    <p className={`cs-credential ${isForSession ? 'cs-credential-mind' : ''}`}>
      {isForSession ? <WarningRegular aria-hidden fontSize={14} /> : <KeyRegular aria-hidden fontSize={14} />}
      <span className="cs-anywhere">
        {isForSession ? (
          text('connectionsScreen.browser.signedIn.session', values)
        ) : (
          <FormattedMessage id="connectionsScreen.browser.signedIn" values={{ ...values, since: <TimeText at={signIn.since} show="date" /> }} />
        )}
      </span>
    </p>
  );
}

/** How far a sign-in is, with the way on and the way out; why the last one failed. */
export function SignInProgress({ connection, signIn }: PartProps): ReactNode {
  const text = useText();
  const starting = useCall('startSignIn');
  const cancelling = useCall('cancelSignIn');
  const [isNaming, setNaming] = useState(false);
  const { id, name } = connection;
  const { stage } = signIn;
  const at = signIn.at ?? '';
  return (
    <>
      <output className="cs-item-wide">
        {stage !== null && (
          <div className="cs-sign-in">
            <p className="cs-grow cs-anywhere">
              {stage === 'client' ? (
                text('connectionsScreen.browser.client', { at, name })
              ) : (
                <Spinner size="extra-tiny" labelPosition="after" label={text(`connectionsScreen.browser.stage.${stage}`, { at })} />
              )}
            </p>
            {stage === 'client' && (
              <Button size="small" appearance="primary" onClick={() => setNaming(true)} aria-label={text('connectionsScreen.browser.client.enterNamed', { name })}>
                {text('connectionsScreen.browser.client.enter')}
              </Button>
            )}
            {stage === 'browser' && (
              <Button size="small" disabledFocusable={starting.isBusy} onClick={() => void starting.run({ id, client: null })} aria-label={text('connectionsScreen.browser.reopenNamed', { name })}>
                {text('connectionsScreen.browser.reopen')}
              </Button>
            )}
            <Button size="small" disabledFocusable={cancelling.isBusy} onClick={() => void cancelling.run({ id })} aria-label={text('connectionsScreen.browser.cancelNamed', { name })}>
              {text('connectionsScreen.browser.cancel')}
            </Button>
          </div>
        )}
      </output>
      <div role="alert" className="cs-item-wide">
        {signIn.problem !== null && (
          <Note tone="stop">
            <Say message={signIn.problem} />
          </Note>
        )}
      </div>
      {isNaming && stage === 'client' && <ClientDialog connection={connection} signIn={signIn} onClose={() => setNaming(false)} />}
    </>
  );
}
