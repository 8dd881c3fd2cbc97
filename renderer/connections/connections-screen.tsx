import { Button } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { PlugConnectedRegular } from '@fluentui/react-icons/svg/plug-connected';
import { useState, type ReactNode } from 'react';
import type { Connection, Message, ServerAccess } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { Disarmed, EmptyState, ErrorNote, Note, ScreenHeader } from '../look/index.ts';
import '../look/lists.css';
import { AccessDialog } from './access-dialog.tsx';
import { AddConnectionDialog } from './add-connection-dialog.tsx';
import { ConnectionCard } from './connection-card.tsx';
import './connections.css';
import { ForgetCredentialDialog } from './forget-credential-dialog.tsx';
import { ConnectionLogDialog } from './connection-log-dialog.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { SignInDialog } from './sign-in-dialog.tsx';
import { ToolsDrawer } from './tools-drawer.tsx';

/** The accounts and services that Claws can reach, their health, and what a Claw could do with each. */
export function ConnectionsScreen(): ReactNode {
  const text = useText();
  const connections = useSnapshot((snapshot) => snapshot.connections);
  const [isAdding, setAdding] = useState(false);
  const [outcome, setOutcome] = useState<string | null>(null);
  const status = useSnapshot((snapshot) => snapshot.status);
  const [forgetting, setForgetting] = useState<Connection | null>(null);
  const [removing, setRemoving] = useState<Connection | null>(null);
  const [signingIn, setSigningIn] = useState<Connection | null>(null);
  const [reading, setReading] = useState<Connection | null>(null);
  const [opening, setOpening] = useState<(Connection & { readonly access: ServerAccess }) | null>(null);
  const [tooling, setTooling] = useState<Connection | null>(null);
  const add = (): void => {
    setOutcome(null);
    setAdding(true);
  };
  const tell = (told: Message): void => setOutcome(text(told.id, told.values));
  // The banner over every screen says it as soon as a sign-in is kept so.
  const isSessionUntold = status.keychain === 'session' && !status.problems.some(({ id }) => id === 'status.problem.noKeychain');
  const signIn = (connection: Connection): void => {
    setOutcome(null);
    setSigningIn(connection);
  };
  return (
    <div className="cs-connections">
      <ScreenHeader title={text('connectionsScreen.title')} subtitle={text('connectionsScreen.subtitle')}>
        {connections.length > 0 && (
          <Button appearance="primary" icon={<AddRegular />} onClick={add}>
            {text('connectionsScreen.add')}
          </Button>
        )}
      </ScreenHeader>
      {isSessionUntold && (
        <div className="cs-session-note">
          <Note>{text('connectionsScreen.noKeychain')}</Note>
        </div>
      )}
      <output className="cs-outcome">{outcome !== null && <Note tone="good"><Disarmed text={outcome} /></Note>}</output>
      {connections.length === 0 ? (
        <NoConnections onAdd={add} />
      ) : (
        <ul className="cs-cards" aria-label={text('connectionsScreen.list')}>
          {connections.map((connection) => (
            <ConnectionCard
              key={connection.id}
              connection={connection}
              onShowTools={() => setTooling(connection)}
              onShowLog={() => setReading(connection)}
              onSignIn={() => signIn(connection)}
              onChangeAccess={() => {
                setOutcome(null);
                const { access } = connection;
                setOpening(access && { ...connection, access });
              }}
              onForget={() => setForgetting(connection)}
              onRemove={() => setRemoving(connection)}
            />
          ))}
        </ul>
      )}
      {isAdding && <AddConnectionDialog onClose={() => setAdding(false)} onAdded={(name, needsSignIn) => setOutcome(text(needsSignIn ? 'connectionsScreen.form.addedSignIn' : 'connectionsScreen.form.added', { name }))} />}
      {signingIn !== null && (
        <SignInDialog connection={signingIn} onClose={() => setSigningIn(null)} onSignedIn={() => setOutcome(text(`connectionsScreen.${signingIn.keySignIn === null ? 'signIn' : signingIn.keySignIn.kind === 'certificate' ? 'passphrase' : 'keySignIn'}.done`, { name: signingIn.name }))} />
      )}
      {opening !== null && <AccessDialog connection={opening} onClose={() => setOpening(null)} onChanged={() => setOutcome(text('connectionsScreen.access.changed', { name: opening.name }))} />}
      {forgetting !== null && <ForgetCredentialDialog connection={forgetting} onClose={() => setForgetting(null)} onForgotten={tell} />}
      {removing !== null && <RemoveDialog connection={removing} onClose={() => setRemoving(null)} onRemoved={tell} />}
      {reading !== null && <ConnectionLogDialog connection={reading} onClose={() => setReading(null)} />}
      <ToolsDrawer connection={tooling} onClose={() => setTooling(null)} />
    </div>
  );
}

function NoConnections({ onAdd }: { readonly onAdd: () => void }): ReactNode {
  const text = useText();
  const practice = useCall('startPractice');
  return (
    <>
      <EmptyState
        picture={<PlugConnectedRegular fontSize={30} />}
        title={text('connectionsScreen.empty.title')}
        actions={
          <>
            <Button appearance="primary" icon={<AddRegular />} onClick={onAdd}>
              {text('connectionsScreen.add')}
            </Button>
            <Button disabledFocusable={practice.isBusy} onClick={() => void practice.run(undefined)}>
              {text('connectionsScreen.empty.practice')}
            </Button>
          </>
        }
      >
        {text('connectionsScreen.empty.text')}
      </EmptyState>
      <ErrorNote problem={practice.problem} />
    </>
  );
}
