import type { AgentId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { InputRefusedError, type Conversation, type InputRequest, type LogLevel } from '../model/conversation.ts';
import type { JsonObject } from '../model/json.ts';
import { isAnswerTo, isSevereEnough, requireCapability } from './client-conversation.ts';

/** Milliseconds in which questions that a service asks at the same time are gathered into one answer. */
const gatherTime = 10;

export type Questions = Readonly<Record<string, InputRequest>>;
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

interface Gathered {
  readonly questions: Questions;
  readonly resolve: (answers: Answers) => void;
  readonly reject: (error: Error) => void;
}

/** One call on its way that may ask its client something (MCP 2026-07-28, "Multi Round-Trip Requests"). */
export class AskedCall implements Conversation {
  readonly identity: CallIdentity;
  readonly abort = new AbortController();
  readonly #clock: Clock;
  #given: JsonObject;
  listener: Listener;
  outcome: Promise<JsonObject> = Promise.resolve({});
  #open: Gathered[] = [];
  #asked = Promise.withResolvers<undefined>();
  #isGathering = false;
  #isOver = false;
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
    if (given !== undefined) {
      // Each answers one question; the next of the same name is another.
      this.#given = Object.fromEntries(Object.entries(this.#given).filter(([name]) => !Object.hasOwn(given, name)));
      return given;
    }
    return await new Promise((resolve, reject) => {
      this.#open.push({ questions, resolve, reject });
      if (!this.#isGathering) this.#clock.after(gatherTime, () => this.#asked.resolve(undefined));
      this.#isGathering = true;
    });
  }

  /** Sets it going; once. */
  start(outcome: Promise<JsonObject>): void {
    this.outcome = outcome;
    const end = (): void => {
      this.#isOver = true;
    };
    // Whoever waits for it hears of its failure; between two requests nobody does.
    outcome.then(end, end);
  }

  /** It ended, with or without answers. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Resolves when it has ended, or asks something. */
  async next(): Promise<'ended' | 'asked'> {
    return Promise.race([this.outcome.then(() => 'ended' as const), this.#asked.promise.then(() => 'asked' as const)]);
  }

  /** Everything that is asked now, each under a name of its own; two questions with one name get another. */
  questions(): Questions {
    const all = new Map<string, InputRequest>();
    this.#open = this.#open.map((gathered) => {
      const names = new Map(Object.keys(gathered.questions).map((name) => [name, all.has(name) ? `${name}-${(this.#counter += 1)}` : name]));
      const questions = Object.fromEntries(Object.entries(gathered.questions).map(([name, question]) => [names.get(name) ?? name, question]));
      for (const [name, question] of Object.entries(questions)) all.set(name, question);
      const resolve = (answers: Answers): void => gathered.resolve(Object.fromEntries([...names].map(([own, shown]) => [own, answers[shown] ?? {}])));
      return { questions, resolve, reject: gathered.reject };
    });
    return Object.fromEntries(all);
  }

  /** Passes on the answers that are whole. True when nothing is open any more; false: ask the rest again. */
  answer(responses: JsonObject): boolean {
    this.questions();
    this.#open = this.#open.filter(({ questions, resolve }) => {
      const answers = answersFor(questions, responses);
      if (answers !== undefined) resolve(answers);
      return answers === undefined;
    });
    this.#isGathering = this.#open.length > 0;
    if (this.#isGathering) return false;
    this.#asked = Promise.withResolvers<undefined>();
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
  const answers = new Map<string, JsonObject>();
  for (const [name, question] of Object.entries(questions)) {
    const response = Object.hasOwn(responses, name) ? responses[name] : undefined;
    if (!isAnswerTo(question, response)) return undefined;
    answers.set(name, response);
  }
  return Object.fromEntries(answers);
}
