import type { ActionId, AgentId, Digest, GrantId } from '../../preload/contract.ts';
import type { ActionAnswer, EndReason, Facts, FrozenAction, Risk } from '../model/action.ts';
import { AnsweredElsewhere } from '../model/answered-elsewhere.ts';
import type { Clock } from '../model/clock.ts';
import { disarmLine } from '../model/disarm.ts';
import type { Dispose } from '../model/disposable.ts';
import type { GrantOffer } from '../model/grant.ts';
import type { SigningNeed } from '../model/signing.ts';
import type { Decided } from './decide.ts';
import type { OutboxEntry } from './outbox.ts';
import { LiveConversation, type LiveConversationParts } from './live-conversation.ts';

/** Why an action is not done (any more). */
export interface Refusal {
  readonly reason: EndReason;
  /** One more sentence for the agent; scrubbed. */
  readonly detail: string | null;
}

export interface LiveActionParts {
  readonly facts: Facts;
  readonly target: string;
  readonly risk: () => Risk | null;
  /** Of what the agent asked for; absent: the action's own. */
  readonly requestDigest?: Digest;
  /** What the outbox has of it, where a person had changed it before a restart. */
  readonly edited?: OutboxEntry | undefined;
}

/** An action that is on its way through the gate. */
export class LiveAction {
  /** What its connection led to when it was described. */
  readonly target: string;
  /** Of what the agent asked for: its same call again finds the action by it, also once a person changed something. */
  readonly requestDigest: Digest;
  /** With whoever waits for it. */
  readonly conversation: LiveConversation;
  progress: 'waiting' | 'held' | 'doing' = 'doing';
  expiresAt: number;
  /** Requests that are waiting for the answer right now. */
  callers = 0;
  /** True once it is in the outbox: its answer is kept until the agent fetched it. */
  isKept = false;
  /** The person is asked, or was: a rule that says ask does not stand in its way. */
  isAsked = false;
  /** The person said yes, or nobody had to: the agent going away no longer takes it back. */
  isApproved = false;
  /** What the yes to its card takes beside the button; null: nothing. */
  signing: SigningNeed | null = null;
  /** What its card offers to allow for a while. */
  offers: readonly GrantOffer[] = [];
  /** The standing answer that let it through. */
  grant: GrantId | undefined;
  /** It may have left. From here on it cannot be stopped, only cut off. */
  hasBegun = false;
  /** What the rules said of it last; see `decideAt`. */
  decided: Decided | undefined;
  answer!: Promise<ActionAnswer>;
  #action: FrozenAction;
  #facts: Facts;
  #edited: OutboxEntry | undefined;
  #risk: () => Risk | null;
  readonly #abort = new AbortController();
  #stopped: Refusal | undefined;
  #onStop: (() => void) | undefined;
  #onCutOff: (() => void) | undefined;

  constructor(action: FrozenAction, { facts, target, risk, requestDigest = action.digest, edited }: LiveActionParts, conversation: LiveConversationParts) {
    this.#action = action;
    this.#facts = facts;
    this.target = target;
    this.#risk = risk;
    this.#edited = edited;
    this.requestDigest = requestDigest;
    this.expiresAt = action.requestedAt;
    this.conversation = new LiveConversation(conversation);
  }

  get action(): FrozenAction {
    return this.#action;
  }

  get facts(): Facts {
    return this.#facts;
  }

  /** What was described, decided and shown last; what is done must still have it. */
  get digest(): Digest {
    return this.#action.digest;
  }

  /** What the outbox has of it since a person changed it. */
  get edited(): OutboxEntry | undefined {
    return this.#edited;
  }

  /** A person changed it while it waited: from here on it is another action under the same id, and has to be decided anew. */
  become(entry: OutboxEntry, risk: Risk): void {
    this.#action = entry.action;
    this.#facts = entry.facts;
    this.#edited = entry;
    this.#risk = () => risk;
    this.decided = undefined;
  }

  get id(): ActionId {
    return this.action.id;
  }

  get agent(): AgentId {
    return this.action.agent;
  }

  /** How much is at stake, as its card says; null where it is not known any more. */
  get risk(): Risk | null {
    return this.#risk();
  }

  /** Set once somebody stopped it, for good. */
  get stopped(): Refusal | undefined {
    return this.#stopped;
  }

  /** Stops it wherever it is, unless it has begun; the first reason counts. False: too late. */
  stop(reason: EndReason, detail: string | null = null): boolean {
    if (this.hasBegun) return false;
    this.#stopped ??= { reason, detail };
    this.#onStop?.();
    return true;
  }

  /** Aborted when it is cut off. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Ends what is being done, as far as the service heeds it; nothing passes between it and the agent from here on. */
  cutOff(): void {
    if (this.#abort.signal.aborted) return;
    this.conversation.close();
    this.#abort.abort();
    this.#onCutOff?.();
  }

  /** Calls back when it is cut off, or now when it was already; null: no longer. */
  whenCutOff(listener: (() => void) | null): void {
    this.#onCutOff = listener ?? undefined;
    if (this.#abort.signal.aborted) listener?.();
  }

  /** Nobody waits for it any more; why not, as the signal that ended the waiting has it. */
  withdraw(why: unknown): void {
    if (this.isApproved) return;
    const { reason, detail } = withdrawn(why);
    this.stop(reason, detail);
  }

  /** Calls back when it is stopped, or now when it was already; null: no longer. */
  whenStopped(listener: (() => void) | null): void {
    this.#onStop = listener ?? undefined;
    if (this.#stopped) listener?.();
  }

  /** Resolves once what was started calls back, or as soon as it is stopped. */
  async waitOut(start: (over: () => void) => Dispose): Promise<void> {
    const over = Promise.withResolvers<undefined>();
    const stop = start(() => over.resolve(undefined));
    this.whenStopped(() => over.resolve(undefined));
    await over.promise;
    stop();
    this.whenStopped(null);
  }
}

const longestName = 80;

function withdrawn(why: unknown): Refusal {
  if (!(why instanceof AnsweredElsewhere)) return { reason: 'withdrawn_by_agent', detail: null };
  return { reason: `${why.answer}_elsewhere`, detail: why.by === null ? null : `By: ${disarmLine(why.by.slice(0, longestName))}.` };
}

/** Resolves with the answer, or with `undefined` once that much time has passed (null: no limit) or the signal aborted. */
export function answerWithin(live: LiveAction, milliseconds: number | null, clock: Clock, signal: AbortSignal): Promise<ActionAnswer | undefined> {
  return new Promise((resolve, reject) => {
    let isWaiting = true;
    const leave = (): void => {
      if (!isWaiting) return;
      isWaiting = false;
      stopTimer?.();
      signal.removeEventListener('abort', onAbort);
      live.callers -= 1;
    };
    const onAbort = (): void => {
      leave();
      resolve(undefined);
    };
    const stopTimer =
      milliseconds === null
        ? undefined
        : clock.after(milliseconds, () => {
            leave();
            resolve(undefined);
          });
    live.callers += 1;
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    live.answer.then(
      (answer) => {
        leave();
        resolve(answer);
      },
      (error: unknown) => {
        leave();
        reject(error);
      },
    );
  });
}
