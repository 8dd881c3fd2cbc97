import type { lookup } from 'node:dns';
import type { FetchLike } from '@modelcontextprotocol/client';
import type { BrowserSignIn, ConnectionId, Message, OAuthConfig } from '../../../preload/contract.ts';
import type { Clock } from '../../model/clock.ts';
import { Emitter, type Dispose } from '../../model/disposable.ts';
import { say } from '../../model/say.ts';
import type { Connection } from '../connection.ts';
import { remoteConfig } from '../sign-in-config.ts';
import type { CallbackPage } from './callback-page.ts';
import { HeldSignIn, type SignInVault } from './held-sign-in.ts';
import { nothingKept } from './kept-sign-in.ts';
import type { NamedClient } from './oauth-client.ts';
import { attemptSignIn, type SignInStage } from './sign-in-attempt.ts';
import { ClientNeededError, shownHost, SignInProblem } from './sign-in-problem.ts';
import { createSignedFetch } from './signed-fetch.ts';
import { revokeGrant } from './token-endpoint.ts';
import { createWaryFetch } from './wary-fetch.ts';

export interface OAuthSignInsOptions {
  readonly clock: Clock;
  readonly vault: SignInVault;
  find(id: ConnectionId): Connection | undefined;
  /** Opens the person's browser; false when it cannot. */
  open(url: URL): Promise<boolean>;
  /** Where this app's client metadata document is; null: nowhere. */
  documentUrl(): string | null;
  text(message: Message): string;
  /** Tries the connection with its new sign-in; resolves with what is still wrong. */
  onSignedIn(id: ConnectionId): Promise<Message | null>;
  /** Milliseconds the person may take in the browser. Default: 10 minutes. */
  readonly timeLimit?: number;
  /** In place of the system's name lookup. */
  readonly resolve?: typeof lookup;
}

export type SignInStart = { readonly ok: true; readonly value: null } | { readonly ok: false; readonly problem: Message };

const defaultTimeLimit = 10 * 60_000;
/** Milliseconds in which an authorization server may be told that a grant is over. */
const revokeWithin = 5000;

interface Attempt {
  readonly abort: AbortController;
  stage: SignInStage | 'client';
  at: string | null;
}

/** Sign-ins of remote connections in the person's browser (OAuth 2.1; MCP, Authorization), and the tokens that come of them. */
export class OAuthSignIns {
  readonly #options: OAuthSignInsOptions;
  readonly #held = new Map<ConnectionId, Promise<HeldSignIn>>();
  readonly #loaded = new Map<ConnectionId, HeldSignIn>();
  readonly #attempts = new Map<ConnectionId, Attempt>();
  readonly #problems = new Map<ConnectionId, Message>();
  readonly #changed = new Emitter<ConnectionId>();

  constructor(options: OAuthSignInsOptions) {
    this.#options = options;
  }

  /** Something that `viewOf` or `needOf` says has changed. */
  onChange(listener: (id: ConnectionId) => void): Dispose {
    return this.#changed.on(listener);
  }

  /** Reads what was kept of these connections, so that it is known who has to sign in before a Claw finds out. */
  async load(connections: readonly Connection[]): Promise<void> {
    const ours = connections.filter((connection) => oauthOf(connection) !== undefined);
    await Promise.all(ours.map((connection) => this.#hold(connection).then(() => this.#changed.emit(connection.id))));
  }

  /** Why the person has to sign in, as far as it is known; null: they need not. */
  needOf(id: ConnectionId): Message | null {
    return this.#loaded.get(id)?.need ?? null;
  }

  /** Null for a connection that signs in in another way. */
  viewOf(connection: Connection): BrowserSignIn | null {
    const { id } = connection;
    if (oauthOf(connection) === undefined) return null;
    const attempt = this.#attempts.get(id);
    const grant = this.#loaded.get(id)?.kept.grant ?? null;
    return {
      at: attempt?.at ?? (grant === null ? null : shownHost(grant.issuer)),
      account: grant?.account ?? null,
      since: grant?.signedInAt ?? null,
      stage: attempt?.stage ?? null,
      problem: this.#problems.get(id) ?? null,
    };
  }

  /** What requests to the connection's service go through. */
  fetchFor(connection: Connection, base: FetchLike = fetch): FetchLike {
    return createSignedFetch(() => this.#hold(connection), serverUrlOf(connection).origin, base);
  }

  /** For "check now": what was refused before is tried again. */
  async reconsider(connection: Connection): Promise<void> {
    if (oauthOf(connection) !== undefined) (await this.#hold(connection)).reconsider();
  }

  /**
   * Begins a sign-in, in place of one that is under way. Resolves once the browser was opened, or the person has to name
   * a client first; the rest is told by `viewOf`.
   */
  async start(id: ConnectionId, client: NamedClient | null): Promise<SignInStart> {
    const connection = this.#options.find(id);
    if (connection === undefined || oauthOf(connection) === undefined) return { ok: false, problem: say('connection.problem.unknown') };
    this.#end(id);
    const attempt: Attempt = { abort: new AbortController(), stage: 'finding', at: null };
    this.#attempts.set(id, attempt);
    this.#problems.delete(id);
    const isOpened = Promise.withResolvers<SignInStart>();
    void this.#attempt(connection, client, attempt, () => isOpened.resolve({ ok: true, value: null })).then(isOpened.resolve);
    return isOpened.promise;
  }

  /** Gives up the sign-in that is under way, and forgets why the last one failed. */
  cancel(id: ConnectionId): void {
    this.#end(id);
    this.#problems.delete(id);
    this.#changed.emit(id);
  }

  /**
   * Lets go of a connection's tokens: `shred` first, which needs no network, then the authorization server is told
   * (RFC 7009), for at most 5 s. `revoked` resolves with whether it took note, and is not to be waited for.
   */
  async forget<T>(connection: Connection, shred: () => Promise<T>): Promise<{ readonly shredded: T; readonly revoked: Promise<boolean> }> {
    const { id } = connection;
    const config = oauthOf(connection);
    const { grant, client } = config === undefined ? nothingKept : (await this.#hold(connection)).kept;
    this.#end(id);
    this.#problems.delete(id);
    this.#release(id);
    const shredded = await shred();
    if (config === undefined || grant === null || client === null) return { shredded, revoked: Promise.resolve(false) };
    return { shredded, revoked: revokeGrant(grant, client, this.#waryFetch(serverUrlOf(connection), config), AbortSignal.timeout(revokeWithin)) };
  }

  close(): void {
    for (const id of this.#attempts.keys()) this.#end(id);
    for (const id of this.#held.keys()) this.#release(id);
  }

  async #attempt(connection: Connection, client: NamedClient | null, attempt: Attempt, onOpened: () => void): Promise<SignInStart> {
    const { id } = connection;
    const options = this.#options;
    const { clock, timeLimit = defaultTimeLimit } = options;
    const serverUrl = serverUrlOf(connection);
    const config = oauthOf(connection) ?? { kind: 'oauth' };
    const page = (name: 'done' | 'failed' | 'stranger'): CallbackPage => ({ title: options.text(say(`signIn.page.${name}.title`)), text: options.text(say(`signIn.page.${name}.text`, { name: connection.name })) });
    try {
      const held = await this.#hold(connection);
      await attemptSignIn({
        serverUrl,
        config,
        kept: held.kept,
        client,
        documentUrl: options.documentUrl(),
        named: namedBy(serverUrl, config),
        fetch: this.#waryFetch(serverUrl, config),
        clock,
        timeLimit,
        signal: attempt.abort.signal,
        pages: { done: page('done'), failed: page('failed'), stranger: page('stranger') },
        async open(url) {
          const isOpened = await options.open(url);
          if (isOpened) onOpened();
          return isOpened;
        },
        onStage: (stage, at) => {
          attempt.stage = stage;
          attempt.at = at;
          this.#changed.emit(id);
        },
        async keep(usedClient, grant) {
          const problem = await held.signedIn({ client: usedClient, grant });
          if (problem !== null) throw new SignInProblem(problem);
        },
      });
      return this.#ended(id, attempt, await this.#options.onSignedIn(id));
    } catch (error) {
      if (this.#attempts.get(id) !== attempt) return { ok: false, problem: say('signIn.problem.cancelled') };
      if (error instanceof ClientNeededError) {
        attempt.stage = 'client';
        attempt.at = shownHost(error.issuer);
        this.#changed.emit(id);
        return { ok: true, value: null };
      }
      return this.#ended(id, attempt, error instanceof SignInProblem ? error.problem : say('signIn.problem.failed'));
    }
  }

  #ended(id: ConnectionId, attempt: Attempt, problem: Message | null): SignInStart {
    // Another one may have begun meanwhile.
    if (this.#attempts.get(id) === attempt) {
      this.#attempts.delete(id);
      if (problem !== null) this.#problems.set(id, problem);
      this.#changed.emit(id);
    }
    return problem === null ? { ok: true, value: null } : { ok: false, problem };
  }

  #end(id: ConnectionId): void {
    const attempt = this.#attempts.get(id);
    this.#attempts.delete(id);
    attempt?.abort.abort(new SignInProblem(say('signIn.problem.cancelled')));
  }

  #release(id: ConnectionId): void {
    const held = this.#held.get(id);
    this.#held.delete(id);
    this.#loaded.delete(id);
    void held?.then((one) => one.close());
  }

  async #hold(connection: Connection): Promise<HeldSignIn> {
    const { id } = connection;
    const serverUrl = serverUrlOf(connection);
    // One that leads elsewhere since has nothing of what was kept.
    if (this.#loaded.has(id) && this.#loaded.get(id)?.serverUrl.href !== serverUrl.href) this.#release(id);
    const known = this.#held.get(id);
    if (known !== undefined) return known;
    const { clock, vault } = this.#options;
    const loading = HeldSignIn.load({
      id,
      serverUrl,
      vault,
      clock,
      fetch: this.#waryFetch(serverUrl, oauthOf(connection) ?? { kind: 'oauth' }),
      onChange: () => this.#changed.emit(id),
    });
    this.#held.set(id, loading);
    const held = await loading;
    if (this.#held.get(id) === loading) this.#loaded.set(id, held);
    return held;
  }

  #waryFetch(serverUrl: URL, config: OAuthConfig): FetchLike {
    const { resolve } = this.#options;
    return createWaryFetch({ named: namedBy(serverUrl, config), ...(resolve === undefined ? {} : { resolve }) });
  }
}

/** How a connection signs in by OAuth; undefined for one that signs in in another way, or not at all. */
function oauthOf({ kind, config }: Connection): OAuthConfig | undefined {
  const parsed = kind === 'remote' ? remoteConfig.safeParse(config) : undefined;
  if (parsed?.success !== true) return undefined;
  const { signIn = { kind: 'oauth' } } = parsed.data;
  return signIn.kind === 'oauth' ? signIn : undefined;
}

/** For a connection that `oauthOf` knows. */
function serverUrlOf({ config }: Connection): URL {
  return new URL(remoteConfig.parse(config).url);
}

/** What the person and the organization named themselves. */
function namedBy(serverUrl: URL, { issuer }: OAuthConfig): readonly URL[] {
  return issuer === undefined ? [serverUrl] : [serverUrl, new URL(issuer)];
}
