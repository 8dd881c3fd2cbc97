import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { ActionId, AgentId, Digest, Message } from '../../preload/contract.ts';
import type { ActionAnswer, ArgumentChange, Decision, Facts, FrozenAction, Sentence } from '../model/action.ts';
import { steadyClock, type Clock } from '../model/clock.ts';
import type { JsonObject } from '../model/json.ts';
import { resultSaying } from './held-back.ts';

export const outboxMigrations: readonly string[] = [
  `CREATE TABLE outbox (
    action TEXT PRIMARY KEY,
    agent TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'held', 'doing', 'ended')),
    entry TEXT NOT NULL,
    held_until INTEGER,
    answer TEXT,
    is_delivered INTEGER NOT NULL DEFAULT 0,
    changed_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX outbox_by_digest ON outbox (agent, digest, is_delivered);
  CREATE INDEX outbox_by_state ON outbox (state, changed_at);`,
];

export type OutboxState = 'waiting' | 'held' | 'doing' | 'ended';

/** What a person changed of an action before they approved it. */
export interface Edit {
  readonly at: number;
  /** The arguments as the agent sent them. */
  readonly original: JsonObject;
  readonly changes: readonly ArgumentChange[];
  /** What the rules said of the changed action. */
  readonly decision: Decision;
}

/** All that is needed to go on with an action after a restart. */
export interface OutboxEntry {
  readonly action: FrozenAction;
  readonly facts: Facts;
  readonly sentence: Sentence;
  readonly summary: Message;
  /** What the connection led to when it was asked; see `GateParts.target`. */
  readonly target: string;
  readonly holdSeconds: number;
  /** Facts, sentence and summary are those of the changed action. */
  readonly edit?: Edit;
}

export interface OutboxLine {
  readonly entry: OutboxEntry;
  /** Of what the agent asked for; see `Edit`. */
  readonly digest: Digest;
  readonly state: OutboxState;
  readonly heldUntil: number | null;
  readonly answer: EndedAnswer | null;
  readonly changedAt: number;
  /** The agent had the answer; what was in it and in the arguments is no longer kept. */
  readonly isDelivered: boolean;
}

export type EndedAnswer = ActionAnswer & { readonly kind: 'ended' };

const alreadyGiven = 'This was done. Its result was given before and is not kept. Do not repeat it.';

/**
 * Actions that need a person or a hold, in `state.db`. An action moves waiting -> held -> doing -> ended and never back.
 * `doing` is written before the first byte leaves: an action found in it after a crash may have happened, and is not
 * done again.
 */
export class Outbox {
  readonly #database: DatabaseSync;
  /** How old an answer is, another time on the wall does not change. */
  readonly #clock: Pick<Clock, 'now'>;
  /** Agents and digests that may have an undelivered action: most calls have none, and need no look into the database. */
  #mayBeUndelivered: Set<string>;

  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#clock = steadyClock(clock);
    this.#mayBeUndelivered = this.#undeliveredKeys();
  }

  add(entry: OutboxEntry, state: 'waiting' | 'held'): void {
    const { id, agent, digest } = entry.action;
    this.#mayBeUndelivered.add(keyOf(agent, digest));
    this.#database
      .prepare('INSERT INTO outbox (action, agent, digest, state, entry, changed_at) VALUES (?, ?, ?, ?, ?, ?)')
      .run(id, agent, digest, state, JSON.stringify(entry), this.#clock.now());
  }

  /** Puts what a person made of a waiting action in its place. Its digest stays that of what the agent asked for. False: it no longer waits. */
  change(entry: OutboxEntry): boolean {
    const changed = this.#database
      .prepare(`UPDATE outbox SET entry = ?, changed_at = ? WHERE action = ? AND state = 'waiting'`)
      .run(JSON.stringify(entry), this.#clock.now(), entry.action.id).changes;
    return Number(changed) === 1;
  }

  /** @param heldUntil by the clock on the wall, for the screen and for what a restart makes of it. */
  hold(action: ActionId, heldUntil: number): void {
    this.#database
      .prepare(`UPDATE outbox SET state = 'held', held_until = ?, changed_at = ? WHERE action = ? AND state IN ('waiting', 'held')`)
      .run(heldUntil, this.#clock.now(), action);
  }

  /** False when the action is not to be done (any more): the one check that makes it happen at most once. */
  begin(action: ActionId): boolean {
    const changed = this.#database
      .prepare(`UPDATE outbox SET state = 'doing', changed_at = ? WHERE action = ? AND state IN ('waiting', 'held')`)
      .run(this.#clock.now(), action).changes;
    return Number(changed) === 1;
  }

  end(action: ActionId, answer: EndedAnswer): void {
    this.#database
      .prepare(`UPDATE outbox SET state = 'ended', answer = ?, changed_at = ? WHERE action = ? AND state <> 'ended'`)
      .run(JSON.stringify(answer), this.#clock.now(), action);
  }

  /** From here on only how it ended is kept, not what it was about: a service's result may hold whole messages. */
  markDelivered(action: ActionId): void {
    const line = this.#read('WHERE action = ?', action)[0];
    if (!line?.answer) return;
    const kept = withoutContent(line.entry.action, line.answer);
    this.#database
      .prepare(
        `UPDATE outbox SET is_delivered = 1, answer = ?,
           entry = json_remove(entry, '$.action.arguments', '$.action.materials', '$.facts', '$.sentence', '$.summary', '$.edit')
         WHERE action = ? AND is_delivered = 0`,
      )
      .run(JSON.stringify(kept), action);
  }

  /** The newest action of that agent with that digest whose answer the agent has not had yet. */
  undelivered(agent: AgentId, digest: Digest): OutboxLine | undefined {
    const key = keyOf(agent, digest);
    if (!this.#mayBeUndelivered.has(key)) return undefined;
    const [newest] = this.#read('WHERE agent = ? AND digest = ? AND is_delivered = 0 ORDER BY changed_at DESC LIMIT 1', agent, digest);
    if (!newest) this.#mayBeUndelivered.delete(key);
    return newest;
  }

  get(agent: AgentId, action: ActionId): OutboxLine | undefined {
    return this.#read('WHERE agent = ? AND action = ?', agent, action)[0];
  }

  /** How an action ended that was kept; undefined when it is open or not known (any more). */
  endOf(action: ActionId): EndedAnswer | undefined {
    return this.#read('WHERE action = ?', action)[0]?.answer ?? undefined;
  }

  open(): readonly OutboxLine[] {
    return this.#read(`WHERE state <> 'ended' ORDER BY rowid`);
  }

  held(): readonly OutboxLine[] {
    return this.#read(`WHERE state = 'held' ORDER BY held_until`);
  }

  /** Drops everything of an agent: another one may get its id, and must find nothing of it. */
  forgetAgent(agent: AgentId): void {
    this.#database.prepare('DELETE FROM outbox WHERE agent = ?').run(agent);
  }

  /** Milliseconds since its state last changed; negative where the clock was set back between two starts. */
  ageOf({ changedAt }: OutboxLine): number {
    return this.#clock.now() - changedAt;
  }

  /** Drops answers nobody fetched in that many milliseconds, with the results in them. */
  forgetEndedOlderThan(age: number): void {
    this.#database.prepare(`DELETE FROM outbox WHERE state = 'ended' AND changed_at < ?`).run(this.#clock.now() - age);
    this.#mayBeUndelivered = this.#undeliveredKeys();
  }

  #undeliveredKeys(): Set<string> {
    const lines = this.#database.prepare('SELECT agent, digest FROM outbox WHERE is_delivered = 0').all();
    return new Set(lines.map(({ agent, digest }) => keyOf(String(agent), String(digest))));
  }

  #read(where: string, ...values: readonly string[]): readonly OutboxLine[] {
    return this.#database
      .prepare(`SELECT entry, digest, state, held_until, answer, changed_at, is_delivered FROM outbox ${where}`)
      .all(...values)
      .map(readLine);
  }
}

/** Unambiguous: a digest holds no space. */
function keyOf(agent: string, digest: string): string {
  return `${digest} ${agent}`;
}

function withoutContent(action: FrozenAction, answer: EndedAnswer): EndedAnswer {
  if ('result' in answer) return { ...answer, result: resultSaying(action, alreadyGiven) };
  const { error: _dropped, ...kept } = answer;
  return kept;
}

/** The table is written by this file alone, so its JSON has the types it was written with. */
function readLine(line: Record<string, SQLOutputValue>): OutboxLine {
  const { entry, digest, state, held_until: heldUntil, answer, changed_at: changedAt, is_delivered: isDelivered } = line;
  return {
    entry: JSON.parse(String(entry)) as OutboxEntry,
    digest: digest as Digest,
    state: state as OutboxState,
    heldUntil: heldUntil === null ? null : Number(heldUntil),
    answer: answer === null ? null : (JSON.parse(String(answer)) as EndedAnswer),
    changedAt: Number(changedAt),
    isDelivered: Number(isDelivered) !== 0,
  };
}
