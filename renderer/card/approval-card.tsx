import { InfoRegular } from '@fluentui/react-icons/svg/info';
import { ShieldFilled } from '@fluentui/react-icons/svg/shield';
import { useCallback, useEffect, useId, useRef, useState, type ReactNode } from 'react';
import type { Approval } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { Avatar } from '../look/avatar.tsx';
import { MarkChip } from '../look/chip.tsx';
import { Disarmed } from '../look/disarmed.tsx';
import { Joined } from '../look/layout.tsx';
import { useNow } from '../look/use-now.ts';
import { useScrolls } from '../look/use-scrolls.ts';
import { AnsweredNote } from './answered-note.tsx';
import './card.css';
import { CardActions, isWholeNumber } from './card-actions.tsx';
import { CardRows } from './card-rows.tsx';
import { ChangedNote } from './changed-note.tsx';
import { Countdown } from './countdown.tsx';
import { PressingNote } from './pressing-note.tsx';
import { DenyDialog } from './deny-dialog.tsx';
import { EditForm } from './edit-form.tsx';
import { useAnswer } from './use-answer.ts';
import { useArming } from './use-arming.ts';
import { useCardKeys } from './use-card-keys.ts';
import { useSigning } from './use-signing.ts';
import { useEditing, type Editing } from './use-editing.ts';

export interface ApprovalCardProps {
  readonly approval: Approval;
  /** The approval window: the card takes the focus itself (never on a button), and Esc asks "Deny?". */
  readonly isOwnWindow?: boolean;
}

/** One question to the person, made by main from the frozen arguments; answered for exactly the digest it shows. */
export function ApprovalCard({ approval, isOwnWindow = false }: ApprovalCardProps): ReactNode {
  return approval.answer === null ? (
    <WaitingCard key={approval.id} approval={approval} isOwnWindow={isOwnWindow} />
  ) : (
    <article className="cs-card" aria-label={approval.agent.name}>
      <CardHead approval={approval} />
      <CardBody approval={approval}>{approval.edit !== undefined && <ChangedNote approval={approval} />}</CardBody>
      <AnsweredNote approval={approval} />
    </article>
  );
}

/** A card to answer, or the form in which it is being changed. What is typed there stays when the card becomes another one. */
function WaitingCard({ approval, isOwnWindow }: Required<ApprovalCardProps>): ReactNode {
  const editing = useEditing(approval);
  const { draft } = editing;
  const [wasEdited, setEdited] = useState(draft !== null);
  const [reason, setReason] = useState('');
  const headline = useId();
  const isOver = useNow(250) >= approval.expiresAt;
  if (draft !== null) {
    return (
      <article tabIndex={-1} className={`cs-card ${approval.card.risk === 'high' ? 'cs-card-high' : ''}`} aria-labelledby={headline}>
        <CardHead approval={approval} headlineId={headline} />
        <EditForm draft={draft} editing={editing} isOver={isOver} />
      </article>
    );
  }
  // Another card, or other content under the same id, starts over: nothing ticked, nothing armed, no dialog open.
  return <OpenCard key={`${approval.digest} ${approval.signing?.signed.length ?? 0}`} approval={approval} isOwnWindow={isOwnWindow} editing={editing} isOver={isOver} takesFocus={isOwnWindow || wasEdited} onEdit={() => setEdited(true)} reason={reason} onReason={setReason} />;
}

interface OpenCardProps extends Required<ApprovalCardProps> {
  readonly editing: Editing;
  readonly isOver: boolean;
  /** The card itself takes the focus as it appears, never one of its buttons. */
  readonly takesFocus: boolean;
  /** It is about to become a form, or another card. */
  readonly onEdit: () => void;
  /** Why the person says no, as far as they typed it. */
  readonly reason: string;
  readonly onReason: (reason: string) => void;
}

function OpenCard({ approval, isOwnWindow, editing, isOver, takesFocus, onEdit, reason, onReason }: OpenCardProps): ReactNode {
  const root = useRef<HTMLElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const headline = useId();
  const [isConfirmed, setConfirmed] = useState(false);
  const [isDenying, setDenying] = useState(false);
  const [number, setNumber] = useState('');
  const signing = useSigning(approval);
  const changes = useId();
  const arming = useArming(bar, `${JSON.stringify(approval.card)} ${isConfirmed} ${signing.state.kind}`);
  const { answer, isBusy, problem } = useAnswer(approval);
  const isHigh = approval.card.risk === 'high';
  const { isArmedNow } = arming;

  useEffect(() => {
    if (takesFocus) root.current?.focus({ preventScroll: isOwnWindow });
  }, [takesFocus, isOwnWindow]);

  const mayAnswer = useCallback(() => isArmedNow() && !isBusy && !isOver, [isArmedNow, isBusy, isOver]);
  const approve = (grant?: string): void => {
    if (!mayAnswer() || (isHigh && !isConfirmed)) return;
    if (signing.state.kind !== 'none') {
      if (signing.shown !== null) void answer('approve', isConfirmed, null, { signature: signing.shown }).then((isTaken) => isTaken || signing.startOver());
      return;
    }
    if (approval.card.asksNumber !== true) void answer('approve', isConfirmed, null, grant === undefined ? {} : { grant });
    else if (isWholeNumber(number)) void answer('approve', isConfirmed, null, { number: Number(number) });
  };
  const deny = (): void => {
    if (mayAnswer()) void answer('deny', false, null);
  };
  const keys = useCardKeys({
    onApprove: () => approve(),
    onEscape: isOwnWindow ? () => mayAnswer() && setDenying(true) : null,
  });

  return (
    // The card is a group that takes the keys of its buttons; it is no button itself.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <article
      ref={root}
      tabIndex={-1}
      className={`cs-card ${isHigh ? 'cs-card-high' : ''}`}
      aria-labelledby={headline}
      aria-describedby={approval.edit === undefined ? undefined : changes}
      {...keys}
    >
      <CardHead approval={approval} headlineId={headline} />
      <CardBody approval={approval}>{approval.edit !== undefined && <ChangedNote id={changes} approval={approval} isBusy={editing.isBusy || isOver} onRestore={() => (onEdit(), void editing.restore())} />}</CardBody>
      <PressingNote agent={approval.agent} />
      <CardActions
        approval={approval}
        bar={bar}
        isArmed={arming.isArmed}
        isBusy={isBusy}
        isOver={isOver}
        isConfirmed={isConfirmed}
        signing={signing}
        number={approval.card.asksNumber === true ? number : null}
        problem={isDenying ? null : (problem ?? editing.problem)}
        onConfirm={setConfirmed}
        onNumber={setNumber}
        onApprove={() => approve()}
        onApproveFor={approve}
        onEdit={approval.isEditable === true ? () => (onEdit(), void editing.start()) : null}
        onDeny={deny}
        onDenyWithReason={() => setDenying(true)}
      />
      {isDenying && (
        <DenyDialog
          agentName={approval.agent.name}
          isBusy={isBusy || isOver}
          problem={problem}
          onCancel={() => setDenying(false)}
          reason={reason}
          onReason={onReason}
          onDeny={(given) => void answer('deny', false, given).then((isTaken) => isTaken && setDenying(false))}
        />
      )}
    </article>
  );
}

function CardHead({ approval, headlineId }: { readonly approval: Approval; readonly headlineId?: string }): ReactNode {
  return (
    <header className="cs-card-head">
      <Avatar id={approval.agent.id} name={approval.agent.name} size="large" />
      <div className="cs-grow cs-anywhere">
        <h2 id={headlineId}>
          <Say message={approval.card.headline} />
        </h2>
        <p className="cs-muted">
          <Joined>
            <bdi>
              <Disarmed text={approval.agent.name} />
            </bdi>
            {approval.connectionName !== null && (
              <bdi>
                <Disarmed text={approval.connectionName} />
              </bdi>
            )}
          </Joined>
        </p>
      </div>
      {approval.answer === null && <Countdown expiresAt={approval.expiresAt} />}
    </header>
  );
}

function CardBody({ approval, children }: { readonly approval: Approval; readonly children?: ReactNode }): ReactNode {
  const text = useText();
  const { card } = approval;
  const body = useRef<HTMLDivElement>(null);
  const scrolls = useScrolls(body) ? { tabIndex: 0, role: 'group', 'aria-label': text('cardView.facts') } : {};
  return (
    <div className="cs-card-body" ref={body} {...scrolls}>
      {card.risk === 'high' ? (
        <section className="cs-alarm" aria-label={text('cardView.lookClosely')}>
          <ShieldFilled aria-hidden fontSize={22} />
          <div className="cs-grow">
            <p className="cs-strong">{text('cardView.lookClosely')}</p>
            <ul className="cs-alarm-list">
              {card.unusual.map((mark, index) => (
                // A card is frozen: its marks never move among each other.
                // oxlint-disable-next-line react/no-array-index-key
                <li key={index} className="cs-anywhere">
                  <Say message={mark.text} />
                </li>
              ))}
            </ul>
          </div>
        </section>
      ) : (
        card.unusual.length > 0 && (
          <div className="cs-unusual">
            {card.unusual.map((mark, index) => (
              // oxlint-disable-next-line react/no-array-index-key
              <MarkChip key={index} mark={mark} />
            ))}
          </div>
        )
      )}
      {children}
      <CardRows rows={card.rows} />
      <p className="cs-why cs-small">
        <InfoRegular aria-hidden fontSize={16} />
        <span className="cs-anywhere">
          <b>{text('cardView.why')}</b> <Say message={card.why} />
        </span>
      </p>
    </div>
  );
}
