import type { ReactNode } from 'react';
import type { Connection, Message } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { ConfirmDialog } from '../look/index.ts';

export interface ForgetCredentialDialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
  /** Called with what was deleted; the dialog is closed then. */
  readonly onForgotten: (told: Message) => void;
}

/** Deletes a connection's sign-in from this computer and keeps the connection. */
export function ForgetCredentialDialog({ connection, onClose, onForgotten }: ForgetCredentialDialogProps): ReactNode {
  const text = useText();
  const forget = useCall('forgetCredential');
  const { id, name, credential } = connection;
  const confirm = async (): Promise<void> => {
    const done = await forget.run({ id });
    if (done === null) return;
    onForgotten(done.value.told);
    onClose();
  };
  return (
    <ConfirmDialog
      isOpen
      title={text('connectionsScreen.forget.title', { name, what: credential?.what ?? 'sign_in' })}
      confirmLabel={text('connectionsScreen.forget.confirm')}
      isBusy={forget.isBusy}
      problem={forget.problem}
      onCancel={onClose}
      onConfirm={() => void confirm()}
    >
      <p>{text('connectionsScreen.forget.text')}</p>
    </ConfirmDialog>
  );
}
