import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle } from '@fluentui/react-components';
import { type ReactNode } from 'react';
import type { Message } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { ErrorNote } from './note.tsx';
import { useReturnFocus } from './use-return-focus.ts';

export interface ConfirmDialogProps {
  readonly isOpen: boolean;
  readonly title: string;
  /** What will happen, and what will not. */
  readonly children?: ReactNode;
  /** The verb on the button: "Forget this Claw". */
  readonly confirmLabel: string;
  readonly isBusy?: boolean;
  readonly problem?: Message | null;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** Asks before something that cannot be taken back. Focus starts in the content or on Cancel, never on the verb; Esc cancels. */
export function ConfirmDialog({ isOpen, title, children, confirmLabel, isBusy = false, problem = null, onConfirm, onCancel }: ConfirmDialogProps): ReactNode {
  const text = useText();
  useReturnFocus(isOpen);
  return (
    <Dialog open={isOpen} modalType="alert" onOpenChange={(_event, data) => !data.open && onCancel()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>
            <div className="cs-stack">
              {children}
              <ErrorNote problem={problem} />
            </div>
          </DialogContent>
          <DialogActions>
            <Button onClick={onCancel}>
              {text('look.cancel')}
            </Button>
            <Button appearance="primary" className="cs-ink-button" disabledFocusable={isBusy} onClick={onConfirm}>
              {confirmLabel}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
