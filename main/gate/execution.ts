import type { ConnectionId } from '../../preload/contract.ts';
import { possibleOffers } from '../approvals/grant-offers.ts';
import type { ActionAnswer, Decision, Described, EndReason } from '../model/action.ts';
import { startCountdown } from '../model/countdown.ts';
import type { Dispose } from '../model/disposable.ts';
import { onBehalfOf } from '../model/on-behalf-of.ts';
import type { UpstreamAnswer } from '../model/upstream.ts';
import { Asking } from './asking.ts';
import { callUpstream } from './call-upstream.ts';
import { ended } from './ended.ts';
import { asKept, changedFieldsOf, doneAnswer } from './edited.ts';
import { findService, type FoundService } from './find-service.ts';
import { digestOf } from './freeze.ts';
import { holdSecondsOf } from './hold.ts';
import type { LiveAction, Refusal } from './live-actions.ts';
import { obstacleTo, refusalOf } from './obstacle.ts';
import type { OutboxEntry, OutboxState } from './outbox.ts';
import type { GateParts } from './parts.ts';
import { recordIntent } from './record-intent.ts';

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

/**
 * How long after its hold should have ended an approved action is still done when the app was stopped or the computer slept
 * meanwhile. A clock that says more than that, in either direction, says that nobody knows how long it was.
 */
const staleAfterMs = 10 * 60 * 1000;
/** Milliseconds by which the end of a hold on screen may be off before it is told anew. */
const mostOffMs = 1000;

/** Steps 4 to 8 for one action; step 5, the question, is in `asking.ts`. */
export class Execution {
  readonly #parts: GateParts;
  readonly #changed: () => void;
  readonly #asking: Asking;
  #isClosed = false;

  constructor(parts: GateParts, changed: () => void) {
    this.#parts = parts;
    this.#changed = changed;
    this.#asking = new Asking(parts);
  }

  /** Nothing begins from here on; what waits or is held stays as it is in `state.db`, for the next start. */
  close(): void {
    this.#isClosed = true;
  }

  async run({ live, described, decision, perform, isHeld, owners, isEditable }: Run): Promise<ActionAnswer> {
    const { outbox, settings } = this.#parts;
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
      outbox.add(asKept(asked, this.#parts), 'waiting');
      const refusal = await this.#asking.ask(live, asked, described, decision, isEditable());
      if (refusal) return this.#refuse(live, refusal);
    } else {
      outbox.add(asKept(asked, this.#parts), 'held');
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
    const { approvals, clock, settings } = this.#parts;
    const { action } = entry;
    live.isAsked = state === 'waiting' || approvals.isApproved(action.id);
    live.isApproved = state !== 'waiting';
    live.signing = approvals.ofAction(action.id)?.signing ?? null;
    if (state === 'doing') return this.#end(live, 'outcome_uncertain');
    if (state === 'waiting') {
      const open = approvals.resume(action.id, settings().answerWithinSeconds);
      if (!open) return this.#end(live, 'interrupted');
      const { card } = open.approval;
      live.offers = possibleOffers(action, entry.facts, card.risk).filter(({ id }) => card.grants?.some((offered) => offered.id === id));
      const { answeredAt } = open.approval;
      if (answeredAt !== null && Math.abs(clock.now() - answeredAt) > staleAfterMs) return this.#end(live, 'interrupted');
      const refusal = await this.#asking.settle(live, open);
      if (refusal) return this.#refuse(live, refusal);
    } else if (Math.abs(clock.now() - (heldUntil ?? 0)) > staleAfterMs) {
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
    if (!outbox.begin(action.id)) return this.#end(live, 'interrupted');
    return this.#do(live, perform);
  }

  async #hold(live: LiveAction, { action, holdSeconds }: OutboxEntry): Promise<void> {
    const milliseconds = holdSeconds * 1000;
    const recorded = this.#showHeld(live, milliseconds);
    live.progress = 'held';
    const isOver = live.waitOut((over) => this.#countDown(live, milliseconds, over));
    this.#parts.approvals.setProgress(action.id, 'held');
    this.#changed();
    await recorded;
    await isOver;
  }

  /** Whoever comes back to a computer that slept sees the whole hold again, or that it was given up. */
  #countDown(live: LiveAction, milliseconds: number, over: () => void): Dispose {
    const { clock, report } = this.#parts;
    const countdown = startCountdown({
      clock,
      milliseconds,
      over,
      looked: (slept) => {
        if (this.#isClosed) return undefined;
        if (slept > staleAfterMs) return void live.stop('interrupted', 'The computer slept meanwhile.');
        if (slept > 0) countdown.restart(milliseconds);
        if (slept === 0 && Math.abs(clock.now() + countdown.left() - live.expiresAt) <= mostOffMs) return undefined;
        this.#attempt(() => void this.#showHeld(live, countdown.left()).catch((error: unknown) => report(String(error))));
        return this.#changed();
      },
    });
    return countdown.stop;
  }

  #showHeld(live: LiveAction, left: number): Promise<unknown> {
    const { activity, clock, outbox } = this.#parts;
    const until = clock.now() + left;
    outbox.hold(live.id, until);
    live.expiresAt = until;
    return activity.append({ at: clock.now(), kind: 'held', action: live.id, until });
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
    if (live.isKept) this.#attempt(() => outbox.end(live.id, answer));
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
