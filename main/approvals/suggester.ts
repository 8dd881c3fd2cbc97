import type { DatabaseSync } from 'node:sqlite';
import type { AgentId, ConnectionId, Digest, Result } from '../../preload/contract.ts';
import type { ActionKind, Decision, Facts } from '../model/action.ts';
import type { AnsweredQuestion, AnsweredQuestions, QuestionFigures } from '../model/answered-question.ts';
import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import type { JsonObject } from '../model/json.ts';
import { say } from '../model/say.ts';
import type { Grants } from './grants.ts';
import { lookBackMs, suggestRules, type Suggestion } from './suggest-rules.ts';

export const suggestionMigrations: readonly string[] = [
  `CREATE TABLE silenced_suggestions (key TEXT PRIMARY KEY, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
];

export interface SuggesterParts {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly activity: {
    countQuestions(since: number): Promise<QuestionFigures>;
    answeredQuestions(since: number): Promise<AnsweredQuestions>;
    onAppended(listener: (appended: { readonly event: { readonly kind: string } }) => void): Dispose;
  };
  readonly grants: Pick<Grants, 'give' | 'onChange'>;
  readonly policy: {
    decide(question: { readonly kind: ActionKind; readonly agent: AgentId; readonly connection: ConnectionId; readonly name: string; readonly effect: Facts['effect']; readonly arguments: JsonObject; readonly facts: Facts; readonly at: number; readonly digest: Digest; readonly risk: 'normal' }): Decision;
  };
  /** Since when that Claw, and that connection, have been here; undefined: they are not. What was answered before was about others of that id. */
  readonly agentSince: (id: AgentId) => number | undefined;
  readonly connectionSince: (id: ConnectionId) => number | undefined;
  /** The organization lets people give standing answers. */
  readonly mayGrant: () => boolean;
}

/** How long a suggestion is not made again after "Not now". */
const silentMs = 30 * 24 * 3_600_000;
/** Milliseconds after which the record is looked at again although nobody answered: answers grow older than a week (10 minutes). */
const lookAgainMs = 10 * 60 * 1000;
/** An action is attempted before it is answered, and a question stays open for an hour at most, or longer where somebody worked on it. */
const longestOpenMs = 24 * 3_600_000;
/** Somebody who keeps answering while the record is read; then nothing is made of what was read. */
const mostTries = 5;
/** What the record says anew of answers, and so of rules. */
const answering: ReadonlySet<string> = new Set(['answered', 'edited', 'undone']);

/** How often the person was asked today, and the one narrow rule that their own answers of the last week speak for. */
export class Suggester {
  readonly #parts: SuggesterParts;
  readonly #changed = new Emitter<void>();
  readonly #stop: Dispose;
  /** Grows with every answer that is recorded. */
  #answers = 0;
  #asked = 0;
  #read: { readonly answers: number; readonly asked: number; readonly at: number; readonly day: number } | undefined;
  #today: QuestionFigures = { asked: 0, approved: 0, answered: 0 };
  #candidates: readonly Suggestion[] = [];

  constructor(parts: SuggesterParts) {
    this.#parts = parts;
    this.#stop = parts.activity.onAppended(({ event }) => {
      if (event.kind === 'asked') this.#asked += 1;
      if (answering.has(event.kind)) this.#answers += 1;
    });
  }

  /** Questions since midnight, as far as the last `refresh` saw. */
  get today(): QuestionFigures {
    return this.#today;
  }

  /** The rule to suggest now; null: none. */
  suggestion(): Suggestion | null {
    return this.#candidates.find((candidate) => this.#stands(candidate)) ?? null;
  }

  /** Reads the record again where that may have changed something; true when it did. Rejects when the record cannot be read. */
  async refresh(midnight: number): Promise<boolean> {
    const { clock, activity } = this.#parts;
    const reading = { answers: this.#answers, asked: this.#asked, at: clock.elapsed(), day: midnight };
    const last = this.#read;
    const isFresh = last !== undefined && last.answers === reading.answers && last.day === midnight && reading.at - last.at < lookAgainMs;
    if (isFresh && last.asked === reading.asked) return false;
    const [today, questions] = await Promise.all([activity.countQuestions(midnight), isFresh ? undefined : this.#answered()]);
    this.#today = today;
    if (questions !== undefined) this.#candidates = suggestRules(questions, clock.now());
    // A look at the number alone puts off no look at the answers.
    this.#read = isFresh ? { ...last, asked: reading.asked } : reading;
    return true;
  }

  /** Makes the rule that is suggested under that key, if the record still speaks for it: a refusal of this very moment counts. */
  async make(key: string): Promise<Result<null>> {
    const { clock, grants } = this.#parts;
    for (let attempt = 0; attempt < mostTries; attempt += 1) {
      const answers = this.#answers;
      const found = suggestRules(await this.#answered(), clock.now()).find((candidate) => candidate.key === key);
      if (answers !== this.#answers) continue;
      if (found === undefined || !this.#stands(found)) break;
      try {
        grants.give(found.grantee, found.offer);
      } catch {
        return { ok: false, problem: say('suggestion.problem.notKept') };
      }
      this.#changed.emit();
      return { ok: true, value: null };
    }
    return { ok: false, problem: say('suggestion.problem.gone') };
  }

  /** "Not now": that rule is not suggested for thirty days. */
  silence(key: string): Result<null> {
    const { clock, database } = this.#parts;
    try {
      database.prepare('DELETE FROM silenced_suggestions WHERE until < ?').run(clock.now());
      database.prepare('INSERT INTO silenced_suggestions VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET until = excluded.until').run(key, clock.now() + silentMs);
    } catch {
      return { ok: false, problem: say('suggestion.problem.notKept') };
    }
    this.#changed.emit();
    return { ok: true, value: null };
  }

  onChange(listener: () => void): Dispose {
    return this.#changed.on(listener);
  }

  close(): void {
    this.#stop();
  }

  async #answered(): Promise<AnsweredQuestions> {
    const { activity, clock, agentSince, connectionSince } = this.#parts;
    const { questions, isWhole } = await activity.answeredQuestions(clock.now() - lookBackMs - longestOpenMs);
    const isOfNow = ({ agent, connection, answeredAt }: AnsweredQuestion): boolean => answeredAt >= (agentSince(agent) ?? Infinity) && answeredAt >= (connectionSince(connection) ?? Infinity);
    return { questions: questions.filter(isOfNow), isWhole };
  }

  /** Nobody said "Not now" to it, and by the rules of this moment the person would be asked, by rules that a standing answer may change. */
  #stands({ key, answers: [newest] }: Suggestion): boolean {
    const { clock, database, mayGrant, policy, agentSince, connectionSince } = this.#parts;
    if (!mayGrant() || agentSince(newest.agent) === undefined || connectionSince(newest.connection) === undefined) return false;
    if (database.prepare('SELECT 1 FROM silenced_suggestions WHERE key = ? AND until > ?').get(key, clock.now()) !== undefined) return false;
    const { actionKind: kind, agent, connection, tool: name, arguments: args, facts: [facts], digest } = newest;
    const { answer, layer, signing } = policy.decide({ kind, agent, connection, name, effect: facts.effect, arguments: args, facts, at: clock.now(), digest, risk: 'normal' });
    return answer === 'ask' && layer !== 'organization' && signing === undefined;
  }
}
