import { ArrowSyncRegular } from '@fluentui/react-icons/svg/arrow-sync';
import { ArrowUndoRegular } from '@fluentui/react-icons/svg/arrow-undo';
import { CheckmarkFilled } from '@fluentui/react-icons/svg/checkmark';
import { ClockRegular } from '@fluentui/react-icons/svg/clock';
import { DismissFilled } from '@fluentui/react-icons/svg/dismiss';
import { EditRegular } from '@fluentui/react-icons/svg/edit';
import { ErrorCircleRegular } from '@fluentui/react-icons/svg/error-circle';
import { ProhibitedRegular } from '@fluentui/react-icons/svg/prohibited';
import { QuestionCircleRegular } from '@fluentui/react-icons/svg/question-circle';
import { TimerRegular } from '@fluentui/react-icons/svg/timer';
import type { ReactNode } from 'react';
import type { Progress, Tone } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { Chip } from './chip.tsx';

const looks: Record<Progress, { readonly tone: Tone; readonly icon: ReactNode }> = {
  waiting: { tone: 'mind', icon: <ClockRegular aria-hidden /> },
  held: { tone: 'mind', icon: <TimerRegular aria-hidden /> },
  doing: { tone: 'neutral', icon: <ArrowSyncRegular aria-hidden /> },
  done: { tone: 'good', icon: <CheckmarkFilled aria-hidden /> },
  done_with_changes: { tone: 'good', icon: <EditRegular aria-hidden /> },
  denied: { tone: 'stop', icon: <DismissFilled aria-hidden /> },
  blocked: { tone: 'stop', icon: <ProhibitedRegular aria-hidden /> },
  timed_out: { tone: 'mind', icon: <ClockRegular aria-hidden /> },
  undone: { tone: 'neutral', icon: <ArrowUndoRegular aria-hidden /> },
  failed: { tone: 'stop', icon: <ErrorCircleRegular aria-hidden /> },
  unknown: { tone: 'mind', icon: <QuestionCircleRegular aria-hidden /> },
};

/** How far an action is, or how it ended: "Done", "Denied", "No answer". */
export function ProgressChip({ progress }: { readonly progress: Progress }): ReactNode {
  const text = useText();
  const look = looks[progress];
  return (
    <Chip tone={look.tone} icon={look.icon}>
      {text(`progress.${progress}`)}
    </Chip>
  );
}
