import { Button, Checkbox, Field } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { workbenchInput } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { ErrorNote, Note } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { focusFirstProblem, TextField } from '../look/text-field.tsx';
import type { FormDialogProps } from './email-dialog.tsx';
import { readLentKey, type LentKeyDraft, type LentKeyField } from './lent-key-form.ts';
import { LentKeysFields } from './lent-keys-fields.tsx';

/** Where main's schema has what is typed in a field. */
const fields: Readonly<Record<LentKeyField, string>> = { variable: 'variable', host: 'hosts', parameter: 'place', value: 'value' };

/** Lets Claws run code in one folder. Main looks at the folder and starts a sandbox before anything is kept. */
export function WorkbenchDialog({ onAdded, onBack, onClose }: FormDialogProps): ReactNode {
  const text = useText();
  const adding = useCall('addWorkbenchConnection');
  const [draft, setDraft] = useState({ name: text('connectionsScreen.form.workbench.name'), folder: '', isOnCopy: true });
  const [keys, setKeys] = useState<readonly LentKeyDraft[]>([]);
  const [isTried, setTried] = useState(false);
  const read = workbenchInput.safeParse({ ...draft, keys: keys.map(readLentKey) });
  const problemOf = (field: 'name' | 'folder'): string | undefined =>
    isTried && read.error?.issues.some(({ path }) => path[0] === field) === true ? text(`connectionsScreen.form.wrong.${field}`) : undefined;

  const problemOfKey = (index: number, field: LentKeyField): string | undefined => {
    const isTwice = keys.findIndex((key) => readLentKey(key).variable === readLentKey(keys[index] ?? key).variable) !== index;
    const isWrong = read.error?.issues.some(({ path }) => path[0] === 'keys' && path[1] === index && path[2] === fields[field]) === true || (field === 'variable' && isTwice);
    return isTried && isWrong ? text(`connectionsScreen.form.lent.wrong.${field}`) : undefined;
  };

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
      <LentKeysFields keys={keys} problemOf={problemOfKey} onChange={setKeys} />
      <Note tone="mind">{text('connectionsScreen.form.workbench.caution')}</Note>
      <ErrorNote problem={adding.problem} />
    </SimpleDialog>
  );
}
