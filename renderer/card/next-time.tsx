import { Button } from '@fluentui/react-components';
import { useRef, type ReactNode } from 'react';
import type { Approval } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { Disarmed } from '../look/disarmed.tsx';
import { ErrorNote } from '../look/note.tsx';
import { TimeText } from '../look/time-text.tsx';
import { ignoreEnter } from './ignore-enter.ts';
import { useArming } from './use-arming.ts';

interface NextTimeProps {
  readonly approval: Approval;
  readonly nextTime: NonNullable<Approval['nextTime']>;
}

/** Nobody answered in time: exactly this may be allowed once, for when the Claw asks again; and taken back until it did. */
export function NextTime({ approval, nextTime }: NextTimeProps): ReactNode {
  const text = useText();
  const bar = useRef<HTMLDivElement>(null);
  const grant = useSnapshot((snapshot) => snapshot.grants.find(({ id }) => id === nextTime.grant));
  const state = nextTime.grant === null ? 'offered' : grant === undefined ? 'over' : 'given';
  // It appears where Approve was a moment ago.
  const { isArmed, isArmedNow } = useArming(bar, `${approval.id} ${state}`);
  const allow = useCall('allowNextTime');
  const revoke = useCall('revokeGrant');
  const arming = isArmed ? '' : 'cs-arming';
  return (
    <div className="cs-next-time" ref={bar}>
      <output className="cs-small cs-muted cs-grow">
        {state === 'given' && grant !== undefined ? (
          <>
            <Disarmed text={text('nextTime.given', { agent: approval.agent.name })} /> {text('rulesScreen.grants.until')} <TimeText at={grant.endsAt} />
          </>
        ) : (
          <Disarmed text={text(`nextTime.${state}`, { agent: approval.agent.name })} />
        )}
      </output>
      {state === 'offered' && (
        <Button className={arming} aria-disabled={!isArmed} disabledFocusable={!isArmed || allow.isBusy} onKeyDown={ignoreEnter} onClick={() => isArmedNow() && void allow.run({ id: approval.id, digest: approval.digest })}>
          {text('nextTime.allow')}
        </Button>
      )}
      {grant !== undefined && (
        <Button className={arming} disabledFocusable={!isArmed || revoke.isBusy} onClick={() => isArmedNow() && void revoke.run({ id: grant.id })}>
          {text('nextTime.takeBack')}
        </Button>
      )}
      <ErrorNote problem={allow.problem ?? revoke.problem} />
    </div>
  );
}
