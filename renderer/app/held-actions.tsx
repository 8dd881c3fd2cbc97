import { Button } from '@fluentui/react-components';
import { ArrowUndoRegular } from '@fluentui/react-icons/svg/arrow-undo';
import { TimerRegular } from '@fluentui/react-icons/svg/timer';
import type { ReactNode } from 'react';
import type { HeldAction } from '../../preload/contract.ts';
import { ErrorNote } from '../look/note.tsx';
import { useNow } from '../look/use-now.ts';
import { Say, useText } from './intl.tsx';
import { useSnapshot } from './store.ts';
import { useCall } from './use-call.ts';

/** Approved actions that wait out their hold: each counts down and can be undone. */
export function HeldActions(): ReactNode {
  const text = useText();
  const held = useSnapshot((snapshot) => snapshot.held);
  return (
    <section className="cs-held" aria-label={text('held.label')} hidden={held.length === 0}>
      {held.map((action) => (
        <HeldToast key={action.action} held={action} />
      ))}
    </section>
  );
}

function HeldToast({ held }: { readonly held: HeldAction }): ReactNode {
  const text = useText();
  const undo = useCall('undoAction');
  const now = useNow(250);
  const seconds = Math.max(0, Math.ceil((held.heldUntil - now) / 1000));
  return (
    <div className="cs-toast">
      <TimerRegular aria-hidden fontSize={20} />
      <div className="cs-grow cs-anywhere">
        <p className="cs-toast-what">
          <Say message={held.summary} />
        </p>
        <p className="cs-small cs-muted cs-tabular">{seconds > 0 ? text('held.countdown', { seconds }) : text('held.goingAhead')}</p>
        <ErrorNote problem={undo.problem} />
      </div>
      <Button icon={<ArrowUndoRegular />} disabledFocusable={undo.isBusy || seconds === 0} onClick={() => void undo.run({ action: held.action })}>
        {text('held.undo')}
      </Button>
    </div>
  );
}
