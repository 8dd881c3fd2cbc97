import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import type { Upstream, UpstreamChange, UpstreamTool } from '../model/upstream.ts';
import { ConnectionProblem, type Health } from './connection.ts';
import { KeptLog, logOf } from './kept-log.ts';
import { KeptSubscriptions } from './kept-subscriptions.ts';
import type { ClosableUpstream } from './mcp-upstream.ts';
import { healthAfter, longestSaying, removed, resting, stayingDown, stopped } from './problems.ts';
import { RestPlan, type RestartLimit } from './rest-plan.ts';

export interface UpstreamLifeOptions {
  open(): Promise<Upstream>;
  readonly clock: Clock;
  /** Milliseconds without use after which it is closed. */
  readonly idleAfter: number;
  readonly restartLimit: RestartLimit | null;
  readonly scrub: (text: string) => string;
  onHealthChange(): void;
}

/** Milliseconds that one which is being closed may hold up the opening of the next. */
const closingHoldsUp = 5000;

/**
 * When one connection's upstream is opened and closed: opened when needed, kept open while used, closed when idle, given
 * rest when it fails. What was subscribed to is taken up again each time it is opened.
 */
export class UpstreamLife {
  readonly #options: UpstreamLifeOptions;
  readonly #plan: RestPlan;
  readonly #log: KeptLog;
  readonly #subscriptions = new KeptSubscriptions();
  readonly #changes = new Emitter<UpstreamChange>();
  #opened: Upstream | undefined;
  #opening: Promise<Upstream> | undefined;
  #closing: { readonly upstream: Upstream; readonly over: Promise<void> } | undefined;
  #last: Upstream | undefined;
  #health: Health = { state: 'idle', text: null };
  #note: Health['text'] = null;
  /** Why it could not be opened last, if a person can mend it: said again while it is given rest. */
  #signInNeeded: ConnectionProblem | undefined;
  #busy = 0;
  #openedAt = 0;
  #isClosed = false;
  /** It was opened with settings that have changed since. */
  #isOutdated = false;
  #stopIdle: Dispose | undefined;
  #stopReopening: Dispose | undefined;
  #stopListening: readonly Dispose[] = [];

  constructor(options: UpstreamLifeOptions) {
    this.#options = options;
    this.#plan = new RestPlan(options.clock, options.restartLimit);
    this.#log = new KeptLog(options.scrub);
  }

  get health(): Health {
    return this.#health.text === null && this.#health.state !== 'failing' ? { ...this.#health, text: this.#note } : this.#health;
  }

  get log(): readonly string[] {
    return this.#log.lines(this.#closing?.upstream, this.#opened);
  }

  /** The one that was opened last, open or not. */
  get last(): Upstream | undefined {
    return this.#last;
  }

  note(text: Health['text']): void {
    if (JSON.stringify(text) === JSON.stringify(this.#note)) return;
    this.#note = text;
    this.#options.onHealthChange();
  }

  async ensureOpen(): Promise<Upstream> {
    if (this.#isClosed) throw removed();
    if (this.#opened !== undefined) return this.#opened;
    if (this.#opening !== undefined) return this.#opening;
    const { givenUp, left, failures } = this.#plan;
    if (givenUp !== null) throw stayingDown(givenUp);
    if (left > 0) throw this.#signInNeeded ?? resting(failures, left);
    this.#opening = this.#open();
    try {
      return await this.#opening;
    } finally {
      this.#opening = undefined;
    }
  }

  async check(): Promise<void> {
    this.#plan.forget();
    try {
      await this.listTools();
    } catch {
      // What failed is in the health.
    }
  }

  /** Its settings have changed: it is closed and opened anew as soon as nothing is under way. */
  renew(): void {
    if (this.#opened === undefined && this.#opening === undefined) return;
    this.#isOutdated = true;
    this.#released();
  }

  /** What the upstream says, whichever is open. */
  onChange(listener: (change: UpstreamChange) => void): Dispose {
    return this.#changes.on(listener);
  }

  listTools(): Promise<readonly UpstreamTool[]> {
    return this.using(async (upstream) => {
      try {
        return await upstream.listTools();
      } catch (error) {
        await this.#failed(upstream, error);
        throw error;
      }
    });
  }

  /** Opens it, and keeps it open until the work has ended. Does not wait for the opening once `signal` is aborted. */
  async using<T>(work: (upstream: Upstream) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const upstream = this.#opened ?? (await unlessAborted(this.ensureOpen(), signal));
    this.#busy += 1;
    this.#stopIdle?.();
    try {
      return await work(upstream);
    } finally {
      this.#busy -= 1;
      this.#released();
    }
  }

  /** Asks for changes of a resource, here and at every later opening. */
  subscribe(uri: string): Promise<Dispose> {
    return this.using((upstream) => this.#subscriptions.hold(uri, upstream, () => this.#released()));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopReopening?.();
    await this.#opening?.catch(() => undefined);
    await this.#shut({ state: 'idle', text: null });
  }

  async #open(): Promise<Upstream> {
    await this.#closing?.over;
    let upstream: Upstream;
    try {
      upstream = await this.#options.open();
    } catch (error) {
      if (error instanceof ConnectionProblem) this.#log.keep(error.log);
      this.#signInNeeded = error instanceof ConnectionProblem && error.state === 'needs_sign_in' ? error : undefined;
      this.#plan.failed();
      this.#setHealth(this.#saying(healthAfter(error), error));
      this.#reopenLater();
      throw error;
    }
    if (this.#isClosed) {
      await upstream.close();
      throw removed();
    }
    this.#signInNeeded = undefined;
    this.#opened = upstream;
    this.#last = upstream;
    this.#openedAt = this.#options.clock.now();
    this.#stopListening = [
      ...(isClosable(upstream) ? [upstream.onClosed(() => this.#endedByItself(upstream))] : []),
      ...(upstream.onChange === undefined ? [] : [upstream.onChange((change) => this.#changes.emit(change))]),
    ];
    this.#setHealth({ state: 'ready', text: null });
    this.#subscriptions.resume(upstream);
    this.#startIdle();
    return upstream;
  }

  #endedByItself(upstream: Upstream): void {
    if (this.#opened !== upstream) return;
    this.#plan.endedByItself(this.#openedAt);
    const { givenUp } = this.#plan;
    const lastLine = logOf(upstream).length === 0 ? undefined : this.#log.lines(upstream).at(-1);
    void this.#shut(givenUp === null ? stopped(lastLine) : healthAfter(stayingDown(givenUp)));
    this.#reopenLater();
  }

  /** Listing tools failed on an open upstream: it is closed, and opened anew when it is needed next. */
  async #failed(upstream: Upstream, error: unknown): Promise<void> {
    if (this.#opened !== upstream) return;
    this.#plan.failed();
    // A call under way must not be cut off because a list failed beside it.
    if (this.#busy > 1) this.#setHealth(healthAfter(error));
    else {
      await this.#shut(healthAfter(error));
      this.#reopenLater();
    }
  }

  /** Who subscribed asked to be told: it is opened again by itself, after its rest. */
  #reopenLater(): void {
    this.#stopReopening?.();
    if (this.#isClosed || this.#subscriptions.isEmpty || this.#plan.givenUp !== null) return;
    this.#stopReopening = this.#options.clock.after(this.#plan.left, () => {
      if (!this.#subscriptions.isEmpty) this.ensureOpen().catch(() => undefined);
    });
  }

  #released(): void {
    if (this.#isOutdated && this.#busy === 0 && this.#opened !== undefined) {
      void this.#shut({ state: 'idle', text: null });
      this.#reopenLater();
    } else this.#startIdle();
  }

  #startIdle(): void {
    this.#stopIdle?.();
    if (this.#busy > 0 || this.#opened === undefined || !this.#subscriptions.isEmpty) return;
    this.#stopIdle = this.#options.clock.after(this.#options.idleAfter, () => void this.#shut({ state: 'idle', text: null }));
  }

  async #shut(health: Health): Promise<void> {
    const upstream = this.#opened;
    this.#opened = undefined;
    this.#isOutdated = false;
    this.#stopIdle?.();
    for (const stop of this.#stopListening) stop();
    this.#stopListening = [];
    if (upstream !== undefined) this.#closing = { upstream, over: this.#letGo(upstream) };
    this.#setHealth(health);
    await this.#closing?.over;
  }

  async #letGo(upstream: Upstream): Promise<void> {
    const late = Promise.withResolvers<undefined>();
    const stop = this.#options.clock.after(closingHoldsUp, () => late.resolve(undefined));
    // It is let go either way; there is nobody to tell.
    await Promise.race([upstream.close().catch(() => undefined), late.promise]);
    stop();
    this.#log.keep(logOf(upstream));
    if (this.#closing?.upstream === upstream) this.#closing = undefined;
  }

  /** What it said last is told without secrets, and cut only then: half a secret would not be found. */
  #saying(health: Health, error: unknown): Health {
    const { text } = health;
    if (text === null || text.values['said'] === undefined || !(error instanceof ConnectionProblem)) return health;
    return { ...health, text: { ...text, values: { ...text.values, said: this.#log.lines().at(-1)?.trim().slice(0, longestSaying) ?? '' } } };
  }

  #setHealth({ state, text }: Health): void {
    const { scrub } = this.#options;
    const values = Object.entries(text?.values ?? {}).map(([name, value]) => [name, typeof value === 'string' ? scrub(value) : value] as const);
    const health: Health = { state, text: text && { id: text.id, values: Object.fromEntries(values) } };
    const isSame = health.state === this.#health.state && JSON.stringify(health.text) === JSON.stringify(this.#health.text);
    this.#health = health;
    if (!isSame) this.#options.onHealthChange();
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(new Error('It was cancelled.'));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function isClosable(upstream: Upstream): upstream is ClosableUpstream {
  return 'onClosed' in upstream && typeof upstream.onClosed === 'function';
}
