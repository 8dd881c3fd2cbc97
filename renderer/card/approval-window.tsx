import { Button } from '@fluentui/react-components';
import { ChevronLeftRegular } from '@fluentui/react-icons/svg/chevron-left';
import { ChevronRightRegular } from '@fluentui/react-icons/svg/chevron-right';
import { useEffect, useState, type ReactNode } from 'react';
import type { Approval, ApprovalId } from '../../preload/contract.ts';
import { Announcer } from '../app/announcer.tsx';
import { useBridge } from '../app/bridge.ts';
import { HeldActions } from '../app/held-actions.tsx';
import { useSay, useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useWindowTitle } from '../app/use-window-title.ts';
import { Disarmed } from '../look/disarmed.tsx';
import { EmptyState } from '../look/layout.tsx';
import { ApprovalCard } from './approval-card.tsx';
import { endingOf, endingPictures, staysFor } from './last-answer.tsx';
import '../app/app.css';
import './approval-window.css';

/** The small always-on-top window: the oldest waiting card, or the one stepped to. */
export function ApprovalWindow(): ReactNode {
  const waiting = useSnapshot((snapshot) => snapshot.approvals.filter(({ answer }) => answer === null));
  const [chosen, choose] = useState<ApprovalId | null>(null);
  const found = waiting.findIndex(({ id }) => id === chosen);
  const index = found === -1 ? 0 : found;
  const approval = waiting[index];
  const say = useSay();
  const text = useText();
  const [lastId, setLastId] = useState<ApprovalId | null>(null);
  // Remembered for when it is answered; setting state while rendering is React's way to.
  if (approval !== undefined && approval.id !== lastId) setLastId(approval.id);
  const last = useSnapshot((snapshot) => snapshot.approvals.find(({ id }) => id === lastId));
  useWindowTitle(approval === undefined ? text('approvalWindow.title.nothing') : text('approvalWindow.title.question', { headline: say(approval.card.headline), agent: approval.agent.name }));
  return (
    <div className="cs-approval-window">
      {waiting.length > 1 && <Stepper index={index} count={waiting.length} onStep={(to) => choose(waiting[to]?.id ?? null)} />}
      <main>{approval === undefined ? <NothingWaiting last={last} /> : <ApprovalCard approval={approval} isOwnWindow />}</main>
      <HeldActions />
      <Announcer />
    </div>
  );
}

function Stepper({ index, count, onStep }: { readonly index: number; readonly count: number; readonly onStep: (index: number) => void }): ReactNode {
  const text = useText();
  return (
    <nav className="cs-stepper" aria-label={text('approvalWindow.steps')}>
      <Button
        size="small"
        appearance="subtle"
        className="cs-mirrored"
        icon={<ChevronLeftRegular />}
        aria-label={text('approvalWindow.previous')}
        disabledFocusable={index === 0}
        onClick={() => onStep(index - 1)}
      />
      <span className="cs-small cs-tabular">{text('approvalWindow.position', { position: index + 1, count })}</span>
      <Button
        size="small"
        appearance="subtle"
        className="cs-mirrored"
        icon={<ChevronRightRegular />}
        aria-label={text('approvalWindow.next')}
        disabledFocusable={index === count - 1}
        onClick={() => onStep(index + 1)}
      />
    </nav>
  );
}

/** What became of the last question, then the window closes: never under the pointer, and not while something can be undone. */
function NothingWaiting({ last }: { readonly last: Approval | undefined }): ReactNode {
  const text = useText();
  const bridge = useBridge();
  const isHolding = useSnapshot((snapshot) => snapshot.held.length > 0);
  const ending = endingOf(last);
  useEffect(() => {
    if (isHolding) return undefined;
    // Closing that fails leaves a calm window with its own close button; there is nothing to tell.
    const timer = setTimeout(() => void bridge.call('closeWindow', undefined).catch(() => undefined), staysFor(ending));
    return () => clearTimeout(timer);
  }, [bridge, isHolding, ending]);
  return (
    <EmptyState picture={endingPictures[ending]} title={text(`approvalWindow.ended.${ending}.title`)}>
      <Disarmed text={text(`approvalWindow.ended.${ending}.text`, { agent: last?.agent.name ?? '' })} />
      {!isHolding && <span className="cs-closes">{text('approvalWindow.closes')}</span>}
    </EmptyState>
  );
}
