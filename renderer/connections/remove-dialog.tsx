import type { ReactNode } from 'react';
import type { Connection, Message } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { ConfirmDialog } from '../look/index.ts';

export interface RemoveDialogProps {
  readonly connection: Connection;
  readonly onClose: () => void;
  /** Called with what was removed and deleted; the dialog is closed then. */
  readonly onRemoved: (told: Message) => void;
}

/** Says what removing a connection does, and does it. */
export function RemoveDialog({ connection, onClose, onRemoved }: RemoveDialogProps): ReactNode {
  const text = useText();
  const remove = useCall('removeConnection');
  const consequence = connection.credential === null ? 'connectionsScreen.remove.textPlain' : connection.browserSignIn === null ? 'connectionsScreen.remove.text' : 'connectionsScreen.remove.textSignIn';
  const confirm = async (): Promise<void> => {
    const done = await remove.run({ id: connection.id });
    if (done === null) return;
    onRemoved(done.value.told);
    onClose();
  };
  return (
    <ConfirmDialog
      isOpen
      title={text('connectionsScreen.remove.title', { name: connection.name })}
      confirmLabel={text('connectionsScreen.remove.confirm')}
      isBusy={remove.isBusy}
      problem={remove.problem}
      onCancel={onClose}
      onConfirm={() => void confirm()}
    >
      <p className="cs-anywhere">{text(consequence, { at: connection.browserSignIn?.at ?? '' })}</p>
    </ConfirmDialog>
  );
}
