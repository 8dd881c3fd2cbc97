import type { ActionId, AgentId, GrantId, HeldAction, Result } from '../../preload/contract.ts';
import type { ActionAnswer, ActionRequest, Decision, Described, Facts, FrozenAction } from '../model/action.ts';
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
import { holdsWords, mayPass, withoutWords } from './held-back.ts';
import { answerWithin, LiveAction, type LiveActionParts } from './live-actions.ts';
import { obstacleTo } from './obstacle.ts';
import type { EndedAnswer, OutboxLine } from './outbox.ts';
import type { GateParts } from './parts.ts';
import { Refusals } from './refusals.ts';

const keepAnswersMs = 24 * 60 * 60 * 1000;
/** How long the same call fetches a kept answer that says nothing was changed; later it is a new request. */
const sameRequestMs = 10 * 60 * 1000;
/** Days that begin before midnight and end after: cards stay in today's list that long at the least. */
const keepCardsMs = 2 * keepAnswersMs;
/** Questions one agent may have open; more than that no person reads. */
const mostWaiting = 20;
/** Milliseconds between two looks for answers that are too old to be kept. */
const forgetEveryMs = 60_000;

/** The eight steps, in the order of docs/architecture.md. */
export class Pipeline implements Gate {
  /** What a person may change of an action that waits for their answer, and what it becomes by that. */
  readonly editing: Editing;
  readonly #parts: GateParts;
  readonly #execution: Execution;
  readonly #live = new Map<ActionId, LiveAction>();
  readonly #changed = new Emitter<void>();
  readonly #refusals = new Refusals();
  #isClosed = false;
  #forgotAt = 0;

  constructor(parts: GateParts) {
    this.#parts = parts;
    this.#execution = new Execution(parts, () => this.#changed.emit());
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
    const decision = decideAt(live, this.#parts, action.requestedAt);
    // It goes the same way from here, so that the attempt is on record.
    if (!isReached) live.stop('outside_token');
    const isRefused = decision.answer === 'ask' && this.#refusals.areEnough(action.digest);
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
    const kept = this.#parts.outbox.get(agent, id);
    if (kept && !reachesKept(reach, kept)) return undefined;
    return kept?.answer ? this.#deliver(kept, kept.answer) : undefined;
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
    const { activity, approvals, outbox, clock } = this.#parts;
    this.#forgetOld();
    const withoutEnd = new Set(await activity.actionsWithoutEnd());
    for (const line of outbox.open()) {
      const { entry, digest: requestDigest } = line;
      const { action, facts, target } = entry;
      // The record says that it has ended, or does not know it: then the outbox is what is behind. Who wanted to connect is gone.
      if (withoutEnd.has(action.id) && !isOfRun(action)) this.#goOn(this.#newLive(action, { facts, target, requestDigest, edited: entry.edit && entry, risk: () => this.#parts.approvals.ofAction(action.id)?.card.risk ?? null }), line);
      else if (!this.#live.has(action.id)) outbox.end(action.id, ended(action.id, line.state === 'doing' ? 'outcome_uncertain' : 'interrupted'), clock.now());
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
  #pickUp({ agent, digest }: FrozenAction): LiveAction | ActionAnswer | undefined {
    for (const live of this.#live.values()) if (live.isKept && live.agent === agent && live.requestDigest === digest) return live;
    const kept = this.#parts.outbox.undelivered(agent, digest);
    return kept?.answer && this.#isSameRequest(kept, kept.answer) ? this.#deliver(kept, kept.answer) : undefined;
  }

  /** An old refusal or an old search is no answer to a new request; that something was done, or may have been, is. */
  #isSameRequest({ entry, changedAt }: OutboxLine, { outcome }: EndedAnswer): boolean {
    const mayHaveChanged = entry.facts.effect !== 'read' && (outcome === 'done' || outcome === 'done_with_changes' || outcome === 'unknown');
    return Math.abs(this.#parts.clock.now() - changedAt) <= (mayHaveChanged ? keepAnswersMs : sameRequestMs);
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
      this.#forgetOld();
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
      const isHeldBack = this.#isHeldBack(live.action, answer);
      if (live.isKept && !signal.aborted && !isHeldBack) this.#markDelivered(live.id);
      return isHeldBack ? withoutWords(live.action, answer) : answer;
    }
    // At the end of the app every client goes away; their questions stay for the next start.
    if (signal.aborted && live.callers === 0 && !this.#isClosed) {
      live.withdraw(signal.reason);
      if (!live.isKept) live.cutOff();
    }
    return { kind: 'waiting', action: live.id, progress: live.progress, expiresAt: live.expiresAt, ...this.#signedOnce(live) };
  }

  #signedOnce({ id, signing, progress }: LiveAction): { readonly isSignedOnce?: true } {
    if (signing?.people !== 2 || progress !== 'waiting') return {};
    return this.#parts.approvals.ofAction(id)?.signing?.signed.length === 1 ? { isSignedOnce: true } : {};
  }

  #deliver({ entry }: OutboxLine, answer: EndedAnswer): ActionAnswer {
    const { action } = entry;
    if (this.#isHeldBack(action, answer)) return withoutWords(action, answer);
    this.#markDelivered(action.id);
    return answer;
  }

  #markDelivered(id: ActionId): void {
    try {
      this.#parts.outbox.markDelivered(id);
    } catch (error) {
      this.#parts.report(`An answer could not be marked as delivered: ${String(error)}`);
    }
  }

  #isHeldBack({ agent, connection }: FrozenAction, answer: ActionAnswer): boolean {
    return holdsWords(answer) && !mayPass(agent, connection, this.#parts);
  }

  /** What the record does not know the end of: the outbox may, and otherwise nobody does. */
  async #recordEnd(action: ActionId): Promise<void> {
    const { activity, clock, outbox } = this.#parts;
    const answer = outbox.endOf(action) ?? ended(action, 'outcome_uncertain');
    const told = 'text' in answer ? { text: answer.text, reason: answer.reason } : { text: null };
    await activity.append({ at: clock.now(), kind: 'ended', action, outcome: answer.outcome, ...told });
  }

  #forgetOld(): void {
    const { approvals, clock, outbox, report } = this.#parts;
    if (Math.abs(clock.now() - this.#forgotAt) < forgetEveryMs) return;
    this.#forgotAt = clock.now();
    try {
      outbox.forgetEndedBefore(clock.now() - keepAnswersMs);
      approvals.forgetAnsweredBefore(clock.now() - keepCardsMs);
    } catch (error) {
      report(`Old answers could not be dropped: ${String(error)}`);
    }
  }
}

/** Once its answer was delivered nobody knows its effect any more. */
function reachesKept(reach: Reach, { entry: { action, facts } }: OutboxLine): boolean {
  const known: Partial<Facts> | undefined = facts;
  return reachesEffect(reach, action.connection, known?.effect ?? 'unknown');
}

function cutOff(live: LiveAction, why: 'paused' | 'agent_paused' | 'access_removed'): void {
  live.stop(why);
  live.cutOff();
}

/** What reaches out for a run ends with it, and every run ends with the app. */
function isOfRun({ kind }: FrozenAction): boolean {
  return kind === 'connect' || kind === 'useCredential';
}
