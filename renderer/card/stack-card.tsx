import { Button } from '@fluentui/react-components';
import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import { useCallback, useEffect, useId, useRef, useState, type ReactNode } from 'react';
import type { Approval, ApprovalId, Effect, Row } from '../../preload/contract.ts';
import { Say, useSay, useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { Avatar } from '../look/avatar.tsx';
import { MarkChip } from '../look/chip.tsx';
import { Disarmed } from '../look/disarmed.tsx';
import { Joined } from '../look/layout.tsx';
import { ErrorNote } from '../look/note.tsx';
import { useNow } from '../look/use-now.ts';
import './card.css';
import { CardRows } from './card-rows.tsx';
import { Countdown } from './countdown.tsx';
import { DenyDialog } from './deny-dialog.tsx';
import { ignoreEnter } from './ignore-enter.ts';
import { PressingNote } from './pressing-note.tsx';
import './stack-card.css';
import { useArming } from './use-arming.ts';
import { useCardKeys } from './use-card-keys.ts';

export interface StackCardProps {
  readonly approvals: readonly [Approval, Approval, ...Approval[]];
  readonly isOwnWindow?: boolean;
  /** Takes one off, to be answered by itself. */
  readonly onAlone: (id: ApprovalId) => void;
}

/** The words for a stack: how many, of what, and who asks. */
export function stackValues(approvals: StackCardProps['approvals']): { readonly count: number; readonly effect: Effect; readonly agent: string; readonly connection: string } {
  const [{ stack, agent, connectionName }] = approvals;
  return { count: approvals.length, effect: stack?.effect ?? 'unknown', agent: agent.name, connection: connectionName ?? '' };
}

/** Questions of one kind, each to be looked at, and one answer for exactly those that are shown. */
export function StackCard({ approvals, isOwnWindow = false, onAlone }: StackCardProps): ReactNode {
  const text = useText();
  const root = useRef<HTMLElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const headline = useId();
  const [isDenying, setDenying] = useState(false);
  const [reason, setReason] = useState('');
  const [shown, setShown] = useState<ApprovalId | null>(null);
  const content = JSON.stringify(approvals.map(({ id, digest }) => [id, digest]));
  const { isArmed, isArmedNow } = useArming(bar, content);
  const { run, isBusy, problem } = useCall('answerStack');
  const expiresAt = Math.min(...approvals.map((approval) => approval.expiresAt));
  const isOver = useNow(250) >= expiresAt;
  const [first] = approvals;
  const count = approvals.length;

  useEffect(() => {
    if (isOwnWindow) root.current?.focus({ preventScroll: true });
  }, [isOwnWindow]);

  const mayAnswer = useCallback(() => isArmedNow() && !isBusy && !isOver, [isArmedNow, isBusy, isOver]);
  const answer = async (answer: 'approve' | 'deny', reason: string | null): Promise<boolean> =>
    mayAnswer() && (await run({ cards: approvals.map(({ id, digest }) => ({ id, digest })), answer, reason })) !== null;
  const keys = useCardKeys({
    onApprove: () => void answer('approve', null),
    onEscape: isOwnWindow ? () => mayAnswer() && setDenying(true) : null,
  });
  const isBlocked = isBusy || isOver;
  const arming = isArmed || isBlocked ? '' : 'cs-arming';

  return (
    // The card is a group that takes the keys of its buttons; it is no button itself.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <article ref={root} tabIndex={-1} className="cs-card cs-stack-card" aria-labelledby={headline} {...keys}>
      <header className="cs-card-head">
        <Avatar id={first.agent.id} name={first.agent.name} size="large" />
        <div className="cs-grow cs-anywhere">
          <h2 id={headline}>{text('stack.headline', stackValues(approvals))}</h2>
          <p className="cs-muted">
            <Joined>
              <bdi>
                <Disarmed text={first.agent.name} />
              </bdi>
              {first.connectionName !== null && (
                <bdi>
                  <Disarmed text={first.connectionName} />
                </bdi>
              )}
            </Joined>
          </p>
        </div>
        <Countdown expiresAt={expiresAt} />
      </header>
      <div className="cs-card-body">
        <ul className="cs-stack-members" aria-label={text('stack.members')}>
          {approvals.map((approval) => (
            <Member key={approval.id} approval={approval} isShown={shown === approval.id} onShow={(isShown) => setShown(isShown ? approval.id : null)} onAlone={() => onAlone(approval.id)} />
          ))}
        </ul>
      </div>
      <PressingNote agent={first.agent} />
      <footer className="cs-card-foot">
        <ErrorNote problem={isDenying ? null : problem} />
        <div className="cs-answers" ref={bar}>
          <Button className={arming} disabledFocusable={isBlocked} aria-disabled={!isArmed || isBlocked} onClick={() => void answer('deny', null)}>
            {text('stack.deny', { count })}
          </Button>
          <Button appearance="subtle" aria-label={text('cardView.denyWithReason.name')} disabledFocusable={isBlocked} onClick={() => setDenying(true)}>
            {text('cardView.denyWithReason')}
          </Button>
          <div className="cs-approvals">
            <Button
              className={`cs-approve ${arming}`}
              appearance="primary"
              aria-disabled={!isArmed || isBlocked}
              aria-keyshortcuts="Control+Enter Meta+Enter"
              disabledFocusable={isBlocked}
              onKeyDown={ignoreEnter}
              onClick={() => void answer('approve', null)}
            >
              {text('stack.approve', { count })}
            </Button>
          </div>
        </div>
        <p className="cs-small cs-muted">{text('stack.after')}</p>
      </footer>
      {isDenying && (
        <DenyDialog
          agentName={first.agent.name}
          isBusy={isBlocked}
          problem={problem}
          reason={reason}
          onReason={setReason}
          onCancel={() => setDenying(false)}
          onDeny={(given) => void answer('deny', given).then((isTaken) => isTaken && setDenying(false))}
        />
      )}
    </article>
  );
}

interface MemberProps {
  readonly approval: Approval;
  readonly isShown: boolean;
  readonly onShow: (isShown: boolean) => void;
  readonly onAlone: () => void;
}

/** One of the stack: a line that tells it from the others, and under it, once opened, all that its own card says. */
function Member({ approval, isShown, onShow, onAlone }: MemberProps): ReactNode {
  const text = useText();
  const say = useSay();
  const panel = useId();
  const { card } = approval;
  const strong = card.rows.find((row): row is Extract<Row, { kind: 'text' }> => row.kind === 'text' && row.isStrong && row.text !== '')?.text;
  return (
    <li className="cs-stack-member">
      <button type="button" className="cs-stack-line" aria-expanded={isShown} aria-controls={panel} onClick={() => onShow(!isShown)}>
        <span className="cs-grow cs-anywhere">
          <span className="cs-stack-summary">
            <Say message={card.summary} />
          </span>
          {strong !== undefined && !say(card.summary).includes(strong) && (
            <span className="cs-stack-about cs-muted">
              <Disarmed text={strong} />
            </span>
          )}
          {card.unusual.length > 0 && (
            <span className="cs-unusual">
              {card.unusual.map((mark, index) => (
                // A card is frozen: its marks never move among each other.
                // oxlint-disable-next-line react/no-array-index-key
                <MarkChip key={index} mark={mark} />
              ))}
            </span>
          )}
        </span>
        <ChevronDownRegular aria-hidden className="cs-stack-chevron" />
      </button>
      <div id={panel} hidden={!isShown} className="cs-stack-panel">
        {isShown && (
          <>
            <CardRows rows={card.rows} />
            <Button size="small" onClick={onAlone}>
              {text('stack.alone')}
            </Button>
          </>
        )}
      </div>
    </li>
  );
}
