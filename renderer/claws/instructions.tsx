import { useEffect, useRef, type ReactNode } from 'react';
import type { AgentInstructions } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { CopyField } from '../look/index.ts';
import { commandLine } from './command-line.ts';

/** How to tell a Claw where Countersign is: text to copy, which holds no secret. The keyboard starts at its first line. */
export function Instructions({ intro, instructions }: { readonly intro: string; readonly instructions: AgentInstructions }): ReactNode {
  const text = useText();
  const first = useRef<HTMLParagraphElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <>
      <p ref={first} tabIndex={-1} className="cs-dialog-body">
        {intro}
      </p>
      <section className="cs-instruction">
        <h3>{text('clawsScreen.instructions.json.title')}</h3>
        <CopyField label={text('clawsScreen.instructions.json.text')} value={instructions.json} />
      </section>
      <section className="cs-instruction">
        <h3>{text('clawsScreen.instructions.command.title')}</h3>
        <CopyField label={text('clawsScreen.instructions.command.text')} value={commandLine(instructions.command, instructions.args)} />
      </section>
      <p className="cs-form-note">{text('clawsScreen.instructions.secret')}</p>
    </>
  );
}
