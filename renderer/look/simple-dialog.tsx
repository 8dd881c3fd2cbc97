import { Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useReturnFocus } from './use-return-focus.ts';

export interface SimpleDialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The buttons, the leading one last. */
  readonly actions: ReactNode;
  readonly onClose: () => void;
  /** Makes the dialog a form: Enter in a field submits it. Its submit button stands in `actions`. */
  readonly onSubmit?: () => void;
}

/** A dialog that is open as long as it is rendered. Esc closes; a click beside it does not, so that nothing typed is lost. */
export function SimpleDialog({ title, children, actions, onClose, onSubmit }: SimpleDialogProps): ReactNode {
  useReturnFocus(true);
  const body = (
    <DialogBody className="cs-dialog">
      <DialogTitle>{title}</DialogTitle>
      <DialogContent>
        <div className="cs-dialog-body">{children}</div>
      </DialogContent>
      <DialogActions fluid>{actions}</DialogActions>
    </DialogBody>
  );
  return (
    <Dialog
      open
      onOpenChange={(_event, data) => {
        if (!data.open && data.type !== 'backdropClick') onClose();
      }}
    >
      <DialogSurface>
        {onSubmit === undefined ? (
          body
        ) : (
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              onSubmit();
            }}
          >
            {body}
          </form>
        )}
      </DialogSurface>
    </Dialog>
  );
}
