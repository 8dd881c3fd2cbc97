import { useState, type ReactNode } from 'react';
import { Button } from '@fluentui/react-components';
import { useText } from '../app/intl.tsx';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { EmailDialog } from './email-dialog.tsx';
import { KindPicture } from './kind-picture.tsx';
import { ServerDialog } from './server-dialog.tsx';
import { WorkbenchDialog } from './workbench-dialog.tsx';

const kinds = ['email', 'remote', 'workbench', 'command'] as const;
type AddedKind = (typeof kinds)[number];

export interface AddDialogProps {
  readonly onClose: () => void;
  /** Called with the name of what was added, and whether a sign-in in the browser comes next; the dialog is closed then. */
  readonly onAdded: (name: string, needsSignIn: boolean) => void;
}

/** First what kind of service, then its form. */
export function AddConnectionDialog({ onClose, onAdded }: AddDialogProps): ReactNode {
  const [kind, setKind] = useState<AddedKind | null>(null);
  const added = (name: string, needsSignIn = false): void => {
    onAdded(name, needsSignIn);
    onClose();
  };
  const back = (): void => setKind(null);
  switch (kind) {
    case null:
      return <KindDialog onChoose={setKind} onClose={onClose} />;
    case 'email':
      return <EmailDialog onAdded={added} onBack={back} onClose={onClose} />;
    case 'workbench':
      return <WorkbenchDialog onAdded={added} onBack={back} onClose={onClose} />;
    case 'remote':
    case 'command':
      return <ServerDialog kind={kind} onAdded={added} onBack={back} onClose={onClose} />;
  }
}

function KindDialog({ onChoose, onClose }: { readonly onChoose: (kind: AddedKind) => void; readonly onClose: () => void }): ReactNode {
  const text = useText();
  return (
    <SimpleDialog title={text('connectionsScreen.add.title')} onClose={onClose} actions={<Button onClick={onClose}>{text('look.cancel')}</Button>}>
      <p className="cs-muted">{text('connectionsScreen.add.which')}</p>
      <ul className="cs-kinds">
        {kinds.map((kind) => (
          <li key={kind}>
            <button type="button" className="cs-kind" onClick={() => onChoose(kind)}>
              <KindPicture kind={kind} />
              <span className="cs-two-lines">
                <span className="cs-strong">{text(`connectionsScreen.add.${kind}.title`)}</span>
                <span className="cs-item-quiet">{text(`connectionsScreen.add.${kind}.text`)}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </SimpleDialog>
  );
}
