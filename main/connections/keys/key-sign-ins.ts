import type { FetchLike } from '@modelcontextprotocol/client';
import type { ConnectionId, KeySignIn, Message, SecretCommand } from '../../../preload/contract.ts';
import type { Clock } from '../../model/clock.ts';
import { disarmLine } from '../../model/disarm.ts';
import { Emitter, type Dispose } from '../../model/disposable.ts';
import { currentAgent } from '../../model/on-behalf-of.ts';
import { say } from '../../model/say.ts';
import { ConnectionProblem, problemIn, type Connection } from '../connection.ts';
import { openHttpUpstream } from '../http-upstream.ts';
import { CommandSecrets, programOf } from './command-secrets.ts';
import { createKeyFetch, type KeySource } from './key-fetch.ts';
import { isUsableKey, keyTargetOf, type KeyTarget } from './key-target.ts';

/** Where keys are kept; one credential a connection. */
export interface KeyVault {
  /** Undefined when there is none that is bound to this. @throws {ConnectionProblem} while it cannot be told. */
  lend(id: ConnectionId, boundTo: string): Promise<string | undefined>;
  /** Resolves with what is wrong when it could not be kept. */
  keep(id: ConnectionId, boundTo: string, key: string): Promise<Message | null>;
  /** Tells what must be kept from being seen and is kept nowhere; an empty list: it is in use no longer. */
  know(id: ConnectionId, secrets: readonly string[]): void;
}

export interface KeySignInsOptions {
  readonly clock: Clock;
  readonly vault: KeyVault;
  /** What requests go through. */
  readonly fetch: FetchLike;
}

interface LastUse {
  readonly at: number;
  /** The agent it was used for; null: nobody but the app itself. */
  readonly by: string | null;
}

/** Sign-ins of services on the web with a key of their own: in a header or in the address. */
export class KeySignIns {
  readonly #options: KeySignInsOptions;
  /** What the refused keys are bound to: with another address it is another sign-in. */
  readonly #refused = new Map<ConnectionId, string>();
  readonly #changed = new Emitter<ConnectionId>();

  readonly #given: CommandSecrets;
  /** Of keys that programs give; the credential store knows of the others. */
  readonly #lastUses = new Map<ConnectionId, LastUse>();

  constructor(options: KeySignInsOptions) {
    this.#options = options;
    const { clock, vault } = options;
    this.#given = new CommandSecrets({ clock, know: (id, secrets) => vault.know(id, secrets) });
  }

  /** What `needOf` says has changed. */
  onChange(listener: (id: ConnectionId) => void): Dispose {
    return this.#changed.on(listener);
  }

  /** Null for a connection that signs in in another way. */
  viewOf(connection: Connection): KeySignIn | null {
    const config = keyTargetOf(connection)?.config;
    if (config === undefined) return null;
    const { kind, name, secretCommand } = config;
    return { kind, name: disarmLine(name), program: secretCommand === undefined ? null : programOf(secretCommand) };
  }

  /** What the connection's kept key is bound to; undefined: it has none. */
  boundTo(connection: Connection): string | undefined {
    const target = keyTargetOf(connection);
    return target?.config.secretCommand === undefined ? target?.boundTo : undefined;
  }

  /** When a key that a program gives was used last; null: not since the app was started. */
  lastUse(id: ConnectionId): LastUse | null {
    return this.#lastUses.get(id) ?? null;
  }

  /** Why a person has to enter the key anew; null: they need not, as far as it is known. */
  needOf(connection: Connection): Message | null {
    const target = keyTargetOf(connection);
    return target !== undefined && this.#isRefused(connection.id, target) ? refusedBy(target).problem : null;
  }

  /** What requests to the connection's service go through; undefined for one that signs in in another way. */
  fetchFor(connection: Connection): FetchLike | undefined {
    const target = keyTargetOf(connection);
    return target && createKeyFetch(target, this.#sourceFor(connection.id, target), this.#options.fetch);
  }

  /** Tries the key at the service and keeps it. Resolves with what is wrong; then nothing has changed. */
  async signIn(connection: Connection, key: string): Promise<Message | null> {
    const target = keyTargetOf(connection);
    if (target === undefined || target.config.secretCommand !== undefined) return say('connection.problem.unknown');
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

  /** Whatever was refused is tried again, and programs are asked again. */
  forget(id: ConnectionId): void {
    this.#given.drop(id);
    this.#lastUses.delete(id);
    if (this.#refused.delete(id)) this.#changed.emit(id);
  }

  /** Keys that programs gave are used no longer. */
  dropGiven(): void {
    this.#given.dropAll();
  }

  close(): void {
    this.#given.dropAll();
  }

  #sourceFor(id: ConnectionId, target: KeyTarget): KeySource {
    const { secretCommand } = target.config;
    const source = secretCommand === undefined ? this.#kept(id, target) : this.#givenBy(id, target, secretCommand);
    return {
      ...source,
      lend: () => {
        // Not again and again: services lock out who is wrong too often.
        if (this.#isRefused(id, target)) throw refusedBy(target);
        return source.lend();
      },
      refused: () => {
        this.#given.drop(id);
        this.#refused.set(id, target.boundTo);
        this.#changed.emit(id);
        return refusedBy(target);
      },
    };
  }

  #givenBy(id: ConnectionId, target: KeyTarget, command: SecretCommand): Omit<KeySource, 'refused'> {
    const usable = (key: string): string => {
      const program = programOf(command);
      if (!isUsableKey(key, target.config)) throw new ConnectionProblem('failing', say('connection.health.program.notAKey', { program }), `The program "${program}" gave something that is no key, so the service was not asked. Nothing was done.`);
      this.#lastUses.set(id, { at: this.#options.clock.now(), by: currentAgent() ?? null });
      return key;
    };
    return {
      lend: async () => usable(await this.#given.get(id, command)),
      renew: async (refused) => {
        const other = usable(await this.#given.renew(id, command, refused));
        return other === refused ? undefined : other;
      },
    };
  }

  #kept(id: ConnectionId, target: KeyTarget): Omit<KeySource, 'refused'> {
    const { vault } = this.#options;
    return {
      lend: async () => {
        const key = await vault.lend(id, target.boundTo);
        if (key === undefined) throw new ConnectionProblem('needs_sign_in', say('connection.health.noKey', { host: target.host }), `${target.host} wants a key. A person has to enter it in Countersign first. Nothing was done.`);
        return key;
      },
      renew: async (refused) => {
        const key = await vault.lend(id, target.boundTo);
        // The person has entered another one meanwhile.
        return key === refused ? undefined : key;
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
    const source: KeySource = { lend: () => Promise.resolve(key), renew: () => Promise.resolve(undefined), refused: () => refusedBy(target) };
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

function refusedBy({ host, config: { secretCommand } }: KeyTarget): ConnectionProblem {
  const text = `${host} does not accept the key. A person has to look after it in Countersign first. Nothing was done.`;
  const problem = secretCommand === undefined ? say('connection.health.keyRefused', { host }) : say('connection.health.program.refused', { host, program: programOf(secretCommand) });
  return new ConnectionProblem('needs_sign_in', problem, text);
}
