import type { ReactNode } from 'react';
import type { Connection } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { ConfirmDialog } from '../look/index.ts';

/** Says what removing a connection does, and does it. */
export function RemoveDialog({ connection, onClose }: { readonly connection: Connection; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const remove = useCall('removeConnection');
  const consequence = connection.credential === null ? 'connectionsScreen.remove.textPlain' : connection.browserSignIn === null ? 'connectionsScreen.remove.text' : 'connectionsScreen.remove.textSignIn';
  return (
    <ConfirmDialog
      isOpen
      title={text('connectionsScreen.remove.title', { name: connection.name })}
      confirmLabel={text('connectionsScreen.remove.confirm')}
      isBusy={remove.isBusy}
      problem={remove.problem}
      onCancel={onClose}
      onConfirm={() => void remove.run({ id: connection.id }).then((done) => done !== null && onClose())}
    >
      <p className="cs-anywhere">{text(consequence, { at: connection.browserSignIn?.at ?? '' })}</p>
    </ConfirmDialog>
  );
}
