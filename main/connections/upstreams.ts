import type { ConnectionId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';
import type { Upstream, Upstreams } from '../model/upstream.ts';
import { ConnectionProblem, type Connection, type ConnectionKind, type Health } from './connection.ts';
import { KeptUpstream } from './kept-upstream.ts';

/** Opens the upstream of a connection; rejects with a `ConnectionProblem`, or any `Error` that a person may read. */
export type UpstreamFactory = (connection: Connection) => Promise<Upstream>;

export interface UpstreamsOptions {
  readonly find: (connection: ConnectionId) => Connection | undefined;
  readonly factories: Readonly<Record<ConnectionKind, UpstreamFactory>>;
  readonly clock: Clock;
  /** Milliseconds without a call after which an upstream is closed. Default: 10 minutes. */
  readonly idleAfter?: number;
}

export interface KeptUpstreams extends Upstreams {
  /**
   * Opens the upstream, or hands out the open one; callers at the same time share one opening. After failures in a row it
   * is left alone for 1 s, 2 s, 4 s … up to 5 minutes, and rejects at once meanwhile. It is never opened unasked.
   */
  get(connection: ConnectionId): Promise<Upstream>;
  healthOf(connection: ConnectionId): Health;
  /** For the person's "check now": forgets earlier failures, opens it and lists its tools. Never rejects. */
  check(connection: ConnectionId): Promise<Health>;
  onHealthChange(listener: (connection: ConnectionId) => void): Dispose;
  /** Says in `connection`'s health what a list of its tools has shown. Null takes it back. */
  note(connection: ConnectionId, text: Health['text']): void;
  /** Closes and forgets one connection, after it was changed or removed. */
  drop(connection: ConnectionId): Promise<void>;
  /** Closes everything; nothing can be opened afterwards. */
  close(): Promise<void>;
}

const defaultIdleAfter = 10 * 60_000;

export function createUpstreams({ find, factories, clock, idleAfter = defaultIdleAfter }: UpstreamsOptions): KeptUpstreams {
  const kept = new Map<ConnectionId, KeptUpstream>();
  const changed = new Emitter<ConnectionId>();
  let isClosed = false;

  function keptFor(id: ConnectionId): KeptUpstream | undefined {
    const existing = kept.get(id);
    if (existing !== undefined) return existing;
    const connection = find(id);
    if (connection === undefined || isClosed) return undefined;
    const created = new KeptUpstream({
      open: () => factories[connection.kind](connection),
      clock,
      idleAfter,
      onHealthChange: () => changed.emit(id),
    });
    kept.set(id, created);
    return created;
  }

  return {
    async get(id) {
      const upstream = keptFor(id);
      if (upstream === undefined) throw new ConnectionProblem('failing', say('connection.problem.unknown'), 'There is no such connection.');
      await upstream.ensureOpen();
      return upstream;
    },
    healthOf: (id) => kept.get(id)?.health ?? { state: 'idle', text: null },
    async check(id) {
      const upstream = keptFor(id);
      if (upstream === undefined) return { state: 'failing', text: say('connection.problem.unknown') };
      await upstream.check();
      return upstream.health;
    },
    onHealthChange: (listener) => changed.on(listener),
    note: (id, text) => kept.get(id)?.note(text),
    async drop(id) {
      const upstream = kept.get(id);
      kept.delete(id);
      await upstream?.close();
      if (upstream !== undefined) changed.emit(id);
    },
    async close() {
      isClosed = true;
      const all = [...kept.values()];
      await Promise.all(all.map((upstream) => upstream.close()));
    },
  };
}
