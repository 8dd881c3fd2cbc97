import type { ActionId, ActivityDay, ActivityDetail, ActivityEntry, ActivityFilter, ActivityPage, AgentId, ConnectionId } from '../../preload/contract.ts';
import { systemClock } from '../model/clock.ts';
import type { AnsweredQuestions, QuestionFigures } from '../model/answered-question.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { ActivityUnavailable, type Activity, type ActivityAnchor, type AppendedEvent, type ExportFormat, type Verification } from './activity.ts';
import { AnchorKeeper } from './anchor-keeper.ts';
import { AppendQueue } from './append-queue.ts';
import type { RecordedContact } from './contacts.ts';
import { lastDays } from './days.ts';
import type { ActivityEvent, ChainPoint, IntentEvent } from './event.ts';
import { WorkerClient, type Input, type Output, type Ready } from './worker-client.ts';
import type { ReaderCalls, WriterCalls } from './worker-calls.ts';

export interface OpenActivityOptions {
  /** `activity.db`; created when absent, with mode 0600. */
  readonly file: string;
  /** `worker.ts` of this folder, or what it was built to. */
  readonly worker?: URL;
  readonly anchor?: ActivityAnchor;
}

/** Everything; for `search` and `export`. */
export const everything: ActivityFilter = { text: '', agent: null, connection: null, progress: null, from: null, to: null };

/**
 * Opens the record.
 * Rejects with `ActivityUnavailable`: `newer_schema` when a later version of the app wrote the file, else `cannot_open`.
 */
export async function openActivity({ file, worker = workerModule(import.meta.url), anchor }: OpenActivityOptions): Promise<Activity> {
  // An anchor that cannot be read now is not overwritten either: it may be the only proof of what was cut off.
  const kept = await readAnchor(anchor).then((point) => ({ point }), () => undefined);
  const writer = await WorkerClient.start<WriterCalls>(worker, { role: 'writer', file, anchor: kept?.point ?? null });
  try {
    const reader = await WorkerClient.start<ReaderCalls>(worker, { role: 'reader', file });
    return new RecordedActivity(writer.client, reader.client, writer.ready, anchor, kept !== undefined);
  } catch (error) {
    await writer.client.close();
    throw error;
  }
}

async function readAnchor(anchor: ActivityAnchor | undefined): Promise<ChainPoint | null> {
  return anchor ? anchor.read() : null;
}

/** In the sources the worker lies beside this file; built, beside `index.js`, of which this may be a chunk. */
function workerModule(here: string): URL {
  if (here.endsWith('.ts')) return new URL('worker.ts', here);
  return new URL(here.includes('/chunks/') ? '../activity-worker.js' : 'activity-worker.js', here);
}

class RecordedActivity implements Activity {
  readonly #writer: WorkerClient<WriterCalls>;
  readonly #reader: WorkerClient<ReaderCalls>;
  readonly #queue: AppendQueue;
  readonly #anchor: ActivityAnchor | undefined;
  readonly #keeper: AnchorKeeper | undefined;
  readonly #appended = new Emitter<AppendedEvent>();
  #head: ChainPoint;
  /** Up to where the writer said that all can be searched. */
  #filedTo = 0;
  #closing: Promise<void> | undefined;

  constructor(writer: WorkerClient<WriterCalls>, reader: WorkerClient<ReaderCalls>, ready: Ready, anchor: ActivityAnchor | undefined, isAnchorRead: boolean) {
    this.#writer = writer;
    this.#reader = reader;
    this.#anchor = anchor;
    this.#head = ready.head;
    this.#keeper = anchor && isAnchorRead && ready.isAnchored ? new AnchorKeeper(anchor, systemClock) : undefined;
    this.#queue = new AppendQueue((events) => writer.call('append', events), (appended) => this.#tell(appended));
  }

  get revision(): number {
    return this.#head.sequence;
  }

  get isStopped(): boolean {
    return this.#queue.isStopped;
  }

  append(event: ActivityEvent, urgency: 'now' | 'soon' = 'now'): Promise<ChainPoint> {
    return this.#queue.append(event, urgency);
  }

  onAppended(listener: (appended: AppendedEvent) => void): Dispose {
    return this.#appended.on(listener);
  }

  search(filter: ActivityFilter, after: string | null, limit = 50): Promise<ActivityPage> {
    return this.#ask('search', { filter, after, limit });
  }

  read(action: ActionId): Promise<ActivityDetail | undefined> {
    return this.#ask('read', action);
  }

  intent(action: ActionId): Promise<IntentEvent | undefined> {
    return this.#ask('intent', action);
  }

  async recent(count: number): Promise<readonly ActivityEntry[]> {
    const { entries } = await this.search(everything, null, count);
    return entries;
  }

  countDays(days: number, now = Date.now()): Promise<readonly ActivityDay[]> {
    return this.#ask('countDays', lastDays(Math.min(Math.max(1, Math.trunc(days)), 366), now));
  }

  async *export(filter: ActivityFilter, format: ExportFormat): AsyncIterable<string> {
    await this.#upToDate();
    for (let after: number | null = 0; after !== null; ) {
      const page: { readonly text: string; readonly next: number | null } = await this.#reader.call('exportPage', { filter, format, after });
      if (page.text !== '') yield page.text;
      after = page.next;
    }
  }

  async verify(): Promise<Verification> {
    // Also where nothing was appended: what somebody made the index forget is filed again before it is looked at.
    this.#filedTo = 0;
    await this.#upToDate();
    return this.#reader.call('verify', await readAnchor(this.#anchor));
  }

  contactsSince(sequence: number): Promise<readonly RecordedContact[]> {
    return this.#ask('contactsSince', sequence);
  }

  askedSince(agent: AgentId, since: number): Promise<number> {
    return this.#ask('askedSince', { agent, since });
  }

  countQuestions(since: number): Promise<QuestionFigures> {
    return this.#ask('countQuestions', since);
  }

  answeredQuestions(since: number): Promise<AnsweredQuestions> {
    return this.#ask('answeredQuestions', since);
  }

  lastUsed(): Promise<ReadonlyMap<ConnectionId, number>> {
    return this.#ask('lastUsed');
  }

  lastSeen(): Promise<ReadonlyMap<AgentId, number>> {
    return this.#ask('lastSeen');
  }

  actionsWithoutEnd(): Promise<readonly ActionId[]> {
    return this.#ask('actionsWithoutEnd');
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Asks the reader once all can be searched that was appended before. */
  async #ask<Name extends keyof ReaderCalls>(call: Name, ...input: Input<ReaderCalls[Name]>): Promise<Output<ReaderCalls[Name]>> {
    await this.#upToDate();
    return this.#reader.call(call, ...input);
  }

  async #upToDate(): Promise<void> {
    await this.#queue.settled();
    if (this.#filedTo >= this.#head.sequence) return;
    try {
      this.#filedTo = Math.max(this.#filedTo, await this.#writer.call('file'));
    } catch (error) {
      // Once nothing can be recorded, nothing is done any more either; what is known can still be looked at.
      if (!this.isStopped) throw error;
    }
  }

  async #close(): Promise<void> {
    await this.#queue.close(new ActivityUnavailable('closed', 'The record is closed.'));
    await this.#keeper?.settle();
    // The writer last: the last connection to close is the one that writes the log back into the file.
    await this.#reader.close();
    await this.#writer.close();
  }

  #tell(appended: readonly AppendedEvent[]): void {
    const last = appended.at(-1);
    if (!last) return;
    this.#head = { sequence: last.sequence, hash: last.hash };
    this.#keeper?.keep(this.#head);
    // A listener that throws is a bug to be seen, and no reason to stop recording.
    queueMicrotask(() => {
      for (const event of appended) this.#appended.emit(event);
    });
  }
}
