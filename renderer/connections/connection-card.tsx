import { Button, Menu, MenuItem, MenuList, MenuPopover, MenuTrigger, Spinner } from '@fluentui/react-components';
import { ArrowSyncRegular } from '@fluentui/react-icons/svg/arrow-sync';
import { DeleteRegular } from '@fluentui/react-icons/svg/delete';
import { EyeRegular } from '@fluentui/react-icons/svg/eye';
import { KeyResetRegular } from '@fluentui/react-icons/svg/key-reset';
import { KeyRegular } from '@fluentui/react-icons/svg/key';
import { DocumentTextRegular } from '@fluentui/react-icons/svg/document-text';
import { ShieldRegular } from '@fluentui/react-icons/svg/shield';
import { MoreHorizontalRegular } from '@fluentui/react-icons/svg/more-horizontal';
import { useState, type ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';
import type { Connection, Tone } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { Chip, Disarmed, ErrorNote, Joined, TimeText } from '../look/index.ts';
import { ManagedBy } from '../look/managed.tsx';
import { AccessLine } from './access-line.tsx';
import { SignedIn, SignInButton, SignInProgress } from './browser-sign-in.tsx';
import { CredentialLine } from './credential-line.tsx';
import { KindPicture } from './kind-picture.tsx';
import { TimeoutOption } from './timeout-option.tsx';

const healthTones: Record<Connection['health']['state'], Tone> = { ready: 'good', idle: 'neutral', needs_sign_in: 'mind', locked: 'mind', failing: 'stop' };

export interface ConnectionCardProps {
  readonly connection: Connection;
  readonly onShowTools: () => void;
  readonly onShowLog: () => void;
  readonly onSignIn: () => void;
  readonly onChangeAccess: () => void;
  readonly onForget: () => void;
  readonly onRemove: () => void;
}

/** One connection: what it reaches, how it is, where its password is, and what can be done about it. */
export function ConnectionCard({ connection, onShowTools, onShowLog, onSignIn, onChangeAccess, onForget, onRemove }: ConnectionCardProps): ReactNode {
  const text = useText();
  const isWatched = useSnapshot(({ settings }) => settings.watchReads.some((id) => id === '*' || id === connection.id));
  const checking = useCall('checkConnection');
  const signingIn = useCall('startSignIn');
  const [isChecked, setChecked] = useState(false);
  const { id, name, access, health, browserSignIn, keySignIn } = connection;
  const isSignedOut = health.state === 'needs_sign_in' || connection.credential?.kept === 'missing';
  // A sign-in is used whenever its connection is, and tells for whom.
  const isKept = connection.credential !== null && connection.credential.kept !== 'missing';
  const isUseTold = isKept && browserSignIn === null;
  const isForgettable = isKept && connection.credential?.kept !== 'program';
  const typed = typedFor(connection);
  const check = async (): Promise<void> => {
    setChecked(false);
    setChecked((await checking.run({ id })) !== null);
  };
  return (
    <li className="cs-item">
      <KindPicture kind={connection.kind} />
      <div className="cs-item-body">
        <div className="cs-item-name">
          <h2>
            <Disarmed text={name} />
          </h2>
          <Chip tone={healthTones[health.state]}>{text(`connectionsScreen.health.${health.state}`)}</Chip>
          {access?.kind === 'full' && <Chip tone="mind">{text('connectionsScreen.access.full')}</Chip>}
          {isWatched && (
            <Chip tone="mind" icon={<EyeRegular aria-hidden />}>
              {text('connectionsScreen.watched')}
            </Chip>
          )}
        </div>
        <p className="cs-item-line">
          <Joined>
            <span>{text(`connectionsScreen.kind.${connection.kind}`)}</span>
            <span className={connection.kind === 'command' || connection.kind === 'workbench' ? 'cs-mono' : ''}>
              <Disarmed text={connection.reaches} />
            </span>
          </Joined>
        </p>
        {health.text !== null && (
          <p className="cs-item-line">
            <Say message={health.text} />
          </p>
        )}
        {access?.kind === 'sandbox' && <AccessLine access={access} />}
        {isUseTold || (
          <p className="cs-item-quiet">
            {connection.lastUsedAt === null ? (
              text('connectionsScreen.neverUsed')
            ) : (
              <FormattedMessage id="connectionsScreen.lastUsed" values={{ ago: <TimeText at={connection.lastUsedAt} show="relative" /> }} />
            )}
          </p>
        )}
        {keySignIn !== null && (
          <p className="cs-item-quiet cs-anywhere">
            {keySignIn.validUntil === null ? (
              <Disarmed text={text(`connectionsScreen.key.${keySignIn.kind}`, { name: keySignIn.name })} />
            ) : (
              <FormattedMessage id="connectionsScreen.key.certificate.until" values={{ name: <Disarmed text={keySignIn.name} />, until: <TimeText at={keySignIn.validUntil} show="date" /> }} />
            )}
          </p>
        )}
        {browserSignIn === null ? <CredentialLine connection={connection} /> : <SignedIn connection={connection} signIn={browserSignIn} />}
        {connection.isManaged && <ManagedBy />}
      </div>
      <div className="cs-item-actions">
        {typed !== null && isSignedOut && (
          <Button appearance="primary" onClick={onSignIn} aria-label={text(`connectionsScreen.${typed}.named`, { name })}>
            {text(`connectionsScreen.${typed}`)}
          </Button>
        )}
        {browserSignIn !== null && isSignedOut && browserSignIn.stage === null && <SignInButton connection={connection} />}
        <Button onClick={onShowTools} aria-label={text('connectionsScreen.toolsButton', { name })}>
          {text('connectionsScreen.tools')}
        </Button>
        <Menu positioning="below-end">
          <MenuTrigger disableButtonEnhancement>
            <Button appearance="subtle" icon={<MoreHorizontalRegular />} aria-label={text('screens.moreFor', { name })} />
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              <MenuItem icon={<ArrowSyncRegular />} onClick={() => void check()}>
                {text('connectionsScreen.check')}
              </MenuItem>
              {connection.kind === 'command' && (
                <MenuItem icon={<DocumentTextRegular />} onClick={onShowLog}>
                  {text('connectionsScreen.log')}
                </MenuItem>
              )}
              {access !== null && !connection.isManaged && (
                <MenuItem icon={<ShieldRegular />} onClick={onChangeAccess}>
                  {text('connectionsScreen.access.change')}
                </MenuItem>
              )}
              {typed !== null && !isSignedOut && (typed !== 'passphrase' || isKept) && (
                <MenuItem icon={<KeyRegular />} onClick={onSignIn}>
                  {text(`connectionsScreen.${typed}.change`)}
                </MenuItem>
              )}
              {browserSignIn !== null && browserSignIn.since !== null && !isSignedOut && (
                <MenuItem icon={<KeyRegular />} onClick={() => void signingIn.run({ id, client: null })}>
                  {text('connectionsScreen.browser.again')}
                </MenuItem>
              )}
              {isForgettable && (
                <MenuItem icon={<KeyResetRegular />} onClick={onForget}>
                  {text('connectionsScreen.forget', { what: connection.credential?.what ?? 'sign_in' })}
                </MenuItem>
              )}
              {!connection.isManaged && (
                <MenuItem icon={<DeleteRegular />} onClick={onRemove}>
                  {text('connectionsScreen.remove')}
                </MenuItem>
              )}
            </MenuList>
          </MenuPopover>
        </Menu>
      </div>
      {browserSignIn !== null && <SignInProgress connection={connection} signIn={browserSignIn} />}
      <TimeoutOption connection={connection} />
      <output className="cs-item-wide cs-item-quiet">
        {checking.isBusy && <Spinner size="extra-tiny" labelPosition="after" label={text('connectionsScreen.checking')} />}
        {!checking.isBusy && isChecked && text('connectionsScreen.checked', { name })}
      </output>
      {checking.problem !== null && (
        <div className="cs-item-wide">
          <ErrorNote problem={checking.problem} />
        </div>
      )}
    </li>
  );
}

/** What a person types to sign in, if anything: of a mailbox the password, of some services a key, of a certificate the passphrase. */
function typedFor({ kind, browserSignIn, keySignIn }: Connection): 'signIn' | 'keySignIn' | 'passphrase' | null {
  if (keySignIn === null) return kind === 'email' && browserSignIn === null ? 'signIn' : null;
  if (keySignIn.program !== null) return null;
  return keySignIn.kind === 'certificate' ? 'passphrase' : 'keySignIn';
}
