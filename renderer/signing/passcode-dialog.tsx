import { Button } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ErrorNote } from '../look/index.ts';
import '../look/lists.css';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { focusFirstProblem, TextField } from '../look/text-field.tsx';
import { NewPasscodeFields, newPasscodeProblems } from './new-passcode-fields.tsx';

export interface PasscodeDialogProps {
  /** Why it is needed now, in place of what it is for. */
  readonly reason?: string;
  readonly onClose: () => void;
}

/** Sets the passcode of this account, or changes it, which takes the old one. */
export function PasscodeDialog({ reason, onClose }: PasscodeDialogProps): ReactNode {
  const text = useText();
  const { hasPasscode, hasTouchId, shortestPasscode } = useSnapshot(({ signers }) => signers);
  const [isChange] = useState(hasPasscode);
  const setting = useCall('setPasscode');
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [isTried, setTried] = useState(false);
  const problems = newPasscodeProblems(next, again, shortestPasscode);
  const isOldMissing = isChange && current === '';

  const submit = async (): Promise<void> => {
    setTried(true);
    if (setting.isBusy) return;
    if (isOldMissing || problems.next !== null || problems.again !== null) return focusFirstProblem();
    const shown = isChange ? ({ by: 'passcode', passcode: current } as const) : hasTouchId ? ({ by: 'system' } as const) : null;
    if ((await setting.run({ current: shown, next })) !== null) onClose();
    else setCurrent('');
  };
  return (
    <SimpleDialog
      title={text(isChange ? 'passcode.change.title' : 'passcode.set.title')}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>{text('look.cancel')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={setting.isBusy}>
            {text(isChange ? 'passcode.change.submit' : 'passcode.set.submit')}
          </Button>
        </>
      }
    >
      <p>{reason ?? text('passcode.about')}</p>
      {isChange && (
        <TextField
          label={text('passcode.old')}
          type="password"
          autoComplete="current-password"
          value={current}
          wrong={isTried && isOldMissing ? text('passcode.wrong.old') : undefined}
          onChange={(typed) => {
            setCurrent(typed);
            setting.forgetProblem();
          }}
        />
      )}
      <NewPasscodeFields label={text('passcode.new')} next={next} again={again} problems={isTried ? problems : null} hint="passcode.hint" onNext={setNext} onAgain={setAgain} />
      <ErrorNote problem={setting.problem} />
    </SimpleDialog>
  );
}
