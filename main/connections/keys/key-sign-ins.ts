import type { FetchLike } from '@modelcontextprotocol/client';
import type { ConnectionId, KeySignIn, Message } from '../../../preload/contract.ts';
import { disarmLine } from '../../model/disarm.ts';
import { Emitter, type Dispose } from '../../model/disposable.ts';
import { say } from '../../model/say.ts';
import { ConnectionProblem, problemIn, type Connection } from '../connection.ts';
import { openHttpUpstream } from '../http-upstream.ts';
import { createKeyFetch, type KeySource } from './key-fetch.ts';
import { isUsableKey, keyTargetOf, type KeyTarget } from './key-target.ts';

/** Where keys are kept; one credential a connection. */
export interface KeyVault {
  /** Undefined when there is none that is bound to this. @throws {ConnectionProblem} while it cannot be told. */
  lend(id: ConnectionId, boundTo: string): Promise<string | undefined>;
  /** Resolves with what is wrong when it could not be kept. */
  keep(id: ConnectionId, boundTo: string, key: string): Promise<Message | null>;
}

export interface KeySignInsOptions {
  readonly vault: KeyVault;
  /** What requests go through. */
  readonly fetch: FetchLike;
}

/** Sign-ins of services on the web with a key of their own: in a header or in the address. */
export class KeySignIns {
  readonly #options: KeySignInsOptions;
  /** What the refused keys are bound to: with another address it is another sign-in. */
  readonly #refused = new Map<ConnectionId, string>();
  readonly #changed = new Emitter<ConnectionId>();

  constructor(options: KeySignInsOptions) {
    this.#options = options;
  }

  /** What `needOf` says has changed. */
  onChange(listener: (id: ConnectionId) => void): Dispose {
    return this.#changed.on(listener);
  }

  /** Null for a connection that signs in in another way. */
  viewOf(connection: Connection): KeySignIn | null {
    const config = keyTargetOf(connection)?.config;
    return config === undefined ? null : { kind: config.kind, name: disarmLine(config.name) };
  }

  /** What the connection's kept key is bound to; undefined: it has none. */
  boundTo(connection: Connection): string | undefined {
    return keyTargetOf(connection)?.boundTo;
  }

  /** Why a person has to enter the key anew; null: they need not, as far as it is known. */
  needOf(connection: Connection): Message | null {
    const target = keyTargetOf(connection);
    return target !== undefined && this.#isRefused(connection.id, target) ? say('connection.health.keyRefused', { host: target.host }) : null;
  }

  /** What requests to the connection's service go through; undefined for one that signs in in another way. */
  fetchFor(connection: Connection): FetchLike | undefined {
    const target = keyTargetOf(connection);
    return target && createKeyFetch(target, this.#kept(connection.id, target), this.#options.fetch);
  }

  /** Tries the key at the service and keeps it. Resolves with what is wrong; then nothing has changed. */
  async signIn(connection: Connection, key: string): Promise<Message | null> {
    const target = keyTargetOf(connection);
    if (target === undefined) return say('connection.problem.unknown');
    const wrong = this.#wrongWith(key, target);
    if (wrong !== null) return wrong;
    const problem = await this.#tried(connection, target, key);
    return problem ?? this.keep(connection, key);
  }

  /** Keeps a key that nobody has tried. Resolves with what is wrong; then nothing has changed. */
  async keep(connection: Connection, key: string): Promise<Message | null> {
    const target = keyTargetOf(connection);
    if (target === undefined) return say('connection.problem.unknown');
    const wrong = this.#wrongWith(key, target) ?? (await this.#options.vault.keep(connection.id, target.boundTo, key));
    if (wrong === null) this.forget(connection.id);
    return wrong;
  }

  /** Whatever was refused is tried again. */
  forget(id: ConnectionId): void {
    if (this.#refused.delete(id)) this.#changed.emit(id);
  }

  #kept(id: ConnectionId, target: KeyTarget): KeySource {
    const { vault } = this.#options;
    return {
      lend: async () => {
        // Not again and again: services lock out who is wrong too often.
        if (this.#isRefused(id, target)) throw refusedBy(target.host);
        const key = await vault.lend(id, target.boundTo);
        if (key === undefined) throw new ConnectionProblem('needs_sign_in', say('connection.health.noKey', { host: target.host }), `${target.host} wants a key. A person has to enter it in Countersign first. Nothing was done.`);
        return key;
      },
      renew: async (refused) => {
        const key = await vault.lend(id, target.boundTo);
        // The person has entered another one meanwhile.
        return key === refused ? undefined : key;
      },
      refused: () => {
        this.#refused.set(id, target.boundTo);
        this.#changed.emit(id);
        return refusedBy(target.host);
      },
    };
  }

  #isRefused(id: ConnectionId, { boundTo }: KeyTarget): boolean {
    return this.#refused.get(id) === boundTo;
  }

  #wrongWith(key: string, { config }: KeyTarget): Message | null {
    return isUsableKey(key, config) ? null : say('signIn.problem.notAKey');
  }

  async #tried({ config }: Connection, target: KeyTarget, key: string): Promise<Message | null> {
    const source: KeySource = { lend: () => Promise.resolve(key), renew: () => Promise.resolve(undefined), refused: () => refusedBy(target.host) };
    try {
      const upstream = await openHttpUpstream(config, { fetch: createKeyFetch(target, source, this.#options.fetch) });
      await upstream.close();
      return null;
    } catch (error) {
      const problem = problemIn(error);
      return problem?.state === 'needs_sign_in' ? say('signIn.problem.keyNotAccepted', { host: target.host }) : (problem?.problem ?? say('signIn.problem.failed'));
    }
  }
}

function refusedBy(host: string): ConnectionProblem {
  return new ConnectionProblem('needs_sign_in', say('connection.health.keyRefused', { host }), `${host} does not accept the key. A person has to enter another one in Countersign first. Nothing was done.`);
}
