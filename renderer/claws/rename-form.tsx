import { Button, Field, Input } from '@fluentui/react-components';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Agent } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ErrorNote } from '../look/index.ts';
import { nameProblem } from './agent-name.ts';

/** A Claw's name as a field in its card. Enter saves, Esc leaves it as it was. */
export function RenameForm({ agent, onEnd }: { readonly agent: Agent; readonly onEnd: () => void }): ReactNode {
  const text = useText();
  const agents = useSnapshot((snapshot) => snapshot.agents);
  const rename = useCall('renameAgent');
  const [name, setName] = useState(agent.name);
  const [isTouched, setTouched] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  // Fluent's types take a callback under React 19, not a ref object.
  const keepField = (element: HTMLInputElement | null): void => {
    field.current = element;
  };
  useEffect(() => {
    // After the menu gave its focus back.
    const frame = requestAnimationFrame(() => field.current?.select());
    return () => cancelAnimationFrame(frame);
  }, []);
  const problem = nameProblem(name, agents, agent);
  const save = async (): Promise<void> => {
    setTouched(true);
    if (problem === 'same') onEnd();
    if (problem !== null) return;
    if ((await rename.run({ id: agent.id, name: name.trim() })) !== null) onEnd();
  };
  const shown = isTouched && problem !== null && problem !== 'same' ? text(`clawsScreen.name.${problem}`) : undefined;
  return (
    <form
      className="cs-rename"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field className="cs-grow" {...(shown !== undefined && { validationMessage: shown })}>
        <Input
          ref={keepField}
          aria-label={text('clawsScreen.name.labelFor', { name: agent.name })}
          value={name}
          onKeyDown={(event) => {
            if (event.key === 'Escape') onEnd();
          }}
          onChange={(_event, data) => {
            setName(data.value);
            setTouched(true);
            rename.forgetProblem();
          }}
        />
      </Field>
      <Button type="submit" appearance="primary" disabledFocusable={rename.isBusy}>
        {text('screens.save')}
      </Button>
      <Button onClick={onEnd}>{text('look.cancel')}</Button>
      <ErrorNote problem={rename.problem} />
    </form>
  );
}
