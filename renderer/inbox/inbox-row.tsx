import type { ReactNode } from 'react';
import type { Approval, Row } from '../../preload/contract.ts';
import { Say, useSay, useText } from '../app/intl.tsx';
import { Countdown } from '../card/countdown.tsx';
import { stackValues, type StackCardProps } from '../card/stack-card.tsx';
import { Avatar } from '../look/avatar.tsx';
import { Chip } from '../look/chip.tsx';
import { Disarmed } from '../look/disarmed.tsx';
import { Joined } from '../look/layout.tsx';
import { ProgressChip } from '../look/progress-chip.tsx';
import { TimeText } from '../look/time-text.tsx';

/** One question in the list: who, what, and how long it still waits or how it ended. */
export function InboxRow({ approval, isOpen, onOpen }: { readonly approval: Approval; readonly isOpen: boolean; readonly onOpen: () => void }): ReactNode {
  const text = useText();
  const say = useSay();
  const { agent, card, answer, progress } = approval;
  const summary = say(card.summary);
  // What tells it apart from its neighbours: the subject, or what else its card shows in bold and the summary leaves out.
  const strong = card.rows.find((row): row is Extract<Row, { kind: 'text' }> => row.kind === 'text' && row.isStrong && row.text !== '')?.text;
  const about = strong === undefined || summary.includes(strong) ? undefined : strong;
  return (
    <button type="button" className="cs-inbox-row" aria-current={isOpen ? 'true' : undefined} onClick={onOpen}>
      <Avatar id={agent.id} name={agent.name} />
      <span className="cs-grow">
        <span className="cs-inbox-summary">
          <Say message={card.summary} />
        </span>
        {about !== undefined && (
          <span className="cs-inbox-about">
            <Disarmed text={text('inbox.about', { text: about })} />
          </span>
        )}
        <span className="cs-inbox-under cs-small cs-muted">
          <Joined>
            <TimeText at={approval.answeredAt ?? approval.askedAt} />
            {answer !== null && answer !== progress && <span>{text(`inbox.answer.${answer}`)}</span>}
            {approval.connectionName !== null && (
              <bdi>
                <Disarmed text={approval.connectionName} />
              </bdi>
            )}
          </Joined>
        </span>
      </span>
      <span className="cs-inbox-chips">
        {answer === null && <Countdown expiresAt={approval.expiresAt} />}
        {answer === null && approval.signing?.people === 2 && <Chip>{text(approval.signing.signed.length === 0 ? 'inbox.twoSign' : 'inbox.secondSignature')}</Chip>}
        {answer === null && card.risk === 'high' && <Chip tone="mind">{text('inbox.lookClosely')}</Chip>}
        {answer !== null && progress !== null && <ProgressChip progress={progress} />}
      </span>
    </button>
  );
}

/** Questions of one Claw about one kind of thing, as one line. */
export function InboxStack({ approvals, isOpen, onOpen }: { readonly approvals: StackCardProps['approvals']; readonly isOpen: boolean; readonly onOpen: () => void }): ReactNode {
  const text = useText();
  const [{ agent, askedAt }] = approvals;
  return (
    <button type="button" className="cs-inbox-row" aria-current={isOpen ? 'true' : undefined} onClick={onOpen}>
      <Avatar id={agent.id} name={agent.name} />
      <span className="cs-grow">
        <span className="cs-inbox-summary">
          <Disarmed text={text('stack.summary', stackValues(approvals))} />
        </span>
        <span className="cs-inbox-under cs-small cs-muted">
          <TimeText at={askedAt} />
        </span>
      </span>
      <span className="cs-inbox-chips">
        <Countdown expiresAt={Math.min(...approvals.map(({ expiresAt }) => expiresAt))} />
        <Chip>{text('inbox.stack', { count: approvals.length })}</Chip>
      </span>
    </button>
  );
}
