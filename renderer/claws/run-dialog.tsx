import { Button, Checkbox, Field, Textarea } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { clawRunInput, type Agent, type ClawRunInput } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { ErrorNote, Note } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { focusFirstProblem, TextField } from '../look/text-field.tsx';

interface Draft extends Omit<ClawRunInput, 'readable' | 'writable'> {
  /** A folder a line. */
  readonly readable: string;
  readonly writable: string;
}

const empty: Draft = { command: '', folder: '', readable: '', writable: '', variables: '', startsWithApp: false };
const listOf = (lines: string): string[] => lines.split('\n').map((line) => line.trim()).filter((line) => line !== '');

/** How Countersign starts a Claw, and what of this computer it may see. */
export function RunDialog({ agent, onClose }: { readonly agent: Agent; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const saving = useCall('setClawRun');
  const starting = useCall('startClaw');
  const removing = useCall('removeClawRun');
  const { id, name, run } = agent;
  const [draft, setDraft] = useState<Draft>(() => (run === null ? empty : { ...run, readable: run.readable.join('\n'), writable: run.writable.join('\n') }));
  const [isTried, setTried] = useState(false);
  const read = clawRunInput.safeParse({ ...draft, readable: listOf(draft.readable), writable: listOf(draft.writable) });
  const wrongOf = (field: keyof ClawRunInput): string | undefined =>
    isTried && read.error?.issues.some(({ path }) => path[0] === field) === true ? text(`clawsScreen.run.wrong.${field === 'command' ? 'command' : 'folder'}`) : undefined;
  const isBusy = saving.isBusy || starting.isBusy || removing.isBusy;

  const save = async (): Promise<void> => {
    setTried(true);
    if (isBusy) return;
    if (!read.success) {
      focusFirstProblem();
      return;
    }
    if ((await saving.run({ id, run: read.data })) === null) return;
    // One that runs goes on as it is until it is started again.
    const isOff = run === null || run.state === 'stopped';
    if (!isOff || (await starting.run({ id })) !== null) onClose();
  };
  const remove = async (): Promise<void> => {
    if ((await removing.run({ id })) !== null) onClose();
  };
  const lines = (field: 'readable' | 'writable' | 'variables'): ReactNode => (
    <Field label={text(`clawsScreen.run.form.${field}`)} hint={text(`clawsScreen.run.form.${field}.hint`)} validationMessage={field === 'variables' ? null : (wrongOf(field) ?? null)}>
      <Textarea className="cs-mono" dir="ltr" rows={2} resize="vertical" spellCheck={false} value={draft[field]} onChange={(_event, { value }) => setDraft({ ...draft, [field]: value })} />
    </Field>
  );
  return (
    <SimpleDialog
      title={text('clawsScreen.run.title', { name })}
      onClose={onClose}
      onSubmit={() => void save()}
      actions={
        <>
          {run !== null && (
            <Button disabledFocusable={isBusy} onClick={() => void remove()}>
              {text('clawsScreen.run.remove')}
            </Button>
          )}
          <Button onClick={onClose}>{text('look.cancel')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={isBusy}>
            {text(run === null || run.state === 'stopped' ? 'clawsScreen.run.saveStart' : 'clawsScreen.run.save')}
          </Button>
        </>
      }
    >
      <p>{text('clawsScreen.run.intro', { name })}</p>
      <TextField label={text('clawsScreen.run.form.command')} hint={text('clawsScreen.run.form.command.hint')} isMono value={draft.command} wrong={wrongOf('command')} onChange={(command) => setDraft({ ...draft, command })} />
      <TextField label={text('clawsScreen.run.form.folder')} hint={text('clawsScreen.run.form.folder.hint')} isMono value={draft.folder} wrong={wrongOf('folder')} onChange={(folder) => setDraft({ ...draft, folder })} />
      {lines('readable')}
      {lines('writable')}
      {lines('variables')}
      <Checkbox label={text('clawsScreen.run.form.startsWithApp')} checked={draft.startsWithApp} onChange={(_event, { checked }) => setDraft({ ...draft, startsWithApp: checked === true })} />
      <Note>{text('clawsScreen.run.reach', { name })}</Note>
      <ErrorNote problem={saving.problem ?? starting.problem ?? removing.problem} />
    </SimpleDialog>
  );
}
