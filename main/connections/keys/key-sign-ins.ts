import type { FetchLike } from '@modelcontextprotocol/client';
import type { ConnectionId, KeySignIn, Message, SecretCommand } from '../../../preload/contract.ts';
import type { Clock } from '../../model/clock.ts';
import { disarmLine } from '../../model/disarm.ts';
import { Emitter, type Dispose } from '../../model/disposable.ts';
import { currentAgent } from '../../model/on-behalf-of.ts';
import { say } from '../../model/say.ts';
import { ConnectionProblem, problemIn, type Connection } from '../connection.ts';
import { openHttpUpstream } from '../http-upstream.ts';
import type { Network } from '../network/network.ts';
import { certificateProblem, createCertificateFetch } from './certificate-fetch.ts';
import { loadClientCertificate, type ClientCertificate } from './client-certificate.ts';
import { CommandSecrets, programOf } from './command-secrets.ts';
import { createKeyFetch, type KeySource } from './key-fetch.ts';
import { isCertificate, isUsableKey, keyTargetOf, type AnyKeyTarget, type CertificateConfig, type KeyTarget, type SentKeyConfig } from './key-target.ts';

/** Where keys and passphrases are kept; one credential a connection. */
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
  readonly network: Network;
}

interface LastUse {
  readonly at: number;
  /** The agent it was used for; null: nobody but the app itself. */
  readonly by: string | null;
}

/** Why a person is needed, and for which address: with another one it is another sign-in. */
interface Stop {
  readonly boundTo: string;
  readonly problem: ConnectionProblem;
}

/** Sign-ins of services on the web with a key of their own: in a header, in the address, or a certificate's. */
export class KeySignIns {
  readonly #options: KeySignInsOptions;
  readonly #given: CommandSecrets;
  readonly #stops = new Map<ConnectionId, Stop>();
  /** Of keys that programs give; the credential store knows of the others. */
  readonly #lastUses = new Map<ConnectionId, LastUse>();
  readonly #validUntil = new Map<ConnectionId, number>();
  readonly #changed = new Emitter<ConnectionId>();

  constructor(options: KeySignInsOptions) {
    this.#options = options;
    const { clock, vault } = options;
    this.#given = new CommandSecrets({ clock, know: (id, secrets) => vault.know(id, secrets) });
  }

  /** What `needOf` or `viewOf` says has changed. */
  onChange(listener: (id: ConnectionId) => void): Dispose {
    return this.#changed.on(listener);
  }

  /** Null for a connection that signs in in another way. */
  viewOf(connection: Connection): KeySignIn | null {
    const config = keyTargetOf(connection)?.config;
    if (config === undefined) return null;
    const { kind, secretCommand } = config;
    const name = disarmLine(config.kind === 'certificate' ? config.certificateFile : config.name);
    return { kind, name, validUntil: this.#validUntil.get(connection.id) ?? null, program: secretCommand === undefined ? null : programOf(secretCommand) };
  }

  /** What the connection's kept key is bound to; undefined: it has none. */
  boundTo(connection: Connection): string | undefined {
    const target = keyTargetOf(connection);
    return target?.config.secretCommand === undefined ? target?.boundTo : undefined;
  }

  /** Whether it needs a key that only a keychain keeps beyond this session; of a certificate nobody knows before it is read. */
  needsKeychain(connection: Connection): boolean {
    const target = keyTargetOf(connection);
    return target !== undefined && !isCertificate(target) && target.config.secretCommand === undefined;
  }

  /** When a key that a program gives was used last; null: not since the app was started. */
  lastUse(id: ConnectionId): LastUse | null {
    return this.#lastUses.get(id) ?? null;
  }

  /** Why a person is needed; null: nobody is, as far as it is known. */
  needOf(connection: Connection): Message | null {
    const target = keyTargetOf(connection);
    return (target && this.#stopOf(connection.id, target)?.problem) ?? null;
  }

  /** What requests to the connection's service go through; undefined for one that signs in in another way. */
  fetchFor(connection: Connection): FetchLike | undefined {
    const { id } = connection;
    const { network } = this.#options;
    const target = keyTargetOf(connection);
    if (target === undefined) return undefined;
    if (isCertificate(target)) return createCertificateFetch(target, () => this.#certificate(id, target), network);
    return createKeyFetch(target, this.#sourceFor(id, target), network.fetch);
  }

  /** Tries the key at the service and keeps it. Resolves with what is wrong; then nothing has changed. */
  async signIn(connection: Connection, key: string): Promise<Message | null> {
    const target = keyTargetOf(connection);
    if (target === undefined || target.config.secretCommand !== undefined) return say('connection.problem.unknown');
    const wrong = wrongWith(key, target);
    if (wrong !== null) return wrong;
    const problem = await this.#tried(connection, target, key);
    return problem ?? this.keep(connection, key);
  }

  /** Keeps a key that nobody has tried. Resolves with what is wrong; then nothing has changed. */
  async keep(connection: Connection, key: string): Promise<Message | null> {
    const target = keyTargetOf(connection);
    if (target === undefined) return say('connection.problem.unknown');
    const wrong = wrongWith(key, target) ?? (await this.#options.vault.keep(connection.id, target.boundTo, key));
    if (wrong === null) this.forget(connection.id);
    return wrong;
  }

  /** Whatever was refused is tried again, and programs are asked again. */
  forget(id: ConnectionId): void {
    this.#given.drop(id);
    this.#lastUses.delete(id);
    const isKnown = this.#validUntil.delete(id);
    if (this.#stops.delete(id) || isKnown) this.#changed.emit(id);
  }

  /** Keys that programs gave are used no longer. */
  dropGiven(): void {
    this.#given.dropAll();
  }

  close(): void {
    this.#given.dropAll();
  }

  #sourceFor(id: ConnectionId, target: KeyTarget<SentKeyConfig>): KeySource {
    const { secretCommand } = target.config;
    const source = secretCommand === undefined ? this.#kept(id, target) : this.#givenBy(id, target, secretCommand);
    return {
      ...source,
      lend: () => {
        // Not again and again: services lock out who is wrong too often.
        const stop = this.#stopOf(id, target);
        return stop === undefined ? source.lend() : Promise.reject(stop);
      },
      refused: () => {
        this.#given.drop(id);
        return this.#stop(id, target, refusedBy(target));
      },
    };
  }

  #givenBy(id: ConnectionId, target: KeyTarget<SentKeyConfig>, command: SecretCommand): Omit<KeySource, 'refused'> {
    const usable = (key: string): string => {
      const program = programOf(command);
      if (!isUsableKey(key, target.config)) throw new ConnectionProblem('failing', say('connection.health.program.notAKey', { program }), `The program "${program}" gave something that is no key, so the service was not asked. Nothing was done.`);
      this.#noteUse(id);
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

  #kept(id: ConnectionId, target: AnyKeyTarget): Omit<KeySource, 'refused'> {
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

  /** Reads the certificate with the passphrase that is kept or given. @throws {ConnectionProblem} */
  async #certificate(id: ConnectionId, target: KeyTarget<CertificateConfig>): Promise<ClientCertificate> {
    const { config, boundTo } = target;
    const { vault } = this.#options;
    const passphrase = config.secretCommand === undefined ? await vault.lend(id, boundTo) : await this.#given.get(id, config.secretCommand);
    if (config.secretCommand !== undefined) this.#noteUse(id);
    try {
      const certificate = await this.#readCertificate(target, passphrase);
      vault.know(id, passphrase === undefined ? certificate.secrets : [passphrase, ...certificate.secrets]);
      if (this.#validUntil.get(id) !== certificate.validUntil) this.#changed.emit(id);
      this.#validUntil.set(id, certificate.validUntil);
      this.#stops.delete(id);
      return certificate;
    } catch (error) {
      throw error instanceof ConnectionProblem && error.state === 'needs_sign_in' ? this.#stop(id, target, error) : error;
    }
  }

  async #readCertificate({ config, host }: KeyTarget<CertificateConfig>, passphrase: string | undefined): Promise<ClientCertificate> {
    const read = await loadClientCertificate(config, passphrase, this.#options.clock.now());
    if (!read.ok) throw certificateProblem(read.problem, host, disarmLine(config.certificateFile));
    return read.value;
  }

  #noteUse(id: ConnectionId): void {
    this.#lastUses.set(id, { at: this.#options.clock.now(), by: currentAgent() ?? null });
  }

  #stop(id: ConnectionId, { boundTo }: AnyKeyTarget, problem: ConnectionProblem): ConnectionProblem {
    this.#stops.set(id, { boundTo, problem });
    this.#changed.emit(id);
    return problem;
  }

  #stopOf(id: ConnectionId, { boundTo }: AnyKeyTarget): ConnectionProblem | undefined {
    const stop = this.#stops.get(id);
    return stop?.boundTo === boundTo ? stop.problem : undefined;
  }

  async #tried({ config }: Connection, target: AnyKeyTarget, key: string): Promise<Message | null> {
    const { network } = this.#options;
    const source: KeySource = { lend: () => Promise.resolve(key), renew: () => Promise.resolve(undefined), refused: () => refusedBy(target) };
    try {
      const fetch = isCertificate(target) ? createCertificateFetch(target, () => this.#readCertificate(target, key), network) : createKeyFetch(target, source, network.fetch);
      const upstream = await openHttpUpstream(config, { fetch });
      await upstream.close();
      return null;
    } catch (error) {
      const problem = problemIn(error);
      return problem?.state === 'needs_sign_in' && !isCertificate(target) ? say('signIn.problem.keyNotAccepted', { host: target.host }) : (problem?.problem ?? say('signIn.problem.failed'));
    }
  }
}

function wrongWith(key: string, { config }: AnyKeyTarget): Message | null {
  return isUsableKey(key, config) ? null : say('signIn.problem.notAKey');
}

function refusedBy({ host, config: { secretCommand } }: AnyKeyTarget): ConnectionProblem {
  const text = `${host} does not accept the key. A person has to look after it in Countersign first. Nothing was done.`;
  const problem = secretCommand === undefined ? say('connection.health.keyRefused', { host }) : say('connection.health.program.refused', { host, program: programOf(secretCommand) });
  return new ConnectionProblem('needs_sign_in', problem, text);
}
