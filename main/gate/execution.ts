import type { ConnectionId, Signature } from '../../preload/contract.ts';
import type { AnsweredEvent } from '../activity/event.ts';
import { possibleOffers } from '../approvals/grant-offers.ts';
import { isSigned } from '../approvals/signing.ts';
import { stackOf } from '../approvals/stack.ts';
import type { ActionAnswer, Decision, Described, EndReason } from '../model/action.ts';
import { onBehalfOf } from '../model/on-behalf-of.ts';
import type { UpstreamAnswer } from '../model/upstream.ts';
import { callUpstream } from './call-upstream.ts';
import { ended } from './ended.ts';
import { offersOf } from './offers.ts';
import { asKept, changedFieldsOf, doneAnswer, editedEvent } from './edited.ts';
import { findService, type FoundService } from './find-service.ts';
import { digestOf } from './freeze.ts';
import { holdSecondsOf } from './hold.ts';
import type { LiveAction, Refusal } from './live-actions.ts';
import { obstacleTo, refusalOf } from './obstacle.ts';
import type { OutboxEntry, OutboxState } from './outbox.ts';
import type { GateParts } from './parts.ts';
import { recordIntent } from './record-intent.ts';
import { wholeCard } from './whole-card.ts';

export interface Run {
  readonly live: LiveAction;
  readonly described: Described;
  readonly decision: Decision;
  readonly perform: FoundService['perform'];
  readonly isHeld: boolean;
  /** The credentials of ours whose secrets the agent sent. */
  readonly owners: readonly string[];
  /** Whether a person may change something of it before they approve. */
  readonly isEditable: () => boolean;
}

/** How long after its hold should have ended an approved action is still done when the app was stopped meanwhile. */
const staleAfterMs = 10 * 60 * 1000;

/** Steps 4 to 8 for one action. */
export class Execution {
  readonly #parts: GateParts;
  readonly #changed: () => void;
  #isClosed = false;

  constructor(parts: GateParts, changed: () => void) {
    this.#parts = parts;
    this.#changed = changed;
  }

  /** Nothing begins from here on; what waits or is held stays as it is in `state.db`, for the next start. */
  close(): void {
    this.#isClosed = true;
  }

  async run({ live, described, decision, perform, isHeld, owners, isEditable }: Run): Promise<ActionAnswer> {
    const { outbox, settings, clock } = this.#parts;
    const { action } = live;
    if (!(await recordIntent(action, described, decision, this.#parts))) return ended(action.id, 'not_recorded');
    if (owners.length > 0) await this.#recordOwnSecret(live, owners);
    const refused = obstacleTo(live, this.#parts) ?? (decision.answer === 'deny' ? refusalOf(decision) : undefined);
    if (refused) return this.#refuse(live, refused);
    if (!live.isKept) return this.#do(live, perform);

    const holdSeconds = isHeld ? holdSecondsOf(described.facts.effect, settings()) : 0;
    const asked: OutboxEntry = { action, facts: described.facts, sentence: described.sentence, summary: described.card.summary, target: live.target, holdSeconds };
    if (decision.answer === 'ask') {
      if (!this.#parts.canAsk()) return this.#end(live, 'nobody_to_ask');
      outbox.add(asKept(asked, this.#parts), 'waiting', clock.now());
      const refusal = await this.#ask(live, asked, described, decision, isEditable());
      if (refusal) return this.#refuse(live, refusal);
    } else {
      outbox.add(asKept(asked, this.#parts), 'held', clock.now());
    }
    return this.#holdAndDo(live, live.edited ?? asked, perform);
  }

  /** An agent holds what it must never have: worth an event of its own. */
  async #recordOwnSecret({ id }: LiveAction, owners: readonly string[]): Promise<void> {
    const { activity, clock, connectionName } = this.#parts;
    // Credentials are kept under their connection's id.
    const connections = owners.map((owner) => owner as ConnectionId).map((connection) => ({ id: connection, name: connectionName(connection) }));
    await activity.append({ at: clock.now(), kind: 'own_secret_sent', action: id, connections });
  }

  /** Goes on where the app stopped. What was being done then is unknown now and is not done again. */
  async resume(live: LiveAction, entry: OutboxEntry, state: OutboxState, heldUntil: number | null): Promise<ActionAnswer> {
    const { approvals, clock } = this.#parts;
    const { action } = entry;
    live.isAsked = state === 'waiting' || approvals.isApproved(action.id);
    live.isApproved = state !== 'waiting';
    live.signing = approvals.ofAction(action.id)?.signing ?? null;
    if (state === 'doing') return this.#end(live, 'outcome_uncertain');
    if (state === 'waiting') {
      const open = approvals.resume(action.id);
      if (!open) return this.#end(live, 'interrupted');
      const { card } = open.approval;
      live.offers = possibleOffers(action, entry.facts, card.risk).filter(({ id }) => card.grants?.some((offered) => offered.id === id));
      const { answeredAt } = open.approval;
      if (answeredAt !== null && clock.now() > answeredAt + staleAfterMs) return this.#end(live, 'interrupted');
      const refusal = await this.#settle(live, open);
      if (refusal) return this.#refuse(live, refusal);
    } else if (clock.now() > (heldUntil ?? 0) + staleAfterMs) {
      return this.#end(live, 'interrupted');
    }
    const obstacle = obstacleTo(live, this.#parts);
    if (obstacle) return this.#refuse(live, obstacle);
    const found = await findService(action, this.#parts).catch(() => undefined);
    if (!found) return this.#end(live, 'service_failed');
    return this.#holdAndDo(live, live.edited ?? entry, found.perform);
  }

  /** A bug or a full disk in the middle of an action: told as unknown when it may have begun. */
  async crashed(live: LiveAction, error: unknown): Promise<ActionAnswer> {
    if (this.#isClosed) return await new Promise<never>(() => undefined);
    this.#parts.report(`An action ended by an error: ${String(error)}`);
    live.stop('not_recorded');
    return this.#end(live, live.hasBegun ? 'outcome_uncertain' : 'not_recorded');
  }

  // -------------------------------------------------------------------- step 5

  async #ask(live: LiveAction, { action, holdSeconds }: OutboxEntry, described: Described, decision: Decision, isEditable: boolean): Promise<Refusal | undefined> {
    const { approvals, activity, agents, connectionName, settings } = this.#parts;
    live.offers = offersOf(action, described, decision);
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
      answerWithinSeconds: settings().answerWithinSeconds,
    });
    const { id: approval, expiresAt } = open.approval;
    const [refusal] = await Promise.all([
      this.#settle(live, open),
      activity.append({ at: this.#parts.clock.now(), kind: 'asked', action: action.id, approval, expiresAt, why: card.why }),
    ]);
    return refusal;
  }

  async #settle(live: LiveAction, open: ReturnType<GateParts['approvals']['ask']>): Promise<Refusal | undefined> {
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

  // -------------------------------------------------------------------- step 6

  async #holdAndDo(live: LiveAction, entry: OutboxEntry, perform: FoundService['perform']): Promise<ActionAnswer> {
    const { activity, clock, outbox } = this.#parts;
    const { action } = entry;
    live.isApproved = true;
    if (entry.holdSeconds > 0) await this.#hold(live, entry);
    if (this.#isClosed) return await new Promise<never>(() => undefined);
    const obstacle = obstacleTo(live, this.#parts);
    if (obstacle) return this.#refuse(live, obstacle);
    await activity.append({ at: clock.now(), kind: 'started', action: action.id });
    if (this.#isClosed) return await new Promise<never>(() => undefined);
    if (digestOf(action) !== live.digest) return this.#end(live, 'changed_since_approval');
    const lastObstacle = obstacleTo(live, this.#parts);
    if (lastObstacle) return this.#refuse(live, lastObstacle);
    if (!outbox.begin(action.id, clock.now())) return this.#end(live, 'interrupted');
    return this.#do(live, perform);
  }

  async #hold(live: LiveAction, { action, holdSeconds }: OutboxEntry): Promise<void> {
    const { outbox, approvals, activity, clock } = this.#parts;
    const until = clock.now() + holdSeconds * 1000;
    outbox.hold(action.id, until, clock.now());
    live.progress = 'held';
    live.expiresAt = until;
    const isOver = live.waitOut(holdSeconds * 1000, clock);
    approvals.setProgress(action.id, 'held');
    this.#changed();
    await activity.append({ at: clock.now(), kind: 'held', action: action.id, until });
    await isOver;
  }

  // -------------------------------------------------------------------- steps 7 and 8

  async #do(live: LiveAction, perform: FoundService['perform']): Promise<ActionAnswer> {
    const { approvals, clock, scrubJson } = this.#parts;
    const { id, name, arguments: args, materials } = live.action;
    const { conversation, signal } = live;
    live.hasBegun = true;
    live.progress = 'doing';
    if (live.isAsked) this.#attempt(() => approvals.setProgress(id, 'doing'));
    // Nobody sees the others pass, thousands of them in a second.
    if (live.isKept) this.#changed();
    conversation.isMetaHeldBack = live.isAsked;
    const answer = await callUpstream(live, () => onBehalfOf(live.agent, () => perform({ action: id, agent: live.agent, name, arguments: args, materials, signal, conversation })), clock);
    conversation.close();
    switch (answer.kind) {
      case 'failed':
        return this.#endByService(live, 'service_failed', answer);
      case 'unknown':
        return this.#endByService(live, 'outcome_uncertain', answer);
      case 'result':
        return this.#finish(live, doneAnswer(live, scrubJson({ ...answer.result })));
    }
  }

  /** Ends it as the service said, with the service's own error. */
  #endByService(live: LiveAction, reason: EndReason, { text, error }: Exclude<UpstreamAnswer, { kind: 'result' }>): Promise<ActionAnswer> {
    const { disarm, scrub, scrubJson } = this.#parts;
    const whole = error === undefined || text.includes(error.message) ? text : `${text} ${error.message}`;
    const answer = { ...ended(live.id, reason, disarm(scrub(whole))), ...changedFieldsOf(live) };
    return this.#finish(live, error === undefined ? answer : { ...answer, error: scrubJson({ ...error }) });
  }

  async #refuse(live: LiveAction, { reason, detail }: Refusal): Promise<ActionAnswer> {
    const { activity, clock, report } = this.#parts;
    const { id } = live;
    if (reason === 'undone_by_person') await activity.append({ at: clock.now(), kind: 'undone', action: id }).catch((error: unknown) => report(String(error)));
    return this.#end(live, reason, detail);
  }

  #end(live: LiveAction, reason: EndReason, detail: string | null = null): Promise<ActionAnswer> {
    const contact = reason === 'company_policy' ? this.#parts.contact() : null;
    return this.#finish(live, { ...ended(live.id, reason, detail, contact), ...(reason === 'outcome_uncertain' ? changedFieldsOf(live) : {}) });
  }

  /** The action has ended whatever can be written of it; a record that cannot be written stops the next one (step 4). */
  async #finish(live: LiveAction, answer: ActionAnswer & { kind: 'ended' }): Promise<ActionAnswer> {
    const { activity, approvals, outbox, clock, report } = this.#parts;
    const { outcome } = answer;
    if (live.isKept) this.#attempt(() => outbox.end(live.id, answer, clock.now()));
    if (live.isAsked) this.#attempt(() => approvals.setProgress(live.id, outcome));
    const told = 'text' in answer ? { text: this.#forRecord(live, answer.text), reason: answer.reason } : { text: null };
    // What was allowed and is done need not wait for the disk: killed before it is written, it is told as unknown, which is true.
    const mayWait = !live.isKept && live.hasBegun;
    const recorded = activity.append({ at: clock.now(), kind: 'ended', action: live.id, outcome, ...told }, mayWait ? 'soon' : 'now').catch((error: unknown) => report(String(error)));
    if (!mayWait) await recorded;
    return answer;
  }

  /** A service may repeat in its error what the agent sent; the agent has it, the record need not. */
  #forRecord({ facts }: LiveAction, text: string): string {
    return facts.secrets === undefined ? text : this.#parts.secrets.mask({ text }).text;
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.report(`What became of an action could not be kept: ${String(error)}`);
    }
  }
}

/** Who signed, by name; "you" is told by `by`. */
function signedBy(signed: readonly Signature[]): Pick<AnsweredEvent, 'signatures'> {
  return signed.length === 0 ? {} : { signatures: signed.map(({ approver, name, how, at }) => ({ approver, name, how, at })) };
}
