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
import { StackCard, stackValues } from './stack-card.tsx';
import { holds, pileKey, pileUp, type Pile } from './stacks.ts';
import { endingOf, endingPictures, staysFor } from './last-answer.tsx';
import '../app/app.css';
import './approval-window.css';

/** The small always-on-top window: the oldest waiting card, or the one stepped to. */
export function ApprovalWindow(): ReactNode {
  const waiting = useSnapshot((snapshot) => snapshot.approvals.filter(({ answer }) => answer === null));
  const [chosen, choose] = useState<ApprovalId | null>(null);
  const [alone, setAlone] = useState<ApprovalId | null>(null);
  const piles = pileUp(waiting, alone);
  const found = piles.findIndex((pile) => holds(pile, chosen));
  const index = found === -1 ? 0 : found;
  const pile = piles[index];
  const approval = pile?.kind === 'stack' ? pile.approvals[0] : pile?.approval;
  const say = useSay();
  const text = useText();
  const [lastId, setLastId] = useState<ApprovalId | null>(null);
  // Remembered for when it is answered; setting state while rendering is React's way to.
  if (approval !== undefined && approval.id !== lastId) setLastId(approval.id);
  const last = useSnapshot((snapshot) => snapshot.approvals.find(({ id }) => id === lastId));
  useWindowTitle(
    pile === undefined || approval === undefined
      ? text('approvalWindow.title.nothing')
      : text('approvalWindow.title.question', { headline: pile.kind === 'stack' ? text('stack.headline', stackValues(pile.approvals)) : say(approval.card.headline), agent: approval.agent.name }),
  );
  const takeOff = (id: ApprovalId): void => {
    setAlone(id);
    choose(id);
  };
  return (
    <div className="cs-approval-window">
      {piles.length > 1 && <Stepper index={index} count={piles.length} onStep={(to) => choose(firstOf(piles[to]))} />}
      <main>
        {pile === undefined && <NothingWaiting last={last} />}
        {pile?.kind === 'one' && <ApprovalCard approval={pile.approval} isOwnWindow />}
        {pile?.kind === 'stack' && <StackCard key={pileKey(pile)} approvals={pile.approvals} isOwnWindow onAlone={takeOff} />}
      </main>
      <HeldActions />
      <Announcer />
    </div>
  );
}

function firstOf(pile: Pile | undefined): ApprovalId | null {
  return pile === undefined ? null : pile.kind === 'stack' ? pile.approvals[0].id : pile.approval.id;
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
