import { Button, Field, Input } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { AgentInstructions } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ErrorNote } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { nameProblem } from './agent-name.ts';
import { Instructions } from './instructions.tsx';

/** Names a new Claw, then shows exactly how to connect it. */
export function AddClawDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const agents = useSnapshot((snapshot) => snapshot.agents);
  const adding = useCall('addAgent');
  const [name, setName] = useState('');
  const [isTried, setTried] = useState(false);
  const [instructions, setInstructions] = useState<AgentInstructions | null>(null);
  const problem = nameProblem(name, agents);

  const add = async (): Promise<void> => {
    setTried(true);
    if (problem !== null || adding.isBusy) return;
    const done = await adding.run({ name: name.trim() });
    if (done !== null) setInstructions(done.value);
  };

  if (instructions !== null) {
    return (
      <SimpleDialog
        title={text('clawsScreen.instructions.title', { name: name.trim() })}
        onClose={onClose}
        actions={
          <Button appearance="primary" onClick={onClose}>
            {text('screens.done')}
          </Button>
        }
      >
        <Instructions intro={text('clawsScreen.instructions.added', { name: name.trim() })} instructions={instructions} />
      </SimpleDialog>
    );
  }
  return (
    <SimpleDialog
      title={text('clawsScreen.add.title')}
      onClose={onClose}
      onSubmit={() => void add()}
      actions={
        <>
          <Button onClick={onClose}>{text('look.cancel')}</Button>
          <Button type="submit" appearance="primary" disabledFocusable={adding.isBusy}>
            {text(adding.isBusy ? 'clawsScreen.add.adding' : 'clawsScreen.add.next')}
          </Button>
        </>
      }
    >
      <Field
        label={text('clawsScreen.name.label')}
        hint={text('clawsScreen.name.hint')}
        {...(isTried && problem !== null && { validationMessage: text(`clawsScreen.name.${problem}`) })}
      >
        <Input
          placeholder={text('clawsScreen.name.placeholder')}
          value={name}
          onChange={(_event, data) => {
            setName(data.value);
            adding.forgetProblem();
          }}
        />
      </Field>
      <ErrorNote problem={adding.problem} />
    </SimpleDialog>
  );
}
