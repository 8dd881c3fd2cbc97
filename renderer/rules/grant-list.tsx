import { Button } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { useState, type ReactNode } from 'react';
import type { Grant } from '../../preload/contract.ts';
import { Say, useSay, useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { Avatar } from '../look/avatar.tsx';
import { Disarmed } from '../look/disarmed.tsx';
import { ErrorNote, TimeText } from '../look/index.ts';
import { Joined } from '../look/layout.tsx';
import { useNow } from '../look/use-now.ts';

/** Milliseconds; what ends later is told with its date. */
const day = 24 * 3_600_000;

/** The ledger of standing answers: who may do what, until when, how often it was used, and a way to take it back. */
export function GrantList(): ReactNode {
  const text = useText();
  const grants = useSnapshot((snapshot) => snapshot.grants);
  const [revoked, setRevoked] = useState<string | null>(null);
  return (
    <section hidden={grants.length === 0 && revoked === null}>
      {grants.length > 0 && (
        <>
          <div className="cs-rules-head">
            <h2>{text('rulesScreen.grants.title')}</h2>
          </div>
          <p className="cs-rules-note">{text('rulesScreen.grants.note')}</p>
          <ul className="cs-rule-list cs-panel">
            {grants.map((grant) => (
              <GrantRow key={grant.id} grant={grant} onRevoked={() => setRevoked(grant.agent.name)} />
            ))}
          </ul>
        </>
      )}
      <output className="cs-outcome cs-rules-note">{revoked !== null && text('rulesScreen.grants.revoked', { agent: revoked })}</output>
    </section>
  );
}

function GrantRow({ grant, onRevoked }: { readonly grant: Grant; readonly onRevoked: () => void }): ReactNode {
  const text = useText();
  const say = useSay();
  const now = useNow(60_000);
  const revoke = useCall('revokeGrant');
  const { agent, connectionName, endsAt, sentence, uses, usesLeft } = grant;
  const takeBack = async (): Promise<void> => {
    if ((await revoke.run({ id: grant.id })) !== null) onRevoked();
  };
  return (
    <li className="cs-rule cs-grant">
      <Avatar id={agent.id} name={agent.name} />
      <div className="cs-rule-body">
        <p className="cs-anywhere">
          <Say message={sentence} />
        </p>
        <p className="cs-item-quiet">
          <Joined>
            <bdi>
              <Disarmed text={agent.name} />
            </bdi>
            <bdi>
              <Disarmed text={connectionName} />
            </bdi>
            <span>
              {text('rulesScreen.grants.until')} <TimeText at={endsAt} show={endsAt - now > day ? 'dateTime' : 'time'} />
            </span>
            <span>{text('rulesScreen.grants.uses', { count: uses })}</span>
            <span>{text('rulesScreen.grants.left', { count: usesLeft })}</span>
          </Joined>
        </p>
        <ErrorNote problem={revoke.problem} />
      </div>
      <Button
        appearance="subtle"
        icon={<DismissRegular />}
        disabledFocusable={revoke.isBusy}
        aria-label={text('rulesScreen.grants.revoke.name', { agent: agent.name, what: say(sentence) })}
        onClick={() => void takeBack()}
      >
        {text('rulesScreen.grants.revoke')}
      </Button>
    </li>
  );
}
