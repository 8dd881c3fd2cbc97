import { Button, Checkbox, Input } from '@fluentui/react-components';
import { useId, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import type { Approval, Message } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { ErrorNote } from '../look/note.tsx';

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
  readonly onDeny: () => void;
  readonly onDenyWithReason: () => void;
}

/** Two digits. */
export function isWholeNumber(number: string): boolean {
  return /^\d{2}$/.test(number);
}

/** Plain Enter never answers, not even on a focused button: only a click, Space, or Ctrl/Cmd+Enter (see the card) does. */
function ignoreEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter') event.preventDefault();
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
  onDeny,
  onDenyWithReason,
}: CardActionsProps): ReactNode {
  const text = useText();
  const field = useId();
  const isHigh = approval.card.risk === 'high';
  const isMissing = (isHigh && !isConfirmed) || (number !== null && !isWholeNumber(number));
  const isBlocked = isBusy || isOver;
  const arming = isArmed || isBlocked ? '' : 'cs-arming';
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
