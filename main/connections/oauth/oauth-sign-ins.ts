import type { lookup } from 'node:dns';
import type { FetchLike } from '@modelcontextprotocol/client';
import type { BrowserSignIn, ConnectionId, Message } from '../../../preload/contract.ts';
import type { Clock } from '../../model/clock.ts';
import { Emitter, type Dispose } from '../../model/disposable.ts';
import { say } from '../../model/say.ts';
import { problemIn, type Connection } from '../connection.ts';
import type { PlainPage } from '../../model/plain-page.ts';
import { redirectAddress } from './callback-listener.ts';
import { HeldSignIn, type SignInVault } from './held-sign-in.ts';
import { nothingKept } from './kept-sign-in.ts';
import type { NamedClient } from './oauth-client.ts';
import { attemptSignIn, type SignInStage } from './sign-in-attempt.ts';
import { ClientNeededError, shownHost, SignInProblem } from './sign-in-problem.ts';
import { targetOfSignIn, type SignInTarget } from './sign-in-target.ts';
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
  /** Of those texts (BCP 47). */
  language(): string;
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

/** Sign-ins of services on the web and of mailboxes in the person's browser (OAuth 2.1; MCP, Authorization), and the tokens that come of them. */
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
    await Promise.all(
      connections.map(async (connection) => {
        const target = targetOfSignIn(connection);
        if (target === undefined) return;
        await this.#hold(connection.id, target);
        this.#changed.emit(connection.id);
      }),
    );
  }

  /** Why the person has to sign in, as far as it is known; null: they need not. */
  needOf(id: ConnectionId): Message | null {
    return this.#loaded.get(id)?.need ?? null;
  }

  /** Null for a connection that signs in in another way. */
  viewOf(connection: Connection): BrowserSignIn | null {
    const { id } = connection;
    const target = targetOfSignIn(connection);
    if (target === undefined) return null;
    const attempt = this.#attempts.get(id);
    const grant = this.#loaded.get(id)?.kept.grant ?? null;
    return {
      at: attempt?.at ?? (grant === null ? null : shownHost(grant.issuer)),
      account: grant?.account ?? null,
      since: grant?.signedInAt ?? null,
      stage: attempt?.stage ?? null,
      problem: this.#problems.get(id) ?? null,
      redirectAddress: redirectAddress(target.redirectHost),
    };
  }

  /** What requests to the connection's service go through. */
  fetchFor(connection: Connection, base: FetchLike = fetch): FetchLike {
    const target = targetOfSignIn(connection);
    return target === undefined ? base : createSignedFetch(() => this.#hold(connection.id, target), target.origin, base);
  }

  /**
   * Lends the access token for one sign-in at a server that speaks no HTTP. When it refuses the token (`isRefused`), `work`
   * is done once more with a fresh one, and then a person is needed. What `work` throws is thrown.
   * @throws {ConnectionProblem} when a person has to sign in first.
   */
  async withToken<T>(connection: Connection, work: (token: string) => Promise<T>, isRefused: (error: unknown) => boolean): Promise<T> {
    const target = targetOfSignIn(connection);
    if (target === undefined) throw new Error('This connection has no sign-in in the browser.');
    const held = await this.#hold(connection.id, target);
    const token = await held.token();
    if (token === undefined) throw await held.refused(null, token);
    try {
      return await work(token);
    } catch (error) {
      if (!isRefused(error)) throw error;
    }
    const renewed = await held.tokenAfter(token);
    try {
      return await work(renewed);
    } catch (error) {
      if (isRefused(error)) await held.refused(null, renewed);
      throw error;
    }
  }

  /** For "check now": what was refused before is tried again. */
  async reconsider(connection: Connection): Promise<void> {
    const target = targetOfSignIn(connection);
    if (target === undefined) return;
    // What cannot be read now was refused by nobody.
    (await this.#hold(connection.id, target).catch(() => undefined))?.reconsider();
  }

  /**
   * Begins a sign-in, in place of one that is under way. Resolves once the browser was opened, or the person has to name
   * a client first; the rest is told by `viewOf`.
   */
  async start(id: ConnectionId, client: NamedClient | null): Promise<SignInStart> {
    const connection = this.#options.find(id);
    const target = connection === undefined ? undefined : targetOfSignIn(connection);
    if (connection === undefined || target === undefined) return { ok: false, problem: say('connection.problem.unknown') };
    this.#end(id);
    const attempt: Attempt = { abort: new AbortController(), stage: 'finding', at: null };
    this.#attempts.set(id, attempt);
    this.#problems.delete(id);
    const isOpened = Promise.withResolvers<SignInStart>();
    void this.#attempt(connection, target, client, attempt, () => isOpened.resolve({ ok: true, value: null })).then(isOpened.resolve);
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
    const target = targetOfSignIn(connection);
    // What cannot be read cannot be revoked; it is shredded all the same.
    const held = target === undefined ? undefined : await this.#hold(id, target).catch(() => undefined);
    const { grant, client } = held?.kept ?? nothingKept;
    this.#end(id);
    this.#problems.delete(id);
    this.#release(id);
    const shredded = await shred();
    if (target === undefined || grant === null || client === null) return { shredded, revoked: Promise.resolve(false) };
    return { shredded, revoked: revokeGrant(grant, client, this.#waryFetch(target), AbortSignal.timeout(revokeWithin)) };
  }

  close(): void {
    for (const id of this.#attempts.keys()) this.#end(id);
    for (const id of this.#held.keys()) this.#release(id);
  }

  async #attempt(connection: Connection, target: SignInTarget, client: NamedClient | null, attempt: Attempt, onOpened: () => void): Promise<SignInStart> {
    const { id } = connection;
    const options = this.#options;
    const { clock, timeLimit = defaultTimeLimit } = options;
    const page = (name: 'done' | 'failed' | 'stranger'): PlainPage => ({ language: options.language(), title: options.text(say(`signIn.page.${name}.title`)), text: options.text(say(`signIn.page.${name}.text`, { name: connection.name })) });
    try {
      const held = await this.#hold(id, target);
      await attemptSignIn({
        target,
        kept: held.kept,
        client,
        documentUrl: options.documentUrl(),
        fetch: this.#waryFetch(target),
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
      return this.#ended(id, attempt, error instanceof SignInProblem ? error.problem : (problemIn(error)?.problem ?? say('signIn.problem.failed')));
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
    held?.then((one) => one.close()).catch(() => undefined);
  }

  async #hold(id: ConnectionId, target: SignInTarget): Promise<HeldSignIn> {
    // One that leads elsewhere since has nothing of what was kept.
    if (this.#loaded.has(id) && this.#loaded.get(id)?.origin !== target.origin) this.#release(id);
    const known = this.#held.get(id);
    if (known !== undefined) return known;
    const { clock, vault } = this.#options;
    const loading = HeldSignIn.load({
      id,
      origin: target.origin,
      host: target.host,
      vault,
      clock,
      fetch: this.#waryFetch(target),
      onChange: () => this.#changed.emit(id),
    });
    this.#held.set(id, loading);
    try {
      const held = await loading;
      if (this.#held.get(id) === loading) this.#loaded.set(id, held);
      return held;
    } catch (error) {
      // It is asked again next time: a keychain that is locked now may be open then.
      if (this.#held.get(id) === loading) this.#held.delete(id);
      throw error;
    }
  }

  #waryFetch({ named }: SignInTarget): FetchLike {
    const { resolve } = this.#options;
    return createWaryFetch({ named, ...(resolve === undefined ? {} : { resolve }) });
  }
}
