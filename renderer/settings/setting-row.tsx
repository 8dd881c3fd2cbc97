import { LockClosedRegular } from '@fluentui/react-icons/svg/lock-closed';
import { useId, type ReactNode } from 'react';
import type { Message } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { Chip } from '../look/chip.tsx';

/** What the control of a row needs to be named and described by it. */
export interface ControlIds {
  readonly 'aria-labelledby': string;
  readonly 'aria-describedby': string;
}

export interface SettingRowProps {
  readonly label: string;
  readonly hint?: string;
  readonly isLocked?: boolean;
  /** From main, or from our own check of what was typed. */
  readonly problem?: Message | string | null;
  /** The control stands below its label, over the whole width. */
  readonly isWide?: boolean;
  readonly children: (ids: ControlIds) => ReactNode;
}

/** A preference: what it means, who fixed it, what is wrong with it, and its control. */
export function SettingRow({ label, hint, isLocked = false, problem = null, isWide = false, children }: SettingRowProps): ReactNode {
  const text = useText();
  const id = useId();
  const managedBy = useSnapshot(({ status }) => status.managedBy);
  return (
    <div className={isWide ? 'cs-setting cs-setting-wide' : 'cs-setting'}>
      <div className="cs-grow">
        <div className="cs-setting-label" id={`${id}-label`}>
          {label}
        </div>
        <div id={`${id}-about`}>
          {hint !== undefined && <p className="cs-small cs-muted">{hint}</p>}
          {isLocked && (
            <Chip icon={<LockClosedRegular aria-hidden />}>
              {managedBy === null ? text('settings.locked') : text('app.managedBy', { name: managedBy.name })}
            </Chip>
          )}
          <div role="alert" className="cs-alert cs-setting-problem cs-small">
            {typeof problem === 'string' ? problem : problem !== null && <Say message={problem} />}
          </div>
        </div>
      </div>
      <div className="cs-setting-control">{children({ 'aria-labelledby': `${id}-label`, 'aria-describedby': `${id}-about` })}</div>
    </div>
  );
}
