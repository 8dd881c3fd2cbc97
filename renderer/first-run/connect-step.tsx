import { Button, Field, Input } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { AgentInstructions } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { CopyField } from '../look/copy-field.tsx';
import { Panel } from '../look/layout.tsx';
import { ErrorNote, Note } from '../look/note.tsx';

/** Step 2: a Claw of one's own gets its command and settings to copy, or the practice Claw comes in. */
export function ConnectStep({ onNext }: { readonly onNext: () => void }): ReactNode {
  const text = useText();
  const practice = useCall('startPractice');
  const [instructions, setInstructions] = useState<AgentInstructions | null>(null);
  const startPractice = async (): Promise<void> => {
    if ((await practice.run(undefined)) !== null) onNext();
  };
  return (
    <div className="cs-stack">
      {instructions === null ? <NameClaw onAdded={setInstructions} /> : <Instructions instructions={instructions} onNext={onNext} />}
      {instructions === null && (
        <Panel className="cs-choice">
          <div className="cs-grow">
            <h2>{text('firstRun.practice.title')}</h2>
            <p className="cs-muted">{text('firstRun.practice.text')}</p>
            <ErrorNote problem={practice.problem} />
          </div>
          <Button disabledFocusable={practice.isBusy} onClick={() => void startPractice()}>
            {text(practice.isBusy ? 'firstRun.practice.starting' : 'firstRun.practice.start')}
          </Button>
        </Panel>
      )}
    </div>
  );
}

function NameClaw({ onAdded }: { readonly onAdded: (instructions: AgentInstructions) => void }): ReactNode {
  const text = useText();
  const add = useCall('addAgent');
  const [name, setName] = useState('');
  const submit = async (): Promise<void> => {
    const added = await add.run({ name: name.trim() });
    if (added !== null) onAdded(added.value);
  };
  return (
    <Panel>
      <form
        className="cs-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') void submit();
        }}
      >
        <div>
          <h2>{text('firstRun.own.title')}</h2>
          <p className="cs-muted">{text('firstRun.own.hint')}</p>
        </div>
        <div className="cs-choice cs-choice-end">
          <Field className="cs-grow" label={text('firstRun.own.name')}>
            <Input value={name} maxLength={60} placeholder={text('firstRun.own.example')} onChange={(_event, data) => setName(data.value)} />
          </Field>
          <Button type="submit" appearance="primary" disabledFocusable={add.isBusy || name.trim() === ''}>
            {text('firstRun.own.add')}
          </Button>
        </div>
        <ErrorNote problem={add.problem} />
      </form>
    </Panel>
  );
}

function Instructions({ instructions, onNext }: { readonly instructions: AgentInstructions; readonly onNext: () => void }): ReactNode {
  const text = useText();
  const isConnected = useSnapshot(({ agents }) => agents.some(({ id, lastSeenAt }) => id === instructions.agent && lastSeenAt !== null));
  return (
    <Panel>
      <div className="cs-stack">
        <p>{text('firstRun.instructions.text')}</p>
        <CopyField label={text('firstRun.instructions.json')} value={instructions.json} />
        <CopyField label={text('firstRun.instructions.command')} value={[instructions.command, ...instructions.args].map(quoted).join(' ')} />
        {isConnected ? <Note tone="good">{text('firstRun.instructions.connected')}</Note> : <p className="cs-muted">{text('firstRun.instructions.waiting')}</p>}
        <div className="cs-row cs-end">
          <Button appearance="primary" onClick={onNext}>
            {text('firstRun.next')}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

/** Quoted where a shell would take the word apart. */
function quoted(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `"${word.replaceAll('"', '\\"')}"`;
}
