import type { ReactNode } from 'react';
import type { PresenceShown, Signers } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { TextField } from '../look/text-field.tsx';

/** What the person shows to be the one this account belongs to: their passcode, or the system's way where they typed none. Null: nothing yet. */
export function presenceFrom({ hasTouchId, hasPasscode }: Pick<Signers, 'hasTouchId' | 'hasPasscode'>, passcode: string): PresenceShown | null {
  if (hasPasscode && passcode !== '') return { by: 'passcode', passcode };
  return hasTouchId ? { by: 'system' } : null;
}

export interface PresenceFieldProps {
  readonly label: string;
  readonly passcode: string;
  readonly wrong?: string | undefined;
  readonly onChange: (passcode: string) => void;
}

/** The field for the account's passcode; with Touch ID it may stay empty, or is not there. */
export function PresenceField({ label, passcode, wrong, onChange }: PresenceFieldProps): ReactNode {
  const text = useText();
  const { hasTouchId, hasPasscode } = useSnapshot(({ signers }) => signers);
  if (!hasPasscode) return <p className="cs-muted">{text('signing.touchId.asks')}</p>;
  return <TextField label={label} type="password" autoComplete="current-password" {...(hasTouchId && { hint: text('signing.touchId.instead') })} value={passcode} wrong={wrong} onChange={onChange} />;
}
