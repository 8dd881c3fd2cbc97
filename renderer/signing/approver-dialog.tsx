import { Button } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Approver } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ErrorNote } from '../look/index.ts';
import '../look/lists.css';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { focusFirstProblem, TextField } from '../look/text-field.tsx';
import { NewPasscodeFields, newPasscodeProblems } from './new-passcode-fields.tsx';
import { PresenceField, presenceFrom } from './presence-field.tsx';

export interface ApproverDialogProps {
  /** One whom the organization names and who has no passcode yet; null: a new one. */
  readonly approver: Approver | null;
  readonly onClose: () => void;
}

/** A person who may sign beside others: their name and a passcode of their own, and the word of whoever this account belongs to. */
export function ApproverDialog({ approver, onClose }: ApproverDialogProps): ReactNode {
  const text = useText();
  const signers = useSnapshot((snapshot) => snapshot.signers);
  const adding = useCall('addApprover');
  const [name, setName] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [own, setOwn] = useState('');
  const [isTried, setTried] = useState(false);
  const problems = newPasscodeProblems(next, again, signers.shortestPasscode);
  const presence = presenceFrom(signers, own);
  const isNameMissing = approver === null && name.trim() === '';

  const submit = async (): Promise<void> => {
    setTried(true);
    if (adding.isBusy) return;
    if (isNameMissing || problems.next !== null || problems.again !== null || presence === null) return focusFirstProblem();
    if ((await adding.run({ presence, approver: approver?.id ?? null, name: name.trim(), passcode: next })) !== null) onClose();
    else setOwn('');
  };
  return (
    <SimpleDialog
      title={approver === null ? text('approvers.add.title') : text('approvers.enrol.title', { name: approver.name })}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>{text('look.cancel')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={adding.isBusy}>
            {text('approvers.add.submit')}
          </Button>
        </>
      }
    >
      <p>{text('approvers.add.text')}</p>
      {approver === null && <TextField label={text('approvers.name')} autoComplete="off" value={name} wrong={isTried && isNameMissing ? text('approvers.wrong.name') : undefined} onChange={setName} />}
      <NewPasscodeFields label={text('approvers.passcode')} hint="approvers.passcode.hint" next={next} again={again} problems={isTried ? problems : null} onNext={setNext} onAgain={setAgain} />
      <PresenceField
        label={text('approvers.own')}
        passcode={own}
        wrong={isTried && presence === null ? text('passcode.wrong.own') : undefined}
        onChange={(typed) => {
          setOwn(typed);
          adding.forgetProblem();
        }}
      />
      <ErrorNote problem={adding.problem} />
    </SimpleDialog>
  );
}
