import { Button } from '@fluentui/react-components';
import { useEffect, useState, type ReactNode } from 'react';
import type { Agent, AgentInstructions } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { Busy, ErrorNote } from '../look/index.ts';
import { SimpleDialog } from '../look/simple-dialog.tsx';
import { Instructions } from './instructions.tsx';

/** How a Claw that is there already is connected. */
export function ConnectDialog({ agent, onClose }: { readonly agent: Agent; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { run, problem } = useCall('getAgentInstructions');
  const [instructions, setInstructions] = useState<AgentInstructions | null>(null);
  const { id, name } = agent;
  useEffect(() => {
    let isOver = false;
    void run({ id }).then((done) => {
      if (done !== null && !isOver) setInstructions(done.value);
    });
    return () => {
      isOver = true;
    };
  }, [run, id]);
  return (
    <SimpleDialog
      title={text('clawsScreen.instructions.title', { name })}
      onClose={onClose}
      actions={
        <Button appearance="primary" onClick={onClose}>
          {text('screens.done')}
        </Button>
      }
    >
      <ErrorNote problem={problem} />
      {instructions === null && problem === null && <Busy label={text('clawsScreen.instructions.loading')} />}
      {instructions !== null && <Instructions intro={text('clawsScreen.instructions.intro', { name })} instructions={instructions} />}
    </SimpleDialog>
  );
}
