import { Button } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { serverAccess, type Connection, type ServerAccess } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ErrorNote } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { focusFirstProblem } from '../look/text-field.tsx';
import { AccessFields } from './access-fields.tsx';
import { accessDraft, accessInput } from './access-form.ts';

export interface AccessDialogProps {
  readonly connection: Connection & { readonly access: ServerAccess };
  readonly onClose: () => void;
  /** Called once it was changed; the dialog is closed then. */
  readonly onChanged: () => void;
}

/** Changes what the program of a connection can reach. A refusal leaves what was typed. */
export function AccessDialog({ connection, onClose, onChanged }: AccessDialogProps): ReactNode {
  const text = useText();
  const saving = useCall('setServerAccess');
  const mayBeFull = useSnapshot(({ status }) => status.mayGiveFullAccess);
  const [draft, setDraft] = useState(() => (mayBeFull ? accessDraft(connection.access) : { ...accessDraft(connection.access), access: 'sandbox' as const }));
  const [isTried, setTried] = useState(false);
  const read = serverAccess.safeParse(accessInput(draft));
  const wrong = new Set(read.error?.issues.map(({ path: [field] }) => `access.${String(field)}`));

  const submit = async (): Promise<void> => {
    setTried(true);
    if (saving.isBusy) return;
    if (!read.success) {
      focusFirstProblem();
      return;
    }
    if ((await saving.run({ id: connection.id, access: read.data })) === null) return;
    onChanged();
    onClose();
  };
  return (
    <SimpleDialog
      title={text('connectionsScreen.access.title', { name: connection.name })}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onClose}>{text('look.cancel')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={saving.isBusy}>
            {text('screens.save')}
          </Button>
        </>
      }
    >
      <AccessFields
        isAlone
        draft={draft}
        problemOf={(field) => (isTried && wrong.has(field) ? text(`connectionsScreen.form.wrong.${field}`) : undefined)}
        onChange={(next) => {
          setDraft((before) => ({ ...before, ...next }));
          saving.forgetProblem();
        }}
      />
      <ErrorNote problem={saving.problem} />
    </SimpleDialog>
  );
}
