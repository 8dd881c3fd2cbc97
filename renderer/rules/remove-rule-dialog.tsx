import type { ReactNode } from 'react';
import type { Rule } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { ConfirmDialog } from '../look/index.ts';

export interface RemoveRuleDialogProps {
  readonly rule: Rule;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

/** Shows the rule once more and says what decides without it. */
export function RemoveRuleDialog({ rule, onRemoved, onClose }: RemoveRuleDialogProps): ReactNode {
  const text = useText();
  const remove = useCall('removeRule');
  const confirm = async (): Promise<void> => {
    if ((await remove.run({ id: rule.id })) === null) return;
    onRemoved();
    onClose();
  };
  return (
    <ConfirmDialog
      isOpen
      title={text('rulesScreen.remove.title')}
      confirmLabel={text('rulesScreen.remove')}
      isBusy={remove.isBusy}
      problem={remove.problem}
      onCancel={onClose}
      onConfirm={() => void confirm()}
    >
      <p className="cs-strong">
        <Say message={rule.sentence} />
      </p>
      <p>{text('rulesScreen.remove.text')}</p>
    </ConfirmDialog>
  );
}
