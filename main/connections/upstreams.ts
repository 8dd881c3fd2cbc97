import type { ConnectionId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';
import type { Upstream, UpstreamChange, Upstreams } from '../model/upstream.ts';
import { defaultCallLimits, type CallLimits } from './call-queue.ts';
import { ConnectionProblem, targetOf, type Connection, type ConnectionKind, type Health } from './connection.ts';
import { KeptUpstream } from './kept-upstream.ts';
import { defaultRestartLimit, type RestartLimit } from './rest-plan.ts';

/** Opens the upstream of a connection; rejects with a `ConnectionProblem`, or any `Error` that a person may read. */
export type UpstreamFactory = (connection: Connection) => Promise<Upstream>;

export interface UpstreamsOptions {
  /** The same object as long as nothing about the connection has changed. */
  readonly find: (connection: ConnectionId) => Connection | undefined;
  readonly factories: Readonly<Record<ConnectionKind, UpstreamFactory>>;
  readonly clock: Clock;
  /** Takes secrets out of what services write to their error output. */
  readonly scrub: (text: string) => string;
  /** Milliseconds without a call after which an upstream is closed. Default: 10 minutes. */
  readonly idleAfter?: number;
  /** For each connection. Default: 32 calls at once, 256 waiting. */
  readonly limits?: CallLimits;
  /** For commands, which are started here. Default: 5 ends within 10 minutes. */
  readonly restartLimit?: RestartLimit;
}

export interface KeptUpstreams extends Upstreams {
  /**
   * Opens the upstream, or hands out the open one; callers at the same time share one opening. After failures in a row it
   * is left alone for 1 s, 2 s, 4 s … up to 5 minutes, and rejects at once meanwhile. A command that ends by itself 5
   * times within 10 minutes is left down until `check`, or until the connection is changed. It is opened unasked only to
   * take up again what somebody subscribed to. Another call timeout counts from the next moment without a call.
   */
  get(connection: ConnectionId): Promise<Upstream>;
  /** Without opening it; it opens itself when it is used. Undefined before it was first wanted. */
  peek(connection: ConnectionId): Upstream | undefined;
  healthOf(connection: ConnectionId): Health;
  /** For the person's "check now": forgets earlier failures, opens it and lists its tools. Never rejects. */
  check(connection: ConnectionId): Promise<Health>;
  onHealthChange(listener: (connection: ConnectionId) => void): Dispose;
  /** What a service says has changed; all lists, when the connection leads elsewhere or is gone. */
  onChange(listener: (connection: ConnectionId, change: UpstreamChange) => void): Dispose;
  /** The last 64 KiB of its error output, a line each, oldest first, kept across restarts; scrubbed and disarmed. */
  logOf(connection: ConnectionId): readonly string[];
  /** Says in `connection`'s health what a list of its tools has shown. Null takes it back. */
  note(connection: ConnectionId, text: Health['text']): void;
  /** Closes and forgets one connection, after it was changed or removed. */
  drop(connection: ConnectionId): Promise<void>;
  /** Closes everything; nothing can be opened afterwards. */
  close(): Promise<void>;
}

const defaultIdleAfter = 10 * 60_000;

interface Entry {
  /** What it is opened as; its name and call timeout may change. */
  connection: Connection;
  readonly upstream: KeptUpstream;
}

export function createUpstreams(options: UpstreamsOptions): KeptUpstreams {
  const { find, factories, clock, scrub, idleAfter = defaultIdleAfter, limits = defaultCallLimits, restartLimit = defaultRestartLimit } = options;
  const kept = new Map<ConnectionId, Entry>();
  const healthChanged = new Emitter<ConnectionId>();
  const changed = new Emitter<{ readonly id: ConnectionId; readonly change: UpstreamChange }>();
  let isClosed = false;

  function keptFor(id: ConnectionId): KeptUpstream | undefined {
    const entry = kept.get(id);
    if (isClosed) return entry?.upstream;
    const connection = find(id);
    if (connection === undefined) return undefined;
    if (entry !== undefined && entry.connection === connection) return entry.upstream;
    if (entry === undefined) return add(connection);
    const isSame = targetOf(connection) === targetOf(entry.connection);
    if (!isSame) {
      void drop(id);
      return add(connection);
    }
    const isRenewed = connection.callTimeoutSeconds !== entry.connection.callTimeoutSeconds;
    entry.connection = connection;
    if (isRenewed) entry.upstream.life.renew();
    return entry.upstream;
  }

  function add(connection: Connection): KeptUpstream {
    const { id, kind } = connection;
    const entry: Entry = {
      connection,
      upstream: new KeptUpstream({
        open: () => factories[kind](entry.connection),
        clock,
        idleAfter,
        limits,
        restartLimit: kind === 'command' ? restartLimit : null,
        scrub,
        onHealthChange: () => healthChanged.emit(id),
      }),
    };
    entry.upstream.onChange((change) => changed.emit({ id, change }));
    kept.set(id, entry);
    return entry.upstream;
  }

  async function drop(id: ConnectionId): Promise<void> {
    const entry = kept.get(id);
    if (entry === undefined) return;
    kept.delete(id);
    for (const kind of ['tools', 'resources', 'prompts'] as const) changed.emit({ id, change: { kind } });
    await entry.upstream.close();
    healthChanged.emit(id);
  }

  return {
    async get(id) {
      const upstream = keptFor(id);
      if (upstream === undefined) throw new ConnectionProblem('failing', say('connection.problem.unknown'), 'There is no such connection.');
      await upstream.life.ensureOpen();
      return upstream;
    },
    peek: (id) => kept.get(id)?.upstream,
    healthOf: (id) => kept.get(id)?.upstream.life.health ?? { state: 'idle', text: null },
    async check(id) {
      const upstream = keptFor(id);
      if (upstream === undefined) return { state: 'failing', text: say('connection.problem.unknown') };
      await upstream.life.check();
      return upstream.life.health;
    },
    onHealthChange: (listener) => healthChanged.on(listener),
    onChange: (listener) => changed.on(({ id, change }) => listener(id, change)),
    logOf: (id) => kept.get(id)?.upstream.life.log ?? [],
    note: (id, text) => kept.get(id)?.upstream.life.note(text),
    drop,
    async close() {
      isClosed = true;
      const all = [...kept.values()];
      await Promise.all(all.map(({ upstream }) => upstream.close()));
    },
  };
}
