import type { ReactNode } from 'react';
import type { Agent } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { ConfirmDialog } from '../look/index.ts';

/** Says what forgetting a Claw does, and does it. */
export function ForgetDialog({ agent, onClose }: { readonly agent: Agent; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const forget = useCall('forgetAgent');
  return (
    <ConfirmDialog
      isOpen
      title={text('clawsScreen.forget.title', { name: agent.name })}
      confirmLabel={text('clawsScreen.forget.confirm')}
      isBusy={forget.isBusy}
      problem={forget.problem}
      onCancel={onClose}
      onConfirm={() => void forget.run({ id: agent.id }).then((done) => done !== null && onClose())}
    >
      <p>{text('clawsScreen.forget.text')}</p>
    </ConfirmDialog>
  );
}
