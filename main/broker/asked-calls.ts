import { randomBytes } from 'node:crypto';
import type { AgentId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { InputRefusedError, type Conversation, type InputRequest, type LogLevel } from '../model/conversation.ts';
import type { Dispose } from '../model/disposable.ts';
import type { JsonObject } from '../model/json.ts';
import { isAnswerTo, isSevereEnough, requireCapability } from './client-conversation.ts';
import { invalidParams, RpcFailure } from './json-rpc.ts';

/** Milliseconds an agent's client has to answer a service's question; then the call is cut off. */
export const answerTime = 10 * 60_000;
/** Milliseconds in which questions that a service asks at the same time are gathered into one answer. */
const gatherTime = 10;
/** Calls of one agent that may wait for its client's answers. */
const mostAsked = 32;

type Questions = Readonly<Record<string, InputRequest>>;
type Answers = Readonly<Record<string, JsonObject>>;

/** The client behind one HTTP exchange or line: where progress and log messages of the call go meanwhile. */
export interface Listener {
  readonly capabilities: JsonObject;
  readonly meta: JsonObject;
  readonly logLevel: LogLevel | null;
  readonly wantsProgress: boolean;
  progress(params: JsonObject): void;
  log(params: JsonObject): void;
}

/** What makes a retry the same call: it may answer no other. */
export interface CallIdentity {
  readonly agent: AgentId;
  /** The method, the endpoint and the canonical form of the params. */
  readonly fingerprint: string;
}

export type Step =
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'questions'; readonly questions: Questions; readonly state: string };

interface Gathered {
  readonly questions: Questions;
  readonly resolve: (answers: Answers) => void;
  readonly reject: (error: Error) => void;
}

/** One call on its way that may ask its client something (MCP 2026-07-28, "Multi Round-Trip Requests"). */
class AskedCall implements Conversation {
  readonly identity: CallIdentity;
  readonly abort = new AbortController();
  readonly #clock: Clock;
  readonly #given: JsonObject;
  listener: Listener;
  outcome: Promise<JsonObject> = Promise.resolve({});
  #open: Gathered[] = [];
  #asked = Promise.withResolvers<undefined>();
  #isGathering = false;
  #counter = 0;

  constructor(identity: CallIdentity, listener: Listener, given: JsonObject, clock: Clock) {
    this.identity = identity;
    this.listener = listener;
    this.#given = given;
    this.#clock = clock;
  }

  get capabilities(): JsonObject {
    return this.listener.capabilities;
  }

  get meta(): JsonObject {
    return this.listener.meta;
  }

  get logLevel(): LogLevel | null {
    return this.listener.logLevel;
  }

  get wantsProgress(): boolean {
    return this.listener.wantsProgress;
  }

  progress(params: JsonObject): void {
    this.listener.progress(params);
  }

  log(params: JsonObject): void {
    if (isSevereEnough(params, this.logLevel)) this.listener.log(params);
  }

  async ask(questions: Questions): Promise<Answers> {
    for (const question of Object.values(questions)) requireCapability(question, this.capabilities);
    if (this.abort.signal.aborted) throw gone();
    const given = answersFor(questions, this.#given);
    if (given !== undefined) return given;
    return await new Promise((resolve, reject) => {
      this.#open.push({ questions, resolve, reject });
      if (!this.#isGathering) this.#clock.after(gatherTime, () => this.#asked.resolve(undefined));
      this.#isGathering = true;
    });
  }

  /** Resolves when it has ended, or asks something. */
  async next(): Promise<'ended' | 'asked'> {
    return Promise.race([this.outcome.then(() => 'ended' as const), this.#asked.promise.then(() => 'asked' as const)]);
  }

  /** Everything that is asked now, each under a name of its own; two questions with one name get another. */
  questions(): Questions {
    const all: Record<string, InputRequest> = {};
    this.#open = this.#open.map((gathered) => {
      const names = new Map(Object.keys(gathered.questions).map((name) => [name, name in all ? `${name}-${(this.#counter += 1)}` : name]));
      const questions = Object.fromEntries(Object.entries(gathered.questions).map(([name, question]) => [names.get(name) ?? name, question]));
      Object.assign(all, questions);
      const resolve = (answers: Answers): void => gathered.resolve(Object.fromEntries([...names].map(([own, shown]) => [own, answers[shown] ?? {}])));
      return { questions, resolve, reject: gathered.reject };
    });
    return all;
  }

  /** True when the answers are whole; it goes on then. False: ask again. */
  answer(responses: JsonObject): boolean {
    const answers = answersFor(this.questions(), responses);
    if (answers === undefined) return false;
    const open = this.#open;
    this.#open = [];
    this.#isGathering = false;
    this.#asked = Promise.withResolvers<undefined>();
    for (const { resolve } of open) resolve(answers);
    return true;
  }

  cutOff(): void {
    this.abort.abort();
    for (const { reject } of this.#open.splice(0)) reject(gone());
  }
}

function gone(): InputRefusedError {
  return new InputRefusedError({ code: -32_001, message: 'The client of this agent did not answer.' });
}

/** The answers to these questions among the responses; what is more is left out. Undefined when one is missing or is none. */
function answersFor(questions: Questions, responses: JsonObject): Answers | undefined {
  const answers: Record<string, JsonObject> = {};
  for (const [name, question] of Object.entries(questions)) {
    const response = Object.hasOwn(responses, name) ? responses[name] : undefined;
    if (!isAnswerTo(question, response)) return undefined;
    answers[name] = response;
  }
  return answers;
}

/** Calls of the 2026-07-28 protocol, which may end a request with a question and go on with the next. */
export class AskedCalls {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, { readonly call: AskedCall; readonly stop: Dispose }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Begins a call, or goes on with the one that `state` names. `given`: responses that came with the request.
   * Rejects with an `RpcFailure`: -32602 for a state that is not of this call, or what `run` rejected with.
   */
  async step(
    identity: CallIdentity,
    listener: Listener,
    retry: { readonly state: string | undefined; readonly given: JsonObject },
    signal: AbortSignal,
    run: (conversation: Conversation, signal: AbortSignal) => Promise<JsonObject>,
  ): Promise<Step> {
    const call = retry.state === undefined ? this.#begin(identity, listener, retry.given, run) : this.#goOn(identity, retry.state, listener);
    if (retry.state !== undefined && !call.answer(retry.given)) return this.#ask(call);
    const onAbort = (): void => call.cutOff();
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    try {
      if ((await call.next()) === 'asked') return this.#ask(call);
      return { kind: 'result', result: await call.outcome };
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Ends what waits for answers of this agent's clients; without one: of all. */
  cutOff(agent?: AgentId): void {
    for (const [state, { call, stop }] of this.#waiting) {
      if (agent !== undefined && call.identity.agent !== agent) continue;
      this.#waiting.delete(state);
      stop();
      call.cutOff();
    }
  }

  #begin(identity: CallIdentity, listener: Listener, given: JsonObject, run: (conversation: Conversation, signal: AbortSignal) => Promise<JsonObject>): AskedCall {
    const call = new AskedCall(identity, listener, given, this.#clock);
    call.outcome = run(call, call.abort.signal);
    // Whoever waits for it hears of its failure; between two requests nobody does.
    call.outcome.catch(() => undefined);
    return call;
  }

  #goOn({ agent, fingerprint }: CallIdentity, state: string, listener: Listener): AskedCall {
    const waiting = this.#waiting.get(state);
    if (waiting === undefined || waiting.call.identity.agent !== agent || waiting.call.identity.fingerprint !== fingerprint) {
      throw new RpcFailure({ code: invalidParams, message: '"requestState" is not of this request, or it was answered before. Nothing was done by this request. Send it anew, without a state.' });
    }
    this.#waiting.delete(state);
    waiting.stop();
    waiting.call.listener = listener;
    return waiting.call;
  }

  #ask(call: AskedCall): Step {
    const { agent } = call.identity;
    const own = [...this.#waiting.values()].filter((waiting) => waiting.call.identity.agent === agent);
    if (own.length >= mostAsked) {
      call.cutOff();
      throw new RpcFailure({ code: invalidParams, message: `${mostAsked} of your requests wait for answers to questions. Answer those first.` });
    }
    const state = randomBytes(32).toString('base64url');
    const stop = this.#clock.after(answerTime, () => {
      this.#waiting.delete(state);
      call.cutOff();
    });
    this.#waiting.set(state, { call, stop });
    call.listener = silentAs(call.listener);
    return { kind: 'questions', questions: call.questions(), state };
  }
}

/** Between two requests nobody listens; what the client can do stays as it said. */
function silentAs(listener: Listener): Listener {
  return { ...listener, progress: nothing, log: nothing };
}

function nothing(): void {}
