import type { ActionProfile } from '../model/action.ts';
import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';
import type { Upstream, UpstreamAnswer, UpstreamCall, UpstreamTool } from '../model/upstream.ts';
import { ConnectionProblem, type Health } from './connection.ts';
import type { ClosableUpstream } from './mcp-upstream.ts';

export interface KeptUpstreamOptions {
  open(): Promise<Upstream>;
  readonly clock: Clock;
  readonly idleAfter: number;
  onHealthChange(): void;
}

/** Milliseconds. */
const firstRest = 1000;
const longestRest = 5 * 60_000;
/** What ran this long before it ended by itself was well; its end is the first failure again. */
const wellAfter = 60_000;

/** One connection's upstream: opened when needed, kept open while used, closed when idle, given rest when it fails. */
export class KeptUpstream implements Upstream {
  readonly #options: KeptUpstreamOptions;
  #opened: Upstream | undefined;
  #opening: Promise<Upstream> | undefined;
  /** Answers `profile` while closed: our own descriptions do not depend on the connection being open. */
  #last: Upstream | undefined;
  #health: Health = { state: 'idle', text: null };
  #note: Health['text'] = null;
  #busy = 0;
  #failures = 0;
  #restsUntil = 0;
  #openedAt = 0;
  #isClosed = false;
  #stopIdle: Dispose | undefined;
  #stopListening: Dispose | undefined;

  constructor(options: KeptUpstreamOptions) {
    this.#options = options;
  }

  get health(): Health {
    return this.#health.text === null && this.#health.state !== 'failing' ? { ...this.#health, text: this.#note } : this.#health;
  }

  note(text: Health['text']): void {
    if (JSON.stringify(text) === JSON.stringify(this.#note)) return;
    this.#note = text;
    this.#options.onHealthChange();
  }

  async ensureOpen(): Promise<Upstream> {
    if (this.#isClosed) throw new ConnectionProblem('failing', say('connection.problem.unknown'), 'The connection was removed.');
    if (this.#opened !== undefined) return this.#opened;
    if (this.#opening !== undefined) return this.#opening;
    const wait = this.#restsUntil - this.#options.clock.now();
    if (wait > 0) {
      const text = `The service failed ${this.#failures} times in a row. Try again in ${Math.ceil(wait / 1000)} s.`;
      throw new ConnectionProblem('failing', say('connection.health.resting', { count: this.#failures }), text);
    }
    this.#opening = this.#open();
    try {
      return await this.#opening;
    } finally {
      this.#opening = undefined;
    }
  }

  async check(): Promise<void> {
    this.#failures = 0;
    this.#restsUntil = 0;
    try {
      await this.listTools();
    } catch {
      // What failed is in the health.
    }
  }

  listTools(): Promise<readonly UpstreamTool[]> {
    return this.#using(async (upstream) => {
      try {
        return await upstream.listTools();
      } catch (error) {
        await this.#failed(upstream, error);
        throw error;
      }
    });
  }

  async callTool(call: UpstreamCall): Promise<UpstreamAnswer> {
    try {
      return await this.#using((upstream) => upstream.callTool(call));
    } catch (error) {
      // Only opening can reject: an upstream answers a call with a value.
      return { kind: 'failed', text: error instanceof ConnectionProblem ? error.message : 'The service could not be reached. Nothing was sent.' };
    }
  }

  profile(name: string): ActionProfile | undefined {
    return this.#last?.profile(name);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening?.catch(() => undefined);
    await this.#shut({ state: 'idle', text: null });
  }

  async #using<T>(work: (upstream: Upstream) => Promise<T>): Promise<T> {
    const upstream = await this.ensureOpen();
    this.#busy += 1;
    this.#stopIdle?.();
    try {
      return await work(upstream);
    } finally {
      this.#busy -= 1;
      this.#startIdle();
    }
  }

  async #open(): Promise<Upstream> {
    let upstream: Upstream;
    try {
      upstream = await this.#options.open();
    } catch (error) {
      this.#rest();
      this.#setHealth(healthAfter(error));
      throw error;
    }
    if (this.#isClosed) {
      await upstream.close();
      throw new ConnectionProblem('failing', say('connection.problem.unknown'), 'The connection was removed.');
    }
    this.#opened = upstream;
    this.#last = upstream;
    this.#openedAt = this.#options.clock.now();
    if (isClosable(upstream)) this.#stopListening = upstream.onClosed(() => this.#endedByItself(upstream));
    this.#setHealth({ state: 'ready', text: null });
    this.#startIdle();
    return upstream;
  }

  #endedByItself(upstream: Upstream): void {
    if (this.#opened !== upstream) return;
    if (this.#options.clock.now() - this.#openedAt >= wellAfter) this.#failures = 0;
    this.#rest();
    void this.#shut({ state: 'failing', text: say('connection.health.stopped') });
  }

  /** Listing tools failed on an open upstream: it is closed, and opened anew when it is needed next. */
  async #failed(upstream: Upstream, error: unknown): Promise<void> {
    if (this.#opened !== upstream) return;
    this.#rest();
    // A call under way must not be cut off because a list failed beside it.
    if (this.#busy > 1) this.#setHealth(healthAfter(error));
    else await this.#shut(healthAfter(error));
  }

  #rest(): void {
    const rest = Math.min(firstRest * 2 ** this.#failures, longestRest);
    this.#failures += 1;
    this.#restsUntil = this.#options.clock.now() + rest;
  }

  #startIdle(): void {
    this.#stopIdle?.();
    if (this.#busy > 0 || this.#opened === undefined) return;
    this.#stopIdle = this.#options.clock.after(this.#options.idleAfter, () => void this.#shut({ state: 'idle', text: null }));
  }

  async #shut(health: Health): Promise<void> {
    const upstream = this.#opened;
    this.#opened = undefined;
    this.#stopIdle?.();
    this.#stopListening?.();
    this.#setHealth(health);
    try {
      await upstream?.close();
    } catch {
      // It is let go either way; there is nobody to tell.
    }
  }

  #setHealth(health: Health): void {
    const isSame = health.state === this.#health.state && JSON.stringify(health.text) === JSON.stringify(this.#health.text);
    this.#health = health;
    if (health.state === 'ready' && isSame) return;
    if (!isSame) this.#options.onHealthChange();
  }
}

function isClosable(upstream: Upstream): upstream is ClosableUpstream {
  return 'onClosed' in upstream && typeof upstream.onClosed === 'function';
}

/** A connector of another folder may bring its own error with the same `state` and `problem`. */
function healthAfter(error: unknown): Health {
  if (!(error instanceof Error)) return { state: 'failing', text: say('connection.health.failed') };
  if (error instanceof ConnectionProblem) return { state: error.state, text: error.problem };
  return { state: 'needsSignIn' in error && error.needsSignIn === true ? 'needs_sign_in' : 'failing', text: say('connection.health.failed') };
}
