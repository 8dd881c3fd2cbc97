import { Button } from '@fluentui/react-components';
import { CheckmarkCircleRegular } from '@fluentui/react-icons/svg/checkmark-circle';
import { WarningRegular } from '@fluentui/react-icons/svg/warning';
import { useState, type ReactNode } from 'react';
import type { Signers } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { Avatar, Chip, Disarmed, TimeText, useNow } from '../look/index.ts';
import { ApproverDialog } from '../signing/approver-dialog.tsx';
import { PasscodeDialog } from '../signing/passcode-dialog.tsx';
import { RemoveApproverDialog } from '../signing/remove-approver-dialog.tsx';
import { ResetPasscodeDialog } from '../signing/reset-passcode-dialog.tsx';
import { SettingRow } from './setting-row.tsx';

type Entry = Signers['approvers'][number];

/** The passcode by which the person shows that they are there. */
export function PasscodeField(): ReactNode {
  const text = useText();
  const { hasPasscode, hasTouchId, mayReset, waitsUntil } = useSnapshot(({ signers }) => signers);
  const [open, setOpen] = useState<'passcode' | 'reset' | null>(null);
  const now = useNow(10_000);
  const close = (): void => setOpen(null);
  return (
    <SettingRow label={text('settings.passcode')} hint={text(hasTouchId ? 'settings.passcode.hintTouchId' : 'settings.passcode.hint')}>
      {(ids) => (
        <div className="cs-row cs-row-wrap cs-setting-end">
          <SetChip isSet={hasPasscode} />
          {waitsUntil !== null && waitsUntil > now && (
            <span className="cs-small cs-muted">
              {text('settings.passcode.waits')} <TimeText at={waitsUntil} />
            </span>
          )}
          {hasPasscode && mayReset && (
            <Button appearance="subtle" onClick={() => setOpen('reset')}>
              {text('settings.passcode.forgotten')}
            </Button>
          )}
          <Button aria-describedby={ids['aria-describedby']} onClick={() => setOpen('passcode')}>
            {text(hasPasscode ? 'settings.passcode.change' : 'settings.passcode.set')}
          </Button>
          {open === 'passcode' && <PasscodeDialog onClose={close} />}
          {open === 'reset' && <ResetPasscodeDialog onClose={close} />}
        </div>
      )}
    </SettingRow>
  );
}

/** The people who may sign beside others, each with a passcode of their own. */
export function ApproversField(): ReactNode {
  const text = useText();
  const { approvers, areManaged, hasPasscode, hasTouchId } = useSnapshot(({ signers }) => signers);
  const [open, setOpen] = useState<{ readonly dialog: 'add' | 'remove'; readonly approver: Entry | null } | null>(null);
  const canProve = hasPasscode || hasTouchId;
  const close = (): void => setOpen(null);
  return (
    <SettingRow isWide label={text('settings.approvers')} hint={text(canProve ? 'settings.approvers.hint' : 'settings.approvers.hintNoPasscode')} isLocked={areManaged}>
      {(ids) => (
        <div className="cs-stack cs-setting-list">
          {approvers.length > 0 && (
            <ul aria-labelledby={ids['aria-labelledby']}>
              {approvers.map((approver) => (
                <ApproverRow key={approver.id} approver={approver} isManaged={areManaged} canProve={canProve} onOpen={(dialog) => setOpen({ dialog, approver })} />
              ))}
            </ul>
          )}
          {!areManaged && canProve && (
            <div>
              <Button onClick={() => setOpen({ dialog: 'add', approver: null })}>{text('settings.approvers.add')}</Button>
            </div>
          )}
          {open?.dialog === 'add' && <ApproverDialog approver={open.approver} onClose={close} />}
          {open?.dialog === 'remove' && open.approver !== null && <RemoveApproverDialog approver={open.approver} onClose={close} />}
        </div>
      )}
    </SettingRow>
  );
}

interface ApproverRowProps {
  readonly approver: Entry;
  readonly isManaged: boolean;
  readonly canProve: boolean;
  readonly onOpen: (dialog: 'add' | 'remove') => void;
}

function ApproverRow({ approver, isManaged, canProve, onOpen }: ApproverRowProps): ReactNode {
  const text = useText();
  const { id, name, groups, hasPasscode } = approver;
  return (
    <li className="cs-row cs-row-wrap cs-approver">
      <Avatar id={id} name={name} />
      <span className="cs-grow cs-anywhere">
        <bdi>
          <Disarmed text={name} />
        </bdi>
        {groups.length > 0 && <span className="cs-small cs-muted cs-approver-groups">{groups.join(', ')}</span>}
      </span>
      <SetChip isSet={hasPasscode} />
      {canProve && !hasPasscode && (
        <Button size="small" aria-label={text('settings.approvers.enrol.name', { name })} onClick={() => onOpen('add')}>
          {text('settings.approvers.enrol')}
        </Button>
      )}
      {canProve && (hasPasscode || !isManaged) && (
        <Button size="small" appearance="subtle" aria-label={text(isManaged ? 'settings.approvers.forget.name' : 'settings.approvers.remove.name', { name })} onClick={() => onOpen('remove')}>
          {text(isManaged ? 'settings.approvers.forget' : 'settings.approvers.remove')}
        </Button>
      )}
    </li>
  );
}

function SetChip({ isSet }: { readonly isSet: boolean }): ReactNode {
  const text = useText();
  return (
    <Chip tone={isSet ? 'good' : 'neutral'} icon={isSet ? <CheckmarkCircleRegular aria-hidden /> : <WarningRegular aria-hidden />}>
      {text(isSet ? 'settings.passcode.isSet' : 'settings.passcode.isNotSet')}
    </Chip>
  );
}
