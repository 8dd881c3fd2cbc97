import { Button, Checkbox, Field } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { workbenchInput } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { ErrorNote, Note } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { focusFirstProblem, TextField } from '../look/text-field.tsx';
import type { FormDialogProps } from './email-dialog.tsx';

/** Lets Claws run code in one folder. Main looks at the folder and starts a sandbox before anything is kept. */
export function WorkbenchDialog({ onAdded, onBack, onClose }: FormDialogProps): ReactNode {
  const text = useText();
  const adding = useCall('addWorkbenchConnection');
  const [draft, setDraft] = useState({ name: text('connectionsScreen.form.workbench.name'), folder: '', isOnCopy: true });
  const [isTried, setTried] = useState(false);
  const read = workbenchInput.safeParse(draft);
  const problemOf = (field: 'name' | 'folder'): string | undefined =>
    isTried && read.error?.issues.some(({ path }) => path[0] === field) === true ? text(`connectionsScreen.form.wrong.${field}`) : undefined;

  const submit = async (): Promise<void> => {
    setTried(true);
    if (adding.isBusy) return;
    if (!read.success) {
      focusFirstProblem();
      return;
    }
    if ((await adding.run(read.data)) !== null) onAdded(read.data.name);
  };
  return (
    <SimpleDialog
      title={text('connectionsScreen.add.workbench.title')}
      onClose={onClose}
      onSubmit={() => void submit()}
      actions={
        <>
          <Button onClick={onBack}>{text('screens.back')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={adding.isBusy}>
            {text(adding.isBusy ? 'connectionsScreen.form.busy' : 'connectionsScreen.form.submit')}
          </Button>
        </>
      }
    >
      <TextField label={text('connectionsScreen.form.name')} hint={text('connectionsScreen.form.name.hint')} value={draft.name} wrong={problemOf('name')} onChange={(name) => setDraft({ ...draft, name })} />
      <TextField label={text('connectionsScreen.form.folder')} hint={text('connectionsScreen.form.folder.hint')} isMono value={draft.folder} wrong={problemOf('folder')} onChange={(folder) => setDraft({ ...draft, folder })} />
      <Field hint={text('connectionsScreen.form.workbench.copy.hint')}>
        <Checkbox label={text('connectionsScreen.form.workbench.copy')} checked={draft.isOnCopy} onChange={(_event, { checked }) => setDraft({ ...draft, isOnCopy: checked === true })} />
      </Field>
      <Note tone="mind">{text('connectionsScreen.form.workbench.caution')}</Note>
      <ErrorNote problem={adding.problem} />
    </SimpleDialog>
  );
}
