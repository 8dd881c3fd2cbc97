import { Button } from '@fluentui/react-components';
import { BotRegular } from '@fluentui/react-icons/svg/bot';
import { CheckmarkCircleRegular } from '@fluentui/react-icons/svg/checkmark-circle';
import { useState, type ReactNode } from 'react';
import type { ApprovalId } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useNavigation } from '../app/navigation.ts';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ApprovalCard } from '../card/approval-card.tsx';
import { StackCard } from '../card/stack-card.tsx';
import { holds, pileKey, pileUp, type Pile } from '../card/stacks.ts';
import { EmptyState, ScreenHeader, SectionTitle } from '../look/layout.tsx';
import { ErrorNote } from '../look/note.tsx';
import './inbox.css';
import { InboxRow, InboxStack } from './inbox-row.tsx';
import { RuleSuggestion, TodayLine } from './today.tsx';

/** What waits for an answer, with the chosen card open beside it, and what was answered today. */
export function InboxScreen(): ReactNode {
  const text = useText();
  const approvals = useSnapshot((snapshot) => snapshot.approvals);
  const suggestion = useSnapshot((snapshot) => snapshot.today.suggestion);
  const [chosen, choose] = useState<ApprovalId | null>(null);
  const waiting = approvals.filter(({ answer }) => answer === null);
  const answered = approvals.filter(({ answer }) => answer !== null);
  const [alone, setAlone] = useState<ApprovalId | null>(null);
  const piles = pileUp(waiting, alone);
  const answeredOne = answered.find(({ id }) => id === chosen);
  const open: Pile | undefined = answeredOne === undefined ? (piles.find((pile) => holds(pile, chosen)) ?? piles[0]) : { kind: 'one', approval: answeredOne };
  const takeOff = (id: ApprovalId): void => {
    setAlone(id);
    choose(id);
  };
  return (
    <div className="cs-inbox-screen">
      <ScreenHeader title={text('nav.inbox')} subtitle={text('inbox.subtitle', { count: waiting.length })} />
      {/* While something waits, nothing else asks for an answer. */}
      {waiting.length > 0 || suggestion === null ? <TodayLine /> : null}
      {waiting.length === 0 && <RuleSuggestion />}
      <div className={open === undefined ? 'cs-inbox' : 'cs-inbox cs-inbox-open'}>
        <div className="cs-inbox-lists">
          {waiting.length === 0 ? <NothingWaiting /> : <List label={text('inbox.waiting')} piles={piles} open={open} onOpen={choose} />}
          {answered.length > 0 && <List label={text('inbox.today')} piles={answered.map((approval) => ({ kind: 'one', approval }))} open={open} onOpen={choose} />}
        </div>
        {open !== undefined && (
          <div className="cs-inbox-card">
            {open.kind === 'one' ? <ApprovalCard approval={open.approval} /> : <StackCard key={pileKey(open)} approvals={open.approvals} onAlone={takeOff} />}
          </div>
        )}
      </div>
    </div>
  );
}

interface ListProps {
  readonly label: string;
  readonly piles: readonly Pile[];
  readonly open: Pile | undefined;
  readonly onOpen: (id: ApprovalId) => void;
}

function List({ label, piles, open, onOpen }: ListProps): ReactNode {
  return (
    <section aria-label={label}>
      <SectionTitle>{label}</SectionTitle>
      <ul className="cs-inbox-list">
        {piles.map((pile) => {
          const isOpen = open !== undefined && pileKey(pile) === pileKey(open);
          return (
            <li key={pileKey(pile)}>
              {pile.kind === 'one' ? (
                <InboxRow approval={pile.approval} isOpen={isOpen} onOpen={() => onOpen(pile.approval.id)} />
              ) : (
                <InboxStack approvals={pile.approvals} isOpen={isOpen} onOpen={() => onOpen(pile.approvals[0].id)} />
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Calm when Claws are connected; what to do next when none is. */
function NothingWaiting(): ReactNode {
  const text = useText();
  const navigation = useNavigation();
  const hasAgents = useSnapshot((snapshot) => snapshot.agents.length > 0);
  const practice = useCall('startPractice');
  if (hasAgents) {
    return (
      <EmptyState picture={<CheckmarkCircleRegular fontSize={32} />} title={text('inbox.empty.title')}>
        {text('inbox.empty.text')}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      picture={<BotRegular fontSize={32} />}
      title={text('inbox.noClaws.title')}
      actions={
        <>
          <Button appearance="primary" onClick={() => navigation.show('claws')}>
            {text('inbox.noClaws.connect')}
          </Button>
          <Button disabledFocusable={practice.isBusy} onClick={() => void practice.run(undefined)}>
            {text('inbox.noClaws.practice')}
          </Button>
          <ErrorNote problem={practice.problem} />
        </>
      }
    >
      {text('inbox.noClaws.text')}
    </EmptyState>
  );
}
