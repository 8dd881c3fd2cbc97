import type { ReactNode } from 'react';
import type { Approval } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { Disarmed } from '../look/disarmed.tsx';
import { ProgressChip } from '../look/progress-chip.tsx';
import { TimeText } from '../look/time-text.tsx';
import { NextTime } from './next-time.tsx';

/** How an answered question was answered, and what came of it. */
export function AnsweredNote({ approval }: { readonly approval: Approval }): ReactNode {
  const text = useText();
  const [first, second] = approval.answer === 'approved' ? (approval.signing?.signed ?? []) : [];
  return (
    <footer className="cs-card-foot">
      <div className="cs-row cs-row-wrap">
        <span className="cs-grow">
          {first !== undefined && second !== undefined ? <Disarmed text={text('answered.byTwo', { first: first.name ?? '', second: second.name ?? '' })} /> : text(`answered.${approval.answer ?? 'withdrawn'}`)} {approval.answeredAt !== null && <TimeText at={approval.answeredAt} />}
        </span>
        {approval.progress !== null && <ProgressChip progress={approval.progress} />}
      </div>
      {approval.nextTime !== undefined && <NextTime approval={approval} nextTime={approval.nextTime} />}
    </footer>
  );
}
