import type {
  ActionId,
  ActivityDay,
  ActivityDetail,
  ActivityEntry,
  ActivityFilter,
  ActivityPage,
  AgentId,
  ConnectionId,
} from '../../preload/contract.ts';
import type { AnsweredQuestions, QuestionFigures } from '../model/answered-question.ts';
import type { Dispose } from '../model/disposable.ts';
import type { RecordedContact } from './contacts.ts';
import type { ActivityEvent, ChainPoint, IntentEvent } from './event.ts';

/**
 * - `newer_schema`: the file was written by a later version of the app.
 * - `cannot_open`: the file cannot be opened or is not a record.
 * - `cannot_write`: an append could not be made durable (disk full, file damaged). Nothing is appended after that.
 * - `stopped`: the worker died.
 * - `closed`: `close` was called.
 */
export type ActivityUnavailableReason = 'newer_schema' | 'cannot_open' | 'cannot_write' | 'stopped' | 'closed';

/** The record cannot be written (or read). Whoever needs a durable record must refuse to go on. */
export class ActivityUnavailable extends Error {
  override readonly name = 'ActivityUnavailable';
  readonly reason: ActivityUnavailableReason;

  constructor(reason: ActivityUnavailableReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/**
 * - `altered`: an event's content does not fit its hash.
 * - `missing`: an event's number is not there.
 * - `unlinked`: an event does not continue the one before it (inserted, reordered, or what followed was cut and written anew).
 * - `cut_off`: the newest events are gone, or there are more than were ever recorded.
 * - `rewritten`: the chain is whole, but it is not the one this app saw before (see `ActivityAnchor`).
 * - `misfiled`: the events are whole, but the index that is searched tells something else.
 */
export type RecordProblem = 'altered' | 'missing' | 'unlinked' | 'cut_off' | 'rewritten' | 'misfiled';

export type Verification =
  | { readonly ok: true; readonly events: number; /** When the first event happened; null when there is none. */ readonly since: number | null }
  | { readonly ok: false; readonly atSequence: number; readonly problem: RecordProblem };

export interface AppendedEvent extends ChainPoint {
  readonly event: ActivityEvent;
}

export type ExportFormat = 'csv' | 'jsonl';

/**
 * The append-only, hash-chained record. Every call rejects with `ActivityUnavailable` when the record cannot serve it.
 * Whatever is asked is answered with everything in it whose `append` was called before, also when nobody waited for that. Once
 * `isStopped`, with what could be searched until then.
 */
export interface Activity {
  /** The sequence of the newest durable event; grows with every event, also across restarts. */
  readonly revision: number;
  /**
   * Resolves when the event is on disk (fsync), in the order of the calls. The event is taken as it is at the time of the
   * call. `soon` (default `now`): it may wait up to 20 ms for another event to share a transaction with; reads wait for it
   * all the same. After one rejection with `cannot_write` or `stopped` every later append rejects: the record fails closed.
   */
  append(event: ActivityEvent, urgency?: 'now' | 'soon'): Promise<ChainPoint>;
  /** True once an append failed (or `close` was called): until a restart nothing can be recorded, so nothing may be done. */
  readonly isStopped: boolean;
  /** Called after each event is durable, in order. */
  onAppended(listener: (appended: AppendedEvent) => void): Dispose;

  /**
   * Newest first. `after` is the `next` of the page before; a page does not shift while events are appended. Text is
   * matched word by word (all words, the last one by its beginning), without regard to case and accents.
   * `limit` is at most 200. A cursor that is none of ours gives an empty page.
   */
  search(filter: ActivityFilter, after: string | null, limit?: number): Promise<ActivityPage>;
  /** Told from the chained events themselves; undefined when there is no such action. */
  read(action: ActionId): Promise<ActivityDetail | undefined>;
  /** What was attempted, as it was recorded; undefined when there is no such action. */
  intent(action: ActionId): Promise<IntentEvent | undefined>;
  /** The newest actions, newest first; `count` is at most 200. */
  recent(count: number): Promise<readonly ActivityEntry[]>;
  /**
   * One row for each of the last `days` (1–366) calendar days in the time zone of this process, oldest first, the day of
   * `now` last. `done`: done, with or without changes; `asked`: put to the person; `stopped`: denied, blocked, timed out or undone.
   */
  countDays(days: number, now?: number): Promise<readonly ActivityDay[]>;

  /**
   * Chunks of a file, oldest first. `csv` (RFC 4180, UTF-8 with a byte order mark, cells guarded against formulas) has a row
   * for each action. `jsonl` has a line for each chained event: the SHA-256 of the JCS form (RFC 8785) of a line without its
   * `hash` is that `hash`. With an empty filter it is the whole chain, app events included; otherwise the found actions' events.
   */
  export(filter: ActivityFilter, format: ExportFormat): AsyncIterable<string>;
  /** Reads the whole chain, in chunks. Rejects when the anchor cannot be read: then nothing is known. */
  verify(): Promise<Verification>;

  /** Whom actions that are recorded as done went to for the first time after that sequence, in the order of the record. */
  contactsSince(sequence: number): Promise<readonly RecordedContact[]>;
  /** How many actions of this agent were put to the person since `since` (inclusive). */
  askedSince(agent: AgentId, since: number): Promise<number>;
  /** Questions about actions that were attempted since `since` (inclusive). */
  countQuestions(since: number): Promise<QuestionFigures>;
  /** What a person said yes or no to, of actions that were attempted since `since` (inclusive), newest first. */
  answeredQuestions(since: number): Promise<AnsweredQuestions>;
  /** When an action last went to each connection. */
  lastUsed(): Promise<ReadonlyMap<ConnectionId, number>>;
  /** When each agent last attempted something or was paired. */
  lastSeen(): Promise<ReadonlyMap<AgentId, number>>;
  /** Actions with an intent and no end, oldest first: what start-up recovery must settle. */
  actionsWithoutEnd(): Promise<readonly ActionId[]>;

  /** Waits for what was appended, then stops. Calling it again gives the same promise. */
  close(): Promise<void>;
}

/**
 * Keeps the newest point of the chain somewhere else than `activity.db`, so that a chain that was cut or written anew as a
 * whole is noticed. `write` is called after commits, one call at a time and at most once a second, and by `close`, with the
 * newest point. A failed write is made up for by the next.
 */
export interface ActivityAnchor {
  read(): Promise<ChainPoint | null>;
  write(point: ChainPoint): Promise<void>;
}
