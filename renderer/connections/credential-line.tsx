import { KeyRegular } from '@fluentui/react-icons/svg/key';
import { LockClosedRegular } from '@fluentui/react-icons/svg/lock-closed';
import { WarningRegular } from '@fluentui/react-icons/svg/warning';
import type { ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';
import type { Connection } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { Disarmed, TimeText } from '../look/index.ts';

type Credential = NonNullable<Connection['credential']>;

const icons: { readonly [K in Credential['kept']]: ReactNode } = {
  keychain: <KeyRegular aria-hidden fontSize={14} />,
  locked: <LockClosedRegular aria-hidden fontSize={14} />,
  session: <WarningRegular aria-hidden fontSize={14} />,
  missing: <WarningRegular aria-hidden fontSize={14} />,
  program: <KeyRegular aria-hidden fontSize={14} />,
};

/** Where a connection's sign-in is kept, since when, and who it was used for last; never what it is. */
export function CredentialLine({ connection: { credential, keySignIn } }: { readonly connection: Connection }): ReactNode {
  const text = useText();
  if (credential === null) return null;
  const { what, kept, since, lastUse } = credential;
  // That it is locked is told by the connection's health.
  const isInKeychain = kept === 'keychain' || kept === 'locked';
  const isSafe = isInKeychain || kept === 'program';
  return (
    <p className={`cs-credential ${isSafe ? '' : 'cs-credential-mind'}`}>
      {icons[kept]}
      <span className="cs-anywhere">
        {isInKeychain ? (
          <FormattedMessage id="connectionsScreen.credential.keychain" values={{ what, since: <TimeText at={since} show="date" /> }} />
        ) : (
          <Disarmed text={text(`connectionsScreen.credential.${kept}`, { what, program: keySignIn?.program ?? '' })} />
        )}{' '}
        {kept !== 'missing' && <LastUse lastUse={lastUse} />}
      </span>
    </p>
  );
}

function LastUse({ lastUse }: Pick<Credential, 'lastUse'>): ReactNode {
  const text = useText();
  if (lastUse === null) return text('connectionsScreen.credential.lastUse.never');
  const ago = <TimeText at={lastUse.at} show="relative" />;
  return lastUse.by === null ? (
    <FormattedMessage id="connectionsScreen.credential.lastUse.own" values={{ ago }} />
  ) : (
    <FormattedMessage id="connectionsScreen.credential.lastUse.claw" values={{ ago, agent: <Disarmed text={lastUse.by} /> }} />
  );
}
