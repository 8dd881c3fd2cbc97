import { Button, Checkbox, Input } from '@fluentui/react-components';
import { useId, type ReactNode, type RefObject } from 'react';
import type { Approval, Message } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { ErrorNote } from '../look/note.tsx';
import { ApproveFor } from './approve-for.tsx';
import { SignFields } from './sign-fields.tsx';
import type { CardSigning } from './use-signing.ts';
import { ignoreEnter } from './ignore-enter.ts';

export interface CardActionsProps {
  readonly approval: Approval;
  readonly bar: RefObject<HTMLDivElement | null>;
  readonly isArmed: boolean;
  readonly isBusy: boolean;
  readonly isOver: boolean;
  readonly isConfirmed: boolean;
  /** What the yes takes beside the button. */
  readonly signing: CardSigning;
  /** What was typed so far; null: no number is asked for. */
  readonly number: string | null;
  readonly problem: Message | null;
  readonly onConfirm: (isConfirmed: boolean) => void;
  readonly onNumber: (number: string) => void;
  readonly onApprove: () => void;
  /** With the id of one of the card's grants. */
  readonly onApproveFor: (grant: string) => void;
  /** Null: nothing of it may be changed. */
  readonly onEdit: (() => void) | null;
  readonly onDeny: () => void;
  readonly onDenyWithReason: () => void;
}

/** Two digits. */
export function isWholeNumber(number: string): boolean {
  return /^\d{2}$/.test(number);
}

function approveLabel({ kind, card, edit, signing }: Approval): string {
  if (signing?.people === 2) return signing.signed.length === 0 ? 'cardView.signFirst' : 'cardView.signSecond';
  if (kind === 'pairing') return 'cardView.approvePairing';
  const isChanged = edit !== undefined && edit.changes.length > 0;
  if (card.risk === 'high') return isChanged ? 'cardView.approveEditedHigh' : 'cardView.approveHigh';
  return isChanged ? 'cardView.approveEdited' : 'cardView.approve';
}

/** The answer: the key fact to tick when much is at stake, Deny, Approve once, and what happens after. */
export function CardActions({
  approval,
  bar,
  isArmed,
  isBusy,
  isOver,
  isConfirmed,
  signing,
  number,
  problem,
  onConfirm,
  onNumber,
  onApprove,
  onApproveFor,
  onEdit,
  onDeny,
  onDenyWithReason,
}: CardActionsProps): ReactNode {
  const text = useText();
  const field = useId();
  const isHigh = approval.card.risk === 'high';
  const isMissing = (isHigh && !isConfirmed) || (number !== null && !isWholeNumber(number)) || (signing.state.kind !== 'none' && signing.shown === null);
  const isBlocked = isBusy || isOver;
  const arming = isArmed || isBlocked ? '' : 'cs-arming';
  const { grants = [] } = approval.card;
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
      <SignFields signing={signing} isBlocked={isBlocked} />
      <ErrorNote problem={problem} />
      <div className={`cs-answers ${onEdit === null ? '' : 'cs-answers-edit'}`} ref={bar}>
        <Button className={arming} disabledFocusable={isBlocked} aria-disabled={!isArmed || isBlocked} onClick={onDeny}>
          {text('cardView.deny')}
        </Button>
        <Button appearance="subtle" aria-label={text('cardView.denyWithReason.name')} disabledFocusable={isBlocked} onClick={onDenyWithReason}>
          {text('cardView.denyWithReason')}
        </Button>
        {onEdit !== null && (
          <Button appearance="subtle" className="cs-edit" disabledFocusable={isBlocked} onClick={onEdit}>
            {text('cardView.edit')}
          </Button>
        )}
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
            {text(approveLabel(approval))}
          </Button>
          {grants.length > 0 && <ApproveFor grants={grants} isArmed={isArmed} isBlocked={isBlocked} className={arming} onChoose={onApproveFor} />}
        </div>
      </div>
      <p className="cs-small cs-muted">
        {isOver
          ? text('cardView.after.over')
          : approval.kind === 'pairing'
            ? text('cardView.after.pairing')
            : approval.signing?.people === 2 && approval.signing.signed.length === 0
            ? text('cardView.after.signFirst')
            : text('cardView.after.hold', { seconds: approval.card.holdSeconds })}
      </p>
    </footer>
  );
}
