import { Button, Field, Textarea } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { NewServerInput } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { ErrorNote } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { focusFirstProblem, TextField } from '../look/text-field.tsx';
import { AccessFields } from './access-fields.tsx';
import type { AccessField } from './access-form.ts';
import type { FormDialogProps } from './email-dialog.tsx';
import { SignInFields, type SignInField } from './sign-in-fields.tsx';
import { emptyServerDraft, readServerDraft, type ServerFormDraft } from './server-form.ts';

/** Connects an MCP server: a program on this computer, or a service on the web. */
export function ServerDialog({ kind, onAdded, onBack, onClose }: FormDialogProps & { readonly kind: NewServerInput['kind'] }): ReactNode {
  const text = useText();
  const adding = useCall('addServerConnection');
  const signingIn = useCall('startSignIn');
  const [draft, setDraft] = useState(emptyServerDraft);
  const [isTried, setTried] = useState(false);
  const read = readServerDraft(kind, draft);
  const change = (next: Partial<ServerFormDraft>): void => setDraft((before) => ({ ...before, ...next }));
  const problemOf = (field: 'name' | 'command' | 'args' | 'url' | AccessField | SignInField): string | undefined => (isTried && !read.ok && read.wrong.includes(field) ? text(`connectionsScreen.form.wrong.${field}`) : undefined);
  const wrongArgs = problemOf('args');

  const submit = async (): Promise<void> => {
    setTried(true);
    if (adding.isBusy) return;
    if (!read.ok) {
      focusFirstProblem();
      return;
    }
    const added = await adding.run(read.input);
    if (added === null) return;
    const { id, needsSignIn } = added.value;
    // How far it is, is told by the connection itself from now on.
    if (needsSignIn) void signingIn.run({ id, client: null });
    onAdded(read.input.name, needsSignIn);
  };
  return (
    <SimpleDialog
      title={text(`connectionsScreen.add.${kind}.title`)}
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
      <TextField label={text('connectionsScreen.form.name')} hint={text('connectionsScreen.form.name.hint')} value={draft.name} wrong={problemOf('name')} onChange={(name) => change({ name })} />
      {kind === 'remote' ? (
        <>
          <TextField label={text('connectionsScreen.form.url')} type="url" placeholder="https://" value={draft.url} wrong={problemOf('url')} onChange={(url) => change({ url })} />
          <SignInFields draft={draft} problemOf={problemOf} onChange={change} />
        </>
      ) : (
        <>
          <TextField label={text('connectionsScreen.form.command')} hint={text('connectionsScreen.form.command.hint')} isMono value={draft.command} wrong={problemOf('command')} onChange={(command) => change({ command })} />
          <Field label={text('connectionsScreen.form.args')} hint={text('connectionsScreen.form.args.hint')} {...(wrongArgs !== undefined && { validationMessage: wrongArgs })}>
            <Textarea className="cs-mono" dir="ltr" rows={3} resize="vertical" spellCheck={false} value={draft.args} onChange={(_event, data) => change({ args: data.value })} />
          </Field>
          <AccessFields draft={draft} problemOf={problemOf} onChange={change} />
        </>
      )}
      <ErrorNote problem={adding.problem} />
    </SimpleDialog>
  );
}
