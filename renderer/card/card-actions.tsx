import { Button, Checkbox, Input } from '@fluentui/react-components';
import { useId, type ReactNode, type RefObject } from 'react';
import type { Approval, Message } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { ErrorNote } from '../look/note.tsx';
import { ApproveFor } from './approve-for.tsx';
import { ignoreEnter } from './ignore-enter.ts';

export interface CardActionsProps {
  readonly approval: Approval;
  readonly bar: RefObject<HTMLDivElement | null>;
  readonly isArmed: boolean;
  readonly isBusy: boolean;
  readonly isOver: boolean;
  readonly isConfirmed: boolean;
  /** What was typed so far; null: no number is asked for. */
  readonly number: string | null;
  readonly problem: Message | null;
  readonly onConfirm: (isConfirmed: boolean) => void;
  readonly onNumber: (number: string) => void;
  readonly onApprove: () => void;
  /** With the id of one of the card's grants. */
  readonly onApproveFor: (grant: string) => void;
  readonly onDeny: () => void;
  readonly onDenyWithReason: () => void;
}

/** Two digits. */
export function isWholeNumber(number: string): boolean {
  return /^\d{2}$/.test(number);
}

/** The answer: the key fact to tick when much is at stake, Deny, Approve once, and what happens after. */
export function CardActions({
  approval,
  bar,
  isArmed,
  isBusy,
  isOver,
  isConfirmed,
  number,
  problem,
  onConfirm,
  onNumber,
  onApprove,
  onApproveFor,
  onDeny,
  onDenyWithReason,
}: CardActionsProps): ReactNode {
  const text = useText();
  const field = useId();
  const isHigh = approval.card.risk === 'high';
  const isMissing = (isHigh && !isConfirmed) || (number !== null && !isWholeNumber(number));
  const isBlocked = isBusy || isOver;
  const arming = isArmed || isBlocked ? '' : 'cs-arming';
  const { grants = [] } = approval.card;
  const approveLabel = approval.kind === 'pairing' ? 'cardView.approvePairing' : isHigh ? 'cardView.approveHigh' : 'cardView.approve';
  return (
    <footer className="cs-card-foot">
      {isHigh && (
        <div className="cs-confirm">
          <Checkbox
            checked={isConfirmed}
            disabled={isBlocked}
            onChange={(_event, data) => onConfirm(data.checked === true)}
            label={approval.card.confirm === null ? text('cardView.confirm') : <Say message={approval.card.confirm} />}
          />
        </div>
      )}
      {number !== null && (
        <div className="cs-number">
          <label htmlFor={field}>{text('cardView.number')}</label>
          <Input
            id={field}
            className="cs-number-field"
            value={number}
            inputMode="numeric"
            autoComplete="off"
            disabled={isBlocked}
            onChange={(_event, data) => onNumber(data.value.replaceAll(/\D/g, '').slice(0, 2))}
          />
        </div>
      )}
      <ErrorNote problem={problem} />
      <div className="cs-answers" ref={bar}>
        <Button className={arming} disabledFocusable={isBlocked} aria-disabled={!isArmed || isBlocked} onClick={onDeny}>
          {text('cardView.deny')}
        </Button>
        <Button appearance="subtle" aria-label={text('cardView.denyWithReason.name')} disabledFocusable={isBlocked} onClick={onDenyWithReason}>
          {text('cardView.denyWithReason')}
        </Button>
        <div className="cs-approvals">
          <Button
            className={`cs-approve ${isHigh ? 'cs-ink-button' : ''} ${arming}`}
            appearance="primary"
            aria-disabled={!isArmed || isBlocked}
            aria-keyshortcuts="Control+Enter Meta+Enter"
            disabledFocusable={isBlocked || isMissing}
            onKeyDown={ignoreEnter}
            onClick={onApprove}
          >
            {text(approveLabel)}
          </Button>
          {grants.length > 0 && <ApproveFor grants={grants} isArmed={isArmed} isBlocked={isBlocked} className={arming} onChoose={onApproveFor} />}
        </div>
      </div>
      <p className="cs-small cs-muted">
        {isOver
          ? text('cardView.after.over')
          : approval.kind === 'pairing'
            ? text('cardView.after.pairing')
            : text('cardView.after.hold', { seconds: approval.card.holdSeconds })}
      </p>
    </footer>
  );
}
