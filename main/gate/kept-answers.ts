import type { ActionId, AgentId } from '../../preload/contract.ts';
import type { ActionAnswer, Facts, FrozenAction } from '../model/action.ts';
import { reachesEffect, type Reach } from '../model/reach.ts';
import { holdsWords, mayPass, withoutWords } from './held-back.ts';
import type { EndedAnswer, OutboxLine } from './outbox.ts';
import type { GateParts } from './parts.ts';

/** Milliseconds for which an answer is kept that nobody fetched (a day). */
const keepAnswersMs = 24 * 60 * 60 * 1000;
/** How long the same call fetches a kept answer that says nothing was changed; later it is a new request. */
const sameRequestMs = 10 * 60 * 1000;
/** Days that begin before midnight and end after: cards stay in today's list that long at the least. */
const keepCardsMs = 2 * keepAnswersMs;
/** Milliseconds between two looks for answers that are too old to be kept. */
const forgetEveryMs = 60_000;

/** Answers of actions that have ended, kept in the outbox until their agent fetched them: once. */
export class KeptAnswers {
  readonly #parts: GateParts;
  #forgotAt = -Infinity;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** The answer kept for the same call, which counts as fetched by that. */
  pickUp({ agent, digest }: FrozenAction): ActionAnswer | undefined {
    const kept = this.#parts.outbox.undelivered(agent, digest);
    return kept?.answer && this.#isSameRequest(kept, kept.answer) ? this.#deliver(kept, kept.answer) : undefined;
  }

  /** The answer of one action of that agent's, as far as its token reaches. */
  get(agent: AgentId, id: ActionId, reach: Reach): ActionAnswer | undefined {
    const kept = this.#parts.outbox.get(agent, id);
    if (kept && !reachesKept(reach, kept)) return undefined;
    return kept?.answer ? this.#deliver(kept, kept.answer) : undefined;
  }

  /** An answer that could not be marked is given once more; nothing is done again by that. */
  markDelivered(id: ActionId): void {
    try {
      this.#parts.outbox.markDelivered(id);
    } catch (error) {
      this.#parts.report(`An answer could not be marked as delivered: ${String(error)}`);
    }
  }

  /** Whether what a service said in that answer may not pass to its agent now. */
  isHeldBack({ agent, connection }: FrozenAction, answer: ActionAnswer): boolean {
    return holdsWords(answer) && !mayPass(agent, connection, this.#parts);
  }

  /** Drops answers nobody fetched and cards answered long ago, now and then. */
  forgetOld(): void {
    const { approvals, clock, outbox, report } = this.#parts;
    if (clock.elapsed() - this.#forgotAt < forgetEveryMs) return;
    this.#forgotAt = clock.elapsed();
    try {
      outbox.forgetEndedOlderThan(keepAnswersMs);
      approvals.forgetAnsweredOlderThan(keepCardsMs);
    } catch (error) {
      report(`Old answers could not be dropped: ${String(error)}`);
    }
  }

  /** An old refusal or an old search is no answer to a new request; that something was done, or may have been, is. */
  #isSameRequest(line: OutboxLine, { outcome }: EndedAnswer): boolean {
    const mayHaveChanged = line.entry.facts.effect !== 'read' && (outcome === 'done' || outcome === 'done_with_changes' || outcome === 'unknown');
    return Math.abs(this.#parts.outbox.ageOf(line)) <= (mayHaveChanged ? keepAnswersMs : sameRequestMs);
  }

  #deliver({ entry }: OutboxLine, answer: EndedAnswer): ActionAnswer {
    const { action } = entry;
    if (this.isHeldBack(action, answer)) return withoutWords(action, answer);
    this.markDelivered(action.id);
    return answer;
  }
}

/** Once its answer was delivered nobody knows its effect any more. */
function reachesKept(reach: Reach, { entry: { action, facts } }: OutboxLine): boolean {
  const known: Partial<Facts> | undefined = facts;
  return reachesEffect(reach, action.connection, known?.effect ?? 'unknown');
}
