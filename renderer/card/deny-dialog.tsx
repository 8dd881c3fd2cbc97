import { Button, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Textarea } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { Message } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { ErrorNote } from '../look/note.tsx';
import { useReturnFocus } from '../look/use-return-focus.ts';

/** The contract's limit for a reason, in UTF-16 units. */
const longestReason = 500;

export interface DenyDialogProps {
  readonly agentName: string;
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly isBusy: boolean;
  readonly problem: Message | null;
  readonly onDeny: (reason: string | null) => void;
  readonly onCancel: () => void;
}

/** "Deny?", with room for a reason that the Claw will be told. Esc goes back to the card. */
export function DenyDialog({ agentName, reason, onReason, isBusy, problem, onDeny, onCancel }: DenyDialogProps): ReactNode {
  const text = useText();
  useReturnFocus(true);
  const trimmed = reason.trim();
  return (
    <Dialog open onOpenChange={(_event, data) => !data.open && onCancel()}>
      <DialogSurface className="cs-deny">
        <DialogBody className="cs-deny-body">
          <DialogTitle>{text('deny.title')}</DialogTitle>
          <DialogContent className="cs-stack">
            <Field label={text('deny.reason')} hint={text('deny.hint', { agent: agentName })}>
              <Textarea value={reason} maxLength={longestReason} resize="vertical" onChange={(_event, data) => onReason(data.value)} />
            </Field>
            <ErrorNote problem={problem} />
          </DialogContent>
          <DialogActions className="cs-deny-actions">
            <Button onClick={onCancel}>{text('deny.back')}</Button>
            <Button appearance="primary" className="cs-ink-button" disabledFocusable={isBusy} onClick={() => onDeny(trimmed === '' ? null : trimmed)}>
              {text('deny.deny')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
