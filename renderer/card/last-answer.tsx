import { ArrowUndoRegular } from '@fluentui/react-icons/svg/arrow-undo';
import { CheckmarkCircleRegular } from '@fluentui/react-icons/svg/checkmark-circle';
import { ClockRegular } from '@fluentui/react-icons/svg/clock';
import { DismissCircleRegular } from '@fluentui/react-icons/svg/dismiss-circle';
import { ErrorCircleRegular } from '@fluentui/react-icons/svg/error-circle';
import type { ReactNode } from 'react';
import type { Approval } from '../../preload/contract.ts';

/** How a question ended for the person, in the words of `approvalWindow.ended.*`. */
export type Ending = 'nothing' | 'held' | 'going' | 'connected' | 'done' | 'undone' | 'denied' | 'late' | 'withdrawn' | 'stopped' | 'failed' | 'uncertain';

/** What became of the question that was shown last; `nothing` when none was. */
export function endingOf(approval: Approval | undefined): Ending {
  if (approval === undefined) return 'nothing';
  switch (approval.answer) {
    case null:
      return 'nothing';
    case 'denied':
      return 'denied';
    case 'timed_out':
      return 'late';
    case 'withdrawn':
      return 'withdrawn';
    case 'approved':
      return approval.kind === 'pairing' ? 'connected' : endingOfApproved(approval.progress);
  }
}

function endingOfApproved(progress: Approval['progress']): Ending {
  switch (progress) {
    case null:
    case 'waiting':
    case 'doing':
      return 'going';
    case 'held':
      return 'held';
    case 'done':
    case 'done_with_changes':
      return 'done';
    case 'undone':
      return 'undone';
    case 'denied':
    case 'blocked':
    case 'timed_out':
      return 'stopped';
    case 'failed':
      return 'failed';
    case 'unknown':
      return 'uncertain';
  }
}

/** Milliseconds for which the window stays after each ending: as long as it takes to read, so that it does not vanish under the pointer. */
export function staysFor(ending: Ending): number {
  return ending === 'stopped' || ending === 'failed' || ending === 'uncertain' ? 8000 : 2500;
}

export const endingPictures: Record<Ending, ReactNode> = {
  nothing: <CheckmarkCircleRegular fontSize={32} />,
  held: <CheckmarkCircleRegular fontSize={32} />,
  going: <CheckmarkCircleRegular fontSize={32} />,
  connected: <CheckmarkCircleRegular fontSize={32} />,
  done: <CheckmarkCircleRegular fontSize={32} />,
  undone: <ArrowUndoRegular fontSize={32} />,
  denied: <DismissCircleRegular fontSize={32} />,
  late: <ClockRegular fontSize={32} />,
  withdrawn: <ArrowUndoRegular fontSize={32} />,
  stopped: <DismissCircleRegular fontSize={32} />,
  failed: <ErrorCircleRegular fontSize={32} />,
  uncertain: <ErrorCircleRegular fontSize={32} />,
};
