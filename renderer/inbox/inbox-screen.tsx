import { Button } from '@fluentui/react-components';
import { BotRegular } from '@fluentui/react-icons/svg/bot';
import { CheckmarkCircleRegular } from '@fluentui/react-icons/svg/checkmark-circle';
import { useState, type ReactNode } from 'react';
import type { Approval, ApprovalId } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useNavigation } from '../app/navigation.ts';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ApprovalCard } from '../card/approval-card.tsx';
import { EmptyState, ScreenHeader, SectionTitle } from '../look/layout.tsx';
import { ErrorNote } from '../look/note.tsx';
import './inbox.css';
import { InboxRow } from './inbox-row.tsx';

/** What waits for an answer, with the chosen card open beside it, and what was answered today. */
export function InboxScreen(): ReactNode {
  const text = useText();
  const approvals = useSnapshot((snapshot) => snapshot.approvals);
  const [chosen, choose] = useState<ApprovalId | null>(null);
  const waiting = approvals.filter(({ answer }) => answer === null);
  const answered = approvals.filter(({ answer }) => answer !== null);
  const open = approvals.find(({ id }) => id === chosen) ?? waiting[0] ?? null;
  return (
    <div className="cs-inbox-screen">
      <ScreenHeader title={text('nav.inbox')} subtitle={text('inbox.subtitle', { count: waiting.length })} />
      <div className={open === null ? 'cs-inbox' : 'cs-inbox cs-inbox-open'}>
        <div className="cs-inbox-lists">
          {waiting.length === 0 ? <NothingWaiting /> : <List label={text('inbox.waiting')} approvals={waiting} openId={open?.id ?? null} onOpen={choose} />}
          {answered.length > 0 && <List label={text('inbox.today')} approvals={answered} openId={open?.id ?? null} onOpen={choose} />}
        </div>
        {open !== null && (
          <div className="cs-inbox-card">
            <ApprovalCard approval={open} />
          </div>
        )}
      </div>
    </div>
  );
}

interface ListProps {
  readonly label: string;
  readonly approvals: readonly Approval[];
  readonly openId: ApprovalId | null;
  readonly onOpen: (id: ApprovalId) => void;
}

function List({ label, approvals, openId, onOpen }: ListProps): ReactNode {
  return (
    <section aria-label={label}>
      <SectionTitle>{label}</SectionTitle>
      <ul className="cs-inbox-list">
        {approvals.map((approval) => (
          <li key={approval.id}>
            <InboxRow approval={approval} isOpen={approval.id === openId} onOpen={() => onOpen(approval.id)} />
          </li>
        ))}
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
