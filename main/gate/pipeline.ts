import type { ActionId, AgentId, GrantId, HeldAction, Result } from '../../preload/contract.ts';
import type { ActionAnswer, ActionRequest, Decision, Described, FrozenAction } from '../model/action.ts';
import type { Conversation } from '../model/conversation.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import type { GrantOffer } from '../model/grant.ts';
import { reachesEffect, type Reach } from '../model/reach.ts';
import { say } from '../model/say.ts';
import { decideAt } from './decide.ts';
import { describeRequest, largestCard, rejected } from './describe.ts';
import { ended } from './ended.ts';
import { Editing } from './editing.ts';
import { Execution } from './execution.ts';
import type { Gate } from './gate.ts';
import { holdSecondsOf } from './hold.ts';
import { mayPass, withoutWords } from './held-back.ts';
import { KeptAnswers } from './kept-answers.ts';
import { answerWithin, LiveAction, type LiveActionParts } from './live-actions.ts';
import { obstacleTo } from './obstacle.ts';
import type { OutboxLine } from './outbox.ts';
import type { GateParts } from './parts.ts';
import { Refusals } from './refusals.ts';

/** Questions one agent may have open; more than that no person reads. */
const mostWaiting = 20;

/** The eight steps, in the order of docs/architecture.md. */
export class Pipeline implements Gate {
  /** What a person may change of an action that waits for their answer, and what it becomes by that. */
  readonly editing: Editing;
  readonly #parts: GateParts;
  readonly #execution: Execution;
  readonly #live = new Map<ActionId, LiveAction>();
  readonly #changed = new Emitter<void>();
  readonly #refusals = new Refusals();
  readonly #kept: KeptAnswers;
  #isClosed = false;

  constructor(parts: GateParts) {
    this.#parts = parts;
    this.#execution = new Execution(parts, () => this.#changed.emit());
    this.#kept = new KeptAnswers(parts);
    this.editing = new Editing(parts, (id) => this.#live.get(id));
    parts.pause.onChange((isPaused) => {
      if (isPaused) for (const live of this.#live.values()) cutOff(live, 'paused');
    });
  }

  async perform(request: ActionRequest): Promise<ActionAnswer> {
    const known = await describeRequest(request, this.#parts);
    if ('kind' in known) return known;
    const { action, described, perform, target, found, isEditable } = known;

    const isReached = reachesEffect(request.reach, action.connection, described.facts.effect);
    const earlier = isReached ? this.#pickUp(action) : undefined;
    if (earlier) return earlier instanceof LiveAction ? this.#answer(earlier, request.signal, request.conversation) : earlier;

    const live = this.#newLive(action, { facts: described.facts, target, risk: () => described.card.risk });
    this.#parts.grants.endDue();
    const decision = decideAt(live, this.#parts, action.requestedAt);
    // It goes the same way from here, so that the attempt is on record.
    if (!isReached) live.stop('outside_token');
    const isRefused = (decision.answer === 'ask' || decision.wouldAsk === true) && this.#refusals.areEnough(action.digest);
    if (isRefused) live.stop('refused_before');
    const isStopped = !isReached || isRefused;
    const refusal = isStopped ? undefined : this.#refusalToAsk(action.agent, described, decision);
    if (refusal) return refusal;
    if (isReached && decision.answer === 'allow' && decision.grant !== undefined) this.#passBy(live, decision.grant);
    const isHeld = holdSecondsOf(described.facts.effect, this.#parts.settings()) > 0;
    live.isAsked = decision.answer === 'ask';
    live.signing = decision.signing ?? null;
    live.isKept = !isStopped && (live.isAsked || (decision.answer === 'allow' && isHeld));
    live.isApproved = live.isKept && !live.isAsked;
    this.#start(live, this.#execution.run({ live, described, decision, perform, isHeld, owners: found?.owners ?? [], isEditable }));
    return this.#answer(live, request.signal, request.conversation);
  }

  async wait(agent: AgentId, id: ActionId, signal: AbortSignal, conversation?: Conversation, reach: Reach = null): Promise<ActionAnswer | undefined> {
    const live = this.#live.get(id);
    if (live) return live.agent === agent && reachesEffect(reach, live.action.connection, live.facts.effect) ? this.#answer(live, signal, conversation) : undefined;
    return this.#kept.get(agent, id, reach);
  }

  /** Stops an approved action that is still held. */
  undo(id: ActionId): Result<null> {
    const live = this.#live.get(id);
    if (live?.progress !== 'held' || live.stopped || !live.stop('undone_by_person')) return { ok: false, problem: say('undo.problem.tooLate') };
    return { ok: true, value: null };
  }

  /** What the person may grant with their yes to that action; undefined when its card offers nothing of that name. */
  offer(id: ActionId, name: string): { readonly action: FrozenAction; readonly offer: GrantOffer } | undefined {
    const live = this.#live.get(id);
    const offer = live?.offers.find((offer) => offer.id === name);
    return live && offer && { action: live.action, offer };
  }

  /** The same call again is a new request from here on: the person allowed what nobody had answered. */
  letAskAgain(id: ActionId): void {
    this.#kept.markDelivered(id);
  }

  /** Approved actions that are waiting out their hold, soonest first. */
  held(): readonly HeldAction[] {
    return this.#parts.outbox.held().map(({ entry, heldUntil }) => ({
      action: entry.action.id,
      agentName: this.#parts.agents.name(entry.action.agent),
      summary: entry.summary,
      heldUntil: heldUntil ?? 0,
    }));
  }

  onChange(listener: () => void): Dispose {
    return this.#changed.on(listener);
  }

  /** Ends what that agent has open: it was paused. */
  stopAgent(agent: AgentId): void {
    for (const live of this.#live.values()) if (live.agent === agent) cutOff(live, 'agent_paused');
  }

  /** Ends what that agent has open and drops what was kept for it: it was forgotten. */
  forgetAgent(agent: AgentId): void {
    for (const live of this.#live.values()) if (live.agent === agent) cutOff(live, 'access_removed');
    this.#parts.outbox.forgetAgent(agent);
  }

  /** Ends what is no longer allowed, before it begins: rules, connections or what an agent may use have changed. */
  stopForbidden(): void {
    for (const live of this.#live.values()) {
      const obstacle = live.hasBegun ? undefined : obstacleTo(live, this.#parts);
      if (obstacle) live.stop(obstacle.reason, obstacle.detail);
    }
  }

  /** After a start, before any request: goes on with what was waiting or held, and tells what may have happened as unknown. */
  async recover(): Promise<void> {
    const { activity, approvals, outbox } = this.#parts;
    this.#kept.forgetOld();
    const withoutEnd = new Set(await activity.actionsWithoutEnd());
    for (const line of outbox.open()) {
      const { entry, digest: requestDigest } = line;
      const { action, facts, target } = entry;
      // The record says that it has ended, or does not know it: then the outbox is what is behind. Who wanted to connect is gone.
      if (withoutEnd.has(action.id) && !isOfRun(action)) this.#goOn(this.#newLive(action, { facts, target, requestDigest, edited: entry.edit && entry, risk: () => this.#parts.approvals.ofAction(action.id)?.card.risk ?? null }), line);
      else if (!this.#live.has(action.id)) outbox.end(action.id, ended(action.id, line.state === 'doing' ? 'outcome_uncertain' : 'interrupted'));
    }
    approvals.withdrawUnclaimed();
    for (const id of withoutEnd) if (!this.#live.has(id)) await this.#recordEnd(id);
    this.#changed.emit();
  }

  /** Nothing is taken or begun from here on; questions and holds stay for the next start. */
  close(): void {
    this.#isClosed = true;
    this.#execution.close();
  }

  // -------------------------------------------------------------------- steps

  #newLive(action: FrozenAction, parts: LiveActionParts): LiveAction {
    const { clock, scrubJson } = this.#parts;
    return new LiveAction(action, parts, { clock, scrubJson, isOpen: () => mayPass(action.agent, action.connection, this.#parts) });
  }

  #refusalToAsk(agent: AgentId, { card }: Described, { answer }: Decision): ActionAnswer | undefined {
    if (this.#isClosed) return rejected('unavailable', 'Countersign is closing. Nothing was done.');
    if (answer !== 'ask') return undefined;
    const waiting = [...this.#live.values()].filter((live) => live.agent === agent && live.isAsked && !live.isApproved);
    if (waiting.length >= mostWaiting) {
      return rejected('too_many_waiting', `${mostWaiting} of your requests already wait for the person. Nothing was done. Wait for their answers first.`);
    }
    if (JSON.stringify(card).length <= largestCard) return undefined;
    return rejected('invalid_arguments', 'This needs a person’s approval and is too large for a person to look through. Nothing was done. Make it smaller.');
  }

  /** A standing answer let it through: from here on it counts as used, whatever becomes of the action. */
  #passBy(live: LiveAction, grant: GrantId): void {
    live.grant = grant;
    this.#parts.grants.use(grant);
  }

  /** The same call again: joins the one on its way, or fetches the answer that was kept for it. */
  #pickUp(action: FrozenAction): LiveAction | ActionAnswer | undefined {
    for (const live of this.#live.values()) if (live.isKept && live.agent === action.agent && live.requestDigest === action.digest) return live;
    return this.#kept.pickUp(action);
  }

  #start(live: LiveAction, run: Promise<ActionAnswer>): void {
    this.#live.set(live.id, live);
    live.answer = this.#follow(live, run);
  }

  async #follow(live: LiveAction, run: Promise<ActionAnswer>): Promise<ActionAnswer> {
    try {
      const answer = await run;
      if ('reason' in answer && answer.reason === 'denied_by_person') this.#refusals.note(live.requestDigest);
      return answer;
    } catch (error) {
      return await this.#execution.crashed(live, error);
    } finally {
      this.#live.delete(live.id);
      live.conversation.close();
      this.#kept.forgetOld();
      if (live.isKept) this.#changed.emit();
    }
  }

  #goOn(live: LiveAction, { entry, state, heldUntil }: OutboxLine): void {
    live.isKept = true;
    this.#start(live, this.#execution.resume(live, entry, state, heldUntil));
  }

  async #answer(live: LiveAction, signal: AbortSignal, conversation?: Conversation): Promise<ActionAnswer> {
    const { clock, waitSeconds } = this.#parts;
    const joined = conversation && live.conversation.join(conversation);
    const answer = await answerWithin(live, live.isKept ? waitSeconds(live.agent) * 1000 : null, clock, signal);
    joined?.leave(signal.aborted);
    if (answer) {
      const isHeldBack = this.#kept.isHeldBack(live.action, answer);
      if (live.isKept && !signal.aborted && !isHeldBack) this.#kept.markDelivered(live.id);
      return isHeldBack ? withoutWords(live.action, answer) : answer;
    }
    // At the end of the app every client goes away; their questions stay for the next start.
    if (signal.aborted && live.callers === 0 && !this.#isClosed) {
      live.withdraw(signal.reason);
      if (!live.isKept) live.cutOff();
    }
    return { kind: 'waiting', action: live.id, progress: live.progress, expiresAt: live.expiresAt, ...this.#asShown(live) };
  }

  /** What its card says by now: somebody may have signed it, or have been given more time. */
  #asShown({ id, progress }: LiveAction): { readonly expiresAt?: number; readonly isSignedOnce?: true } {
    const shown = progress === 'waiting' ? this.#parts.approvals.ofAction(id) : undefined;
    if (shown === undefined) return {};
    const isSignedOnce = shown.signing?.people === 2 && shown.signing.signed.length === 1;
    return { expiresAt: shown.expiresAt, ...(isSignedOnce ? { isSignedOnce } : {}) };
  }

  /** What the record does not know the end of: the outbox may, and otherwise nobody does. */
  async #recordEnd(action: ActionId): Promise<void> {
    const { activity, clock, outbox } = this.#parts;
    const answer = outbox.endOf(action) ?? ended(action, 'outcome_uncertain');
    const told = 'text' in answer ? { text: answer.text, reason: answer.reason } : { text: null };
    await activity.append({ at: clock.now(), kind: 'ended', action, outcome: answer.outcome, ...told });
  }
}

function cutOff(live: LiveAction, why: 'paused' | 'agent_paused' | 'access_removed'): void {
  live.stop(why);
  live.cutOff();
}

/** What reaches out for a run ends with it, and every run ends with the app. */
function isOfRun({ kind }: FrozenAction): boolean {
  return kind === 'connect' || kind === 'useCredential';
}
