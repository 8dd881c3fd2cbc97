import { computeScopeUnion, extractWWWAuthenticateParams, isStrictScopeSuperset, type FetchLike } from '@modelcontextprotocol/client';
import type { ConnectionId, Message } from '../../../preload/contract.ts';
import type { Clock } from '../../model/clock.ts';
import type { Dispose } from '../../model/disposable.ts';
import { say } from '../../model/say.ts';
import { ConnectionProblem } from '../connection.ts';
import { nothingKept, readKept, secretsIn, type KeptGrant, type KeptSignIn } from './kept-sign-in.ts';
import { shownHost } from './sign-in-problem.ts';
import { renewGrant } from './token-endpoint.ts';

/** Where sign-ins are kept; one credential a connection, bound to the origin of its service. */
export interface SignInVault {
  /**
   * Undefined when there is none; null: there is one, for another origin.
   * @throws {ConnectionProblem} while it cannot be told whether there is one.
   */
  read(id: ConnectionId, origin: string): Promise<string | null | undefined>;
  /** Resolves with what is wrong when it could not be kept. */
  write(id: ConnectionId, origin: string, value: string, secrets: readonly string[]): Promise<Message | null>;
}

export interface HeldSignInParts {
  readonly id: ConnectionId;
  /** What the tokens are bound to, and the service as a person may be shown it. */
  readonly origin: string;
  readonly host: string;
  readonly vault: SignInVault;
  readonly clock: Clock;
  /** For the authorization server. */
  readonly fetch: FetchLike;
  onChange(): void;
}

/** Milliseconds before its end in which an access token is renewed: clocks differ, and a request takes its time. */
const skew = 60_000;
/** Milliseconds without another attempt after the authorization server could not be reached, while the old token will do. */
const pause = 15_000;
/** Characters of the scopes that a refusal may name. */
const longestScope = 2000;
/** Earlier tokens that are still kept from being seen: a server may take them a little longer. */
const mostEarlier = 8;

type Need = 'sign_in' | 'again' | 'more' | 'moved';

/** The sign-in of one connection: lends its access token, renews it once for all who wait, and knows when a person is needed. */
export class HeldSignIn {
  readonly origin: string;
  readonly #parts: HeldSignInParts;
  #kept: KeptSignIn;
  #earlier: readonly string[] = [];
  #renewing: Promise<void> | undefined;
  #renewAfter = 0;
  #hasEnded = false;
  /** What was kept is for another address: the connection leads elsewhere since. */
  #hasMoved = false;
  #isClosed = false;
  #stopWatching: Dispose = () => undefined;

  private constructor(parts: HeldSignInParts, kept: KeptSignIn) {
    this.#parts = parts;
    this.origin = parts.origin;
    this.#kept = kept;
    this.#watchEnd();
  }

  /** @throws {ConnectionProblem} while it cannot be read. */
  static async load(parts: HeldSignInParts): Promise<HeldSignIn> {
    const text = await parts.vault.read(parts.id, parts.origin);
    const held = new HeldSignIn(parts, typeof text === 'string' ? readKept(text) : nothingKept);
    if (text === null) held.#move();
    return held;
  }

  get kept(): KeptSignIn {
    return this.#kept;
  }

  /** Why the person has to sign in; null: they need not. */
  get need(): Message | null {
    const need = this.#need();
    return need === null ? null : say(needs[need], { host: this.#parts.host });
  }

  /**
   * The access token, renewed where it is about to end; undefined: nobody signed in, and nobody asked for it.
   * @throws {ConnectionProblem} when a person has to sign in first, or the renewal has to wait.
   */
  async token(): Promise<string | undefined> {
    const { grant, wanted } = this.#kept;
    if (grant === null) {
      if (wanted !== null) throw this.problem();
      return undefined;
    }
    const now = this.#now();
    const isGood = grant.expiresAt === null || grant.expiresAt > now;
    const mayWait = grant.expiresAt === null || grant.expiresAt - skew > now || grant.refreshToken === null || now < this.#renewAfter;
    return isGood && mayWait ? grant.accessToken : this.#renewed(grant, isGood);
  }

  /** A token in place of one that the service refused before its time. @throws {ConnectionProblem} */
  async tokenAfter(refused: string): Promise<string> {
    const { grant } = this.#kept;
    if (grant === null) throw this.problem();
    // Somebody else has renewed it meanwhile.
    return grant.accessToken === refused ? this.#renewed(grant, false) : grant.accessToken;
  }

  /** The service refused (401) a request without a token, or with one that was fresh: a person is needed. */
  async refused(response: Response | null, token: string | undefined): Promise<ConnectionProblem> {
    const { resourceMetadataUrl, scope } = response === null ? {} : readChallenge(response);
    const { grant, metadataUrl, wanted } = this.#kept;
    const { host } = this.#parts;
    if (grant !== null && grant.accessToken !== token) {
      return new ConnectionProblem('failing', say('connection.health.failed'), `Somebody signed in to ${host} anew meanwhile. Nothing was done. Try again.`);
    }
    this.#hasEnded = grant !== null;
    await this.#keep({ ...this.#kept, grant: null, metadataUrl: resourceMetadataUrl?.href ?? metadataUrl, wanted: { scope: scope ?? null, granted: grant?.scope ?? wanted?.granted ?? null } });
    return this.problem();
  }

  /** The service wants more than was granted (403, RFC 6750, section 3.1). Undefined when it was granted all that it names. */
  async insufficient(response: Response): Promise<ConnectionProblem | undefined> {
    const { error, resourceMetadataUrl, scope } = readChallenge(response);
    const { grant, metadataUrl } = this.#kept;
    if (error !== 'insufficient_scope' || grant === null || !isStrictScopeSuperset(scope, grant.scope ?? undefined)) return undefined;
    const union = computeScopeUnion(this.#kept.wanted?.scope ?? undefined, grant.scope ?? undefined, scope);
    await this.#keep({ ...this.#kept, metadataUrl: resourceMetadataUrl?.href ?? metadataUrl, wanted: { scope: union ?? null, granted: grant.scope } });
    return this.problem();
  }

  /** What the person has signed in to. Resolves with what is wrong when it could not be kept; then nothing has changed. */
  async signedIn(kept: Pick<KeptSignIn, 'client' | 'grant'>): Promise<Message | null> {
    const before = this.#kept;
    const problem = await this.#keep({ ...before, ...kept, wanted: null });
    if (problem !== null) await this.#keep(before);
    else this.#hasEnded = this.#hasMoved = false;
    return problem;
  }

  /** For "check now": the service may have changed its mind. It is asked again, without a sign-in. */
  reconsider(): void {
    if (this.#kept.grant === null) this.#kept = { ...this.#kept, wanted: null };
  }

  /** Nothing is lent or kept from now on: the connection is gone, or leads elsewhere. */
  close(): void {
    this.#isClosed = true;
    this.#stopWatching();
    this.#kept = nothingKept;
  }

  problem(): ConnectionProblem {
    const { host } = this.#parts;
    const need = this.#need() ?? 'sign_in';
    return new ConnectionProblem('needs_sign_in', say(needs[need], { host }), `${host} ${forAgents[need]}. A person has to sign in to it in Countersign first. Nothing was done.`);
  }

  #need(): Need | null {
    const { grant, wanted } = this.#kept;
    if (wanted === null) return null;
    if (grant !== null) return 'more';
    if (this.#hasMoved) return 'moved';
    return this.#hasEnded ? 'again' : 'sign_in';
  }

  #move(): void {
    this.#hasMoved = true;
    this.#kept = { ...nothingKept, wanted: { scope: null, granted: null } };
  }

  #now(): number {
    return this.#parts.clock.now();
  }

  /** One renewal for all who want it. `isStillGood`: the old token will do when the authorization server cannot be reached. */
  async #renewed(grant: KeptGrant, isStillGood: boolean): Promise<string> {
    this.#renewing ??= this.#renew(grant, isStillGood).finally(() => (this.#renewing = undefined));
    await this.#renewing;
    const { grant: current } = this.#kept;
    if (current === null) throw this.problem();
    return current.accessToken;
  }

  async #renew(grant: KeptGrant, isStillGood: boolean): Promise<void> {
    const { client } = this.#kept;
    const renewal = client === null ? ({ kind: 'refused' } as const) : await renewGrant(grant, client, () => this.#now(), this.#parts.fetch);
    // The person has signed in anew meanwhile, or the connection is gone.
    if (this.#kept.grant !== grant) return;
    switch (renewal.kind) {
      case 'renewed':
        this.#earlier = [...this.#earlier, ...secretsIn({ ...nothingKept, grant })].slice(-mostEarlier);
        // It counts even when it cannot be written down: the old one is worth nothing any more.
        await this.#keep({ ...this.#kept, grant: renewal.grant });
        return;
      case 'refused':
        await this.#end(grant);
        return;
      case 'unreachable': {
        this.#renewAfter = this.#now() + pause;
        if (isStillGood) return;
        const [host, other] = [this.#parts.host, shownHost(grant.issuer)];
        throw new ConnectionProblem('failing', say('connection.health.notRenewed', { host, other }), `The sign-in to ${host} could not be renewed, because ${other} does not answer. Nothing was done. Try again later.`);
      }
    }
  }

  async #end(grant: KeptGrant): Promise<void> {
    this.#hasEnded = true;
    await this.#keep({ ...this.#kept, grant: null, wanted: { scope: null, granted: grant.scope } });
  }

  /** What cannot be renewed ends by itself, and the person is to know then, not at the next call. */
  #watchEnd(): void {
    this.#stopWatching();
    const { grant } = this.#kept;
    if (grant?.expiresAt === null || grant === null || grant.refreshToken !== null) return;
    this.#stopWatching = this.#parts.clock.after(grant.expiresAt - this.#now(), () => {
      if (this.#kept.grant !== grant) return;
      if (grant.expiresAt !== null && grant.expiresAt > this.#now()) this.#watchEnd();
      else void this.#end(grant);
    });
  }

  async #keep(kept: KeptSignIn): Promise<Message | null> {
    // What was still under way must not bring back what was shredded.
    if (this.#isClosed) return null;
    this.#kept = kept;
    this.#watchEnd();
    const { id, vault } = this.#parts;
    const problem = await vault.write(id, this.origin, JSON.stringify(kept), [...secretsIn(kept), ...this.#earlier]);
    this.#parts.onChange();
    return problem;
  }
}

const needs: Readonly<Record<Need, string>> = {
  sign_in: 'connection.health.needsSignIn',
  again: 'connection.health.signInEnded',
  more: 'connection.health.wantsMore',
  moved: 'connection.health.moved',
};

const forAgents: Readonly<Record<Need, string>> = {
  sign_in: 'asks for a sign-in',
  again: 'does not accept the sign-in any more',
  more: 'asks for more than the person has allowed',
  moved: 'is at another address than the one that was signed in to',
};

function readChallenge(response: Response): ReturnType<typeof extractWWWAuthenticateParams> {
  const { scope, ...others } = extractWWWAuthenticateParams(response);
  return scope === undefined || scope.length > longestScope ? others : { ...others, scope };
}
