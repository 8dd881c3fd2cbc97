import { say } from '../model/say.ts';
import type { Handlers } from '../shell/dispatch.ts';
import { allowNextTime } from './next-time.ts';
import { done, problem } from './results.ts';
import type { Services } from './services.ts';

type Calls = Pick<Handlers, 'answerApproval' | 'answerStack' | 'startEdit' | 'editApproval' | 'allowNextTime' | 'revokeGrant' | 'undoAction' | 'setPaused' | 'startPractice' | 'finishFirstRun' | 'showScreen' | 'closeWindow'>;

export function approvalCalls(services: Services): Calls {
  const { approvals, gate, grants, organization, pause, practice, report, settings, shell, signing } = services;
  const giveGrant = ({ action, offer }: NonNullable<ReturnType<typeof gate.offer>>): void => {
    try {
      grants.give(action, offer);
    } catch (error) {
      // The yes counts; the next time the person is asked again.
      report(`A standing answer could not be kept: ${String(error)}`);
    }
  };
  return {
    async answerApproval({ grant, signature, ...given }) {
      if (given.answer === 'approve' && signature !== undefined) {
        const proven = await signing.prove(given.id, given.digest, signature);
        return proven.ok ? approvals.give(given, proven.value) : proven;
      }
      if (grant === undefined) return approvals.give(given);
      if (!organization.mayGrant) return problem(say('grant.problem.forbidden'));
      const action = approvals.find(given.id)?.action;
      const offered = action && given.answer === 'approve' ? gate.offer(action, grant) : undefined;
      if (!offered) return problem(say('approval.problem.changed'));
      const result = approvals.give(given);
      if (result.ok) giveGrant(offered);
      return result;
    },
    answerStack: ({ cards, answer, reason }) => approvals.giveStack(cards, answer, reason),
    startEdit: ({ id, digest }) => gate.editing.start(id, digest),
    editApproval: ({ id, digest, edits }) => gate.editing.edit(id, digest, edits),
    allowNextTime: ({ id, digest }) => allowNextTime(services, id, digest),
    revokeGrant: ({ id }) => (grants.revoke(id) ? done : problem(say('grant.problem.gone'))),
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
      // Who closes the window then means the card before.
      if (approvals.hasUnread()) return;
      shell.hideWindow('approval');
    },
  };
}
