import type { Handlers } from '../shell/dispatch.ts';
import { done } from './results.ts';
import type { Services } from './services.ts';

type Calls = Pick<Handlers, 'answerApproval' | 'undoAction' | 'setPaused' | 'startPractice' | 'finishFirstRun' | 'showScreen' | 'closeWindow'>;

/** Milliseconds in which nobody has read a new card yet: who closes the window then means the one before. */
const unreadMs = 600;

export function approvalCalls({ approvals, clock, gate, pause, practice, settings, shell }: Services): Calls {
  return {
    answerApproval: (given) => approvals.give(given),
    undoAction: ({ action }) => gate.undo(action),
    setPaused({ isPaused }) {
      pause.set(isPaused);
      return done;
    },
    startPractice: () => practice.start(),
    finishFirstRun: () => settings.update({ isFirstRunDone: true }),
    showScreen({ screen }) {
      shell.showWindow('main', screen);
    },
    closeWindow() {
      if (approvals.waiting().some(({ askedAt }) => clock.now() - askedAt < unreadMs)) return;
      shell.hideWindow('approval');
    },
  };
}
