import type { ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ConfirmDialog } from '../look/index.ts';

/** Starts over without the passcode, and says what that ends. */
export function ResetPasscodeDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const hasTouchId = useSnapshot(({ signers }) => signers.hasTouchId);
  const reset = useCall('resetPasscode');
  return (
    <ConfirmDialog
      isOpen
      title={text('passcode.reset.title')}
      confirmLabel={text('passcode.reset.confirm')}
      isBusy={reset.isBusy}
      problem={reset.problem}
      onCancel={onClose}
      onConfirm={() => void reset.run(undefined).then((done) => done !== null && onClose())}
    >
      <ul className="cs-plain-list">
        <li>{text('passcode.reset.denied')}</li>
        <li>{text('passcode.reset.grants')}</li>
        <li>{text(hasTouchId ? 'passcode.reset.touchId' : 'passcode.reset.day')}</li>
        <li>{text('passcode.reset.recorded')}</li>
      </ul>
    </ConfirmDialog>
  );
}
