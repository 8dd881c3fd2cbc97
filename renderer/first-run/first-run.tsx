import { Button } from '@fluentui/react-components';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { ApprovalId } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { useWindowTitle } from '../app/use-window-title.ts';
import { endingOf, type Ending } from '../card/last-answer.tsx';
import { Logo } from '../look/logo.tsx';
import { ErrorNote } from '../look/note.tsx';
import { ApprovalStep } from './approval-step.tsx';
import { ConnectStep } from './connect-step.tsx';
import './first-run.css';
import { HowItWorksPicture } from './picture.tsx';

const steps = ['what', 'connect', 'approve'] as const;

/** Three steps, under a minute, each of which can be skipped: what this is, a Claw, one real question. */
export function FirstRun(): ReactNode {
  const text = useText();
  const finish = useCall('finishFirstRun');
  const [index, setIndex] = useState(0);
  const heading = useRef<HTMLHeadingElement>(null);
  const step = steps[index] ?? 'what';
  useEffect(() => {
    // A new step is a new page to a screen reader: its heading takes the focus.
    if (index > 0) heading.current?.focus();
  }, [index]);
  const end = (): void => void finish.run(undefined);
  // The first question that was shown; its answer is the end of the first run.
  const [asked, setAsked] = useState<ApprovalId | null>(null);
  const ending = endingOf(useSnapshot(({ approvals }) => approvals.find(({ id }) => id === asked)));
  const isOver = step === 'approve' && ending !== 'nothing';
  useWindowTitle(text('firstRun.windowTitle'));
  return (
    <main className="cs-first">
      <header className="cs-row">
        <Logo />
        <span className="cs-grow cs-strong">{text('app.name')}</span>
        {!isOver && (
          <Button appearance="subtle" disabledFocusable={finish.isBusy} onClick={end}>
            {text('firstRun.skip')}
          </Button>
        )}
      </header>
      <div className="cs-first-step">
        <div className="cs-first-dots" aria-hidden>
          {steps.map((name, at) => (
            <span key={name} className={at <= index ? 'cs-first-dot cs-first-dot-on' : 'cs-first-dot'} />
          ))}
        </div>
        <p className="cs-small cs-muted">{text('firstRun.position', { position: index + 1, count: steps.length })}</p>
        <h1 ref={heading} tabIndex={-1}>
          {isOver ? endTitle(text, ending) : text(`firstRun.${step}.title`)}
        </h1>
        <p className="cs-first-lead" aria-live={step === 'approve' ? 'polite' : undefined}>
          {text(isOver ? `firstRun.ended.${endLeads[ending]}` : `firstRun.${step}.lead`)}
        </p>
        {isOver && (
          <div>
            <Button appearance="primary" size="large" disabledFocusable={finish.isBusy} onClick={end}>
              {text('firstRun.open')}
            </Button>
          </div>
        )}
        {step === 'what' && <WhatStep onNext={() => setIndex(1)} />}
        {step === 'connect' && <ConnectStep onNext={() => setIndex(2)} />}
        {step === 'approve' && <ApprovalStep asked={asked} onAsked={setAsked} />}
        <ErrorNote problem={finish.problem} />
        {index > 0 && !isOver && (
          <div>
            <Button appearance="transparent" className="cs-first-back" onClick={() => setIndex(index - 1)}>
              {text('firstRun.back')}
            </Button>
          </div>
        )}
      </div>
    </main>
  );
}

/** The lead for each ending, of which the first run tells fewer apart. */
const endLeads: Record<Ending, string> = {
  nothing: 'other',
  held: 'approved',
  going: 'going',
  connected: 'going',
  done: 'done',
  undone: 'undone',
  denied: 'denied',
  late: 'other',
  withdrawn: 'other',
  stopped: 'other',
  failed: 'failed',
  uncertain: 'failed',
};

function endTitle(text: (id: string) => string, ending: Ending): string {
  const isNo = ending === 'denied' || ending === 'late' || ending === 'withdrawn';
  return text(isNo ? 'firstRun.ended.title.refused' : 'firstRun.ended.title.approved');
}

function WhatStep({ onNext }: { readonly onNext: () => void }): ReactNode {
  const text = useText();
  return (
    <>
      <HowItWorksPicture />
      <ul className="cs-promises">
        {['asks', 'secrets', 'record'].map((promise) => (
          <li key={promise}>
            <p className="cs-strong">{text(`firstRun.promise.${promise}.title`)}</p>
            <p className="cs-muted">{text(`firstRun.promise.${promise}.text`)}</p>
          </li>
        ))}
      </ul>
      <div>
        <Button appearance="primary" size="large" onClick={onNext}>
          {text('firstRun.start')}
        </Button>
      </div>
    </>
  );
}
