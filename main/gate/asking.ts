import type { Signature } from '../../preload/contract.ts';
import type { AnsweredEvent } from '../activity/event.ts';
import { nextTimeOf } from '../approvals/next-time.ts';
import { isSigned } from '../approvals/signing.ts';
import { stackOf } from '../approvals/stack.ts';
import type { Decision, Described } from '../model/action.ts';
import { editedEvent } from './edited.ts';
import { digestOf } from './freeze.ts';
import type { LiveAction, Refusal } from './live-actions.ts';
import { obstacleTo } from './obstacle.ts';
import { offersOf } from './offers.ts';
import type { OutboxEntry } from './outbox.ts';
import type { GateParts } from './parts.ts';
import { wholeCard } from './whole-card.ts';

/** Step 5: the question to the person, and what their answer, or none, makes of the action. */
export class Asking {
  readonly #parts: GateParts;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** Puts the question and waits for what becomes of it; undefined: the person said yes. */
  async ask(live: LiveAction, { action, holdSeconds }: OutboxEntry, described: Described, decision: Decision, isEditable: boolean): Promise<Refusal | undefined> {
    const { approvals, activity, agents, connectionName, settings } = this.#parts;
    const mayGrant = this.#parts.mayGrant();
    live.offers = mayGrant ? offersOf(action, described, decision) : [];
    const card = wholeCard(described.card, decision, holdSeconds, live.offers);
    const stack = stackOf(action, described.facts, card, live.signing);
    const open = approvals.ask({
      kind: 'action',
      agent: { id: action.agent, name: agents.name(action.agent) },
      action: action.id,
      connectionName: connectionName(action.connection),
      digest: action.digest,
      card,
      isEditable,
      signing: live.signing,
      ...(stack === undefined ? {} : { stack }),
      nextTime: mayGrant ? nextTimeOf(action, described.facts, card.risk, decision) : undefined,
      answerWithinSeconds: settings().answerWithinSeconds,
    });
    const { id: approval, expiresAt } = open.approval;
    const [refusal] = await Promise.all([
      this.settle(live, open),
      activity.append({ at: this.#parts.clock.now(), kind: 'asked', action: action.id, approval, expiresAt, why: card.why, risk: card.risk, offered: live.offers.map(({ id }) => id) }),
    ]);
    return refusal;
  }

  /** Waits for the answer to a question that is open; undefined: the person said yes. */
  async settle(live: LiveAction, open: ReturnType<GateParts['approvals']['ask']>): Promise<Refusal | undefined> {
    const { approvals, activity, clock } = this.#parts;
    live.progress = 'waiting';
    live.expiresAt = open.approval.expiresAt;
    live.whenStopped(() => approvals.withdraw(open.approval.id));
    const obstacle = obstacleTo(live, this.#parts);
    if (obstacle) live.stop(obstacle.reason, obstacle.detail);
    const answer = await open.answer;
    live.whenStopped(null);
    live.isApproved = answer.answer === 'approved';
    const names = answer.signed.flatMap(({ name }) => name ?? []);
    const by = answer.answer === 'approved' || answer.answer === 'denied' ? (names.length > 0 ? names.join(', ') : 'you') : null;
    // What was approved is told before that it was, and both before anything is done.
    if (answer.answer === 'approved' && live.edited?.edit) await activity.append(editedEvent(live.requestDigest, live.edited, live.edited.edit, this.#parts));
    await activity.append({ at: clock.now(), kind: 'answered', action: live.id, answer: answer.answer, by, ...signedBy(answer.signed), ...(answer.together === undefined ? {} : { together: answer.together }), reason: answer.reason });
    switch (answer.answer) {
      case 'approved':
        return answer.digest === digestOf(live.action) && (live.signing === null || isSigned(live.signing, answer.signed, answer.digest)) ? undefined : { reason: 'changed_since_approval', detail: null };
      case 'denied':
        return { reason: 'denied_by_person', detail: answer.reason === null ? null : `They said: “${answer.reason}”` };
      case 'timed_out':
        return { reason: 'no_answer', detail: null };
      case 'withdrawn':
        return live.stopped ?? { reason: 'withdrawn_by_agent', detail: null };
    }
  }
}

/** Who signed, by name; "you" is told by `by`. */
function signedBy(signed: readonly Signature[]): Pick<AnsweredEvent, 'signatures'> {
  return signed.length === 0 ? {} : { signatures: signed.map(({ approver, name, how, at }) => ({ approver, name, how, at })) };
}
