import { Button } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Approver } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ErrorNote } from '../look/index.ts';
import '../look/lists.css';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { focusFirstProblem } from '../look/text-field.tsx';
import { PresenceField, presenceFrom } from './presence-field.tsx';

/** Takes an approver off the list, or the passcode from one whom the organization names; says what that ends. */
export function RemoveApproverDialog({ approver, onClose }: { readonly approver: Approver; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const signers = useSnapshot((snapshot) => snapshot.signers);
  const removing = useCall('removeApprover');
  const [own, setOwn] = useState('');
  const [isTried, setTried] = useState(false);
  const presence = presenceFrom(signers, own);
  const kind = signers.areManaged ? 'managed' : 'own';
  const submit = async (): Promise<void> => {
    setTried(true);
    if (removing.isBusy) return;
    if (presence === null) return focusFirstProblem();
    if ((await removing.run({ presence, approver: approver.id })) !== null) onClose();
    else setOwn('');
  };
  return (
    <SimpleDialog
      title={text(`approvers.remove.${kind}.title`, { name: approver.name })}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>{text('look.cancel')}</Button>
          <Button type="submit" appearance="primary" className="cs-ink-button" disabledFocusable={removing.isBusy}>
            {text(`approvers.remove.${kind}.submit`)}
          </Button>
        </>
      }
    >
      <p>{text('approvers.remove.text', { name: approver.name })}</p>
      <PresenceField label={text('approvers.own')} passcode={own} wrong={isTried && presence === null ? text('passcode.wrong.own') : undefined} onChange={setOwn} />
      <ErrorNote problem={removing.problem} />
    </SimpleDialog>
  );
}
