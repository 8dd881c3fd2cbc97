import { randomBytes } from 'node:crypto';
import type { AgentId, ConnectionId } from '../../preload/contract.ts';
import { isWithin, within, type Reach } from '../model/reach.ts';
import type { WebRequest, WebResponse } from '../model/web-exchange.ts';
import { jsonAnswer, problem, problemAnswer, readParameters, type OAuthProblem } from './answers.ts';
import { isVerified, type Authorizations } from './authorizations.ts';
import { exchangeGrant, paths } from './metadata.ts';
import type { Proofs } from './proofs.ts';
import { readResource, type Resource } from './resources.ts';
import { formatScope, parseScope } from './scopes.ts';
import type { TokenEvent } from './token-event.ts';
import type { KeptRefresh, TokenStore } from './token-store.ts';
import { hashOf, type TokenGrant, type Tokens } from './tokens.ts';

export interface TokenEndpointParts {
  readonly tokens: Tokens;
  readonly store: TokenStore;
  readonly authorizations: Authorizations;
  readonly proofs: Proofs;
  readonly clock: { now(): number };
  readonly port: () => number;
  readonly issuer: () => string;
  /** Undefined: forgotten. */
  readonly stateOf: (agent: AgentId) => 'active' | 'paused' | undefined;
  readonly onEvent: (event: TokenEvent) => void;
}

/** Milliseconds a refresh token is good for (8 hours); each use gives a new one. */
export const refreshLifetime = 8 * 60 * 60_000;

const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const refreshForm = /^csr_[A-Za-z0-9_-]{43}$/;

type Parameters = ReadonlyMap<string, string>;
/** The key that a request proved to hold; null: none. */
type Key = string | null;

/** The token endpoint (OAuth 2.1, section 3.2) for public clients, and revocation (RFC 7009). */
export class TokenEndpoint {
  readonly #parts: TokenEndpointParts;

  constructor(parts: TokenEndpointParts) {
    this.#parts = parts;
  }

  async answer(request: WebRequest): Promise<WebResponse> {
    const parameters = readForm(request);
    if ('error' in parameters) return problemAnswer(parameters);
    const key = await this.#proveKey(request);
    if (typeof key === 'object' && key !== null) return problemAnswer(key);
    switch (parameters.form.get('grant_type')) {
      case 'authorization_code':
        return this.#redeem(parameters.form, key);
      case 'refresh_token':
        return this.#refresh(parameters.form, key);
      case exchangeGrant:
        return this.#exchange(parameters.form, key);
      case undefined:
        return problemAnswer(problem('invalid_request', 'grant_type is needed.'));
      default:
        return problemAnswer(problem('unsupported_grant_type', 'This grant_type is not offered here.'));
    }
  }

  /** Always 200 for a token that is none, or somebody else's (RFC 7009, section 2.2): there is nothing left to do, or nothing to be learned. */
  revoke(request: WebRequest): WebResponse {
    const parameters = readForm(request);
    if ('error' in parameters) return problemAnswer(parameters);
    const token = parameters.form.get('token');
    const client = parameters.form.get('client_id');
    if (token === undefined) return problemAnswer(problem('invalid_request', 'token is needed.'));
    const { store, tokens } = this.#parts;
    const kept = refreshForm.test(token) ? store.refresh(hashOf(token)) : undefined;
    if (kept !== undefined && kept.client === client) this.#endFamily(kept.family);
    const granted = tokens.check(token);
    // One of `countersign token` has no client: whoever holds it may end it.
    if ('reach' in granted && (granted.client === null || granted.client === client)) tokens.revoke(token);
    return jsonAnswer(200, {});
  }

  // -------------------------------------------------------------------- grants

  #redeem(form: Parameters, key: Key): WebResponse {
    const { authorizations } = this.#parts;
    const client = form.get('client_id');
    const code = form.get('code');
    if (client === undefined) return problemAnswer(problem('invalid_client', 'client_id is needed.', 401));
    if (code === undefined) return problemAnswer(problem('invalid_request', 'code is needed.'));
    // Taken before anything is compared: whoever guesses has one guess.
    const answer = authorizations.take(code);
    if (answer.kind === 'unknown') return problemAnswer(problem('invalid_grant', 'The code is not known or has expired.'));
    if (answer.kind === 'reused') {
      this.#endFamily(answer.family);
      this.#tell('reused_code', answer.agent, true);
      return problemAnswer(problem('invalid_grant', 'The code was used before; what came of it was taken back.'));
    }
    const granted = answer.code;
    if (granted.client !== client) return this.#refuse('foreign_client', granted.agent, problem('invalid_grant', 'The code was given to another client.'));
    if (form.get('redirect_uri') !== undefined && form.get('redirect_uri') !== granted.redirect) return this.#refuse('foreign_client', granted.agent, problem('invalid_grant', 'redirect_uri is not the one that was asked with.'));
    if (!isVerified(form.get('code_verifier') ?? '', granted.challenge)) return this.#refuse('wrong_verifier', granted.agent, problem('invalid_grant', 'code_verifier does not fit.'));
    if (granted.boundTo !== null && granted.boundTo !== key) return this.#refuse('bad_proof', granted.agent, problem('invalid_dpop_proof', 'The code is bound to another key.'));
    const narrowed = this.#narrow(form, granted, granted.agent);
    if ('problem' in narrowed) return narrowed.problem;
    const paused = this.#pausedProblem(granted.agent);
    if (paused !== undefined) return paused;
    const { family, agent, reach, audience } = granted;
    const refresh = this.#newRefresh({ family, client, agent, reach, audience, boundTo: key });
    return this.#give({ agent, client, family, boundTo: key, ...narrowed }, refresh);
  }

  #refresh(form: Parameters, key: Key): WebResponse {
    const { clock, store } = this.#parts;
    const token = form.get('refresh_token');
    const client = form.get('client_id');
    if (client === undefined) return problemAnswer(problem('invalid_client', 'client_id is needed.', 401));
    if (token === undefined) return problemAnswer(problem('invalid_request', 'refresh_token is needed.'));
    const kept = refreshForm.test(token) ? store.refresh(hashOf(token)) : undefined;
    if (kept === undefined) return this.#refuse('unknown_refresh_token', null, problem('invalid_grant', 'The refresh token is not known or was taken back.'));
    if (kept.usedAt !== null) return this.#reused(kept);
    if (kept.client !== client) return this.#refuse('foreign_client', kept.agent, problem('invalid_grant', 'The refresh token was given to another client.'));
    if (clock.now() >= kept.expiresAt) return this.#refuse('expired_refresh_token', kept.agent, problem('invalid_grant', 'The refresh token has expired.'));
    if (kept.boundTo !== null && kept.boundTo !== key) return this.#refuse('bad_proof', kept.agent, problem('invalid_dpop_proof', 'The refresh token is bound to a key; its proof is missing.'));
    const paused = this.#pausedProblem(kept.agent);
    if (paused !== undefined) return paused;
    const narrowed = this.#narrow(form, kept, kept.agent);
    if ('problem' in narrowed) return narrowed.problem;
    if (!store.useRefresh(kept.hash, clock.now())) return this.#reused(kept);
    const { agent, family, boundTo } = kept;
    return this.#give({ agent, client, family, boundTo: boundTo ?? key, ...narrowed }, this.#newRefresh({ ...kept, boundTo }));
  }

  /** RFC 8693: a token for less, from one that is held. It ends with the one it came of, or sooner. */
  #exchange(form: Parameters, key: Key): WebResponse {
    const { tokens } = this.#parts;
    const subject = form.get('subject_token');
    if (subject === undefined || form.get('subject_token_type') !== accessTokenType) return problemAnswer(problem('invalid_request', `subject_token with subject_token_type ${accessTokenType} is needed.`));
    if ((form.get('requested_token_type') ?? accessTokenType) !== accessTokenType) return problemAnswer(problem('invalid_request', 'Only access tokens are given.'));
    if (form.has('actor_token')) return problemAnswer(problem('invalid_request', 'Nobody acts for another here.'));
    const held = tokens.check(subject);
    if ('refused' in held) return problemAnswer(problem('invalid_grant', 'subject_token is not good (any more).'));
    const client = form.get('client_id');
    if (held.client !== null && client !== undefined && client !== held.client) return this.#refuse('foreign_client', held.agent, problem('invalid_grant', 'subject_token was given to another client.'));
    if (held.boundTo !== null && held.boundTo !== key) return this.#refuse('bad_proof', held.agent, problem('invalid_dpop_proof', 'subject_token is bound to a key; its proof is missing.'));
    const paused = this.#pausedProblem(held.agent);
    if (paused !== undefined) return paused;
    const narrowed = this.#narrow(form, held, held.agent);
    if ('problem' in narrowed) return narrowed.problem;
    const { agent, family, expiresAt } = held;
    return this.#give({ agent, client: held.client, family, boundTo: held.boundTo ?? key, ...narrowed }, null, expiresAt);
  }

  // -------------------------------------------------------------------- parts of them

  /** What `scope`, `resource` and `audience` leave of what is held; a wider wish is refused as a whole. */
  #narrow(form: Parameters, held: Pick<TokenGrant, 'reach' | 'audience'>, agent: AgentId): Pick<TokenGrant, 'reach' | 'audience'> | { readonly problem: WebResponse } {
    const refuse = (why: 'wider_scope' | 'foreign_audience', told: OAuthProblem) => ({ problem: this.#refuse(why, agent, told) });
    const indicators = [form.get('resource'), form.get('audience')].filter((one) => one !== undefined);
    let audience: ConnectionId | null = held.audience;
    for (const indicator of indicators) {
      const resource: Resource | undefined = readResource(indicator, this.#parts.port());
      if (resource === undefined) return refuse('foreign_audience', problem('invalid_target', 'resource must be the MCP address of this app.'));
      if (audience !== null && resource.only !== audience) return refuse('foreign_audience', problem('invalid_target', 'The grant is for another address.'));
      audience = resource.only ?? audience;
    }
    const asked = parseScope(form.get('scope'));
    if (asked === undefined) return { problem: problemAnswer(problem('invalid_scope', 'Scopes are connection:ID, connection:ID:read and connection:ID:act.')) };
    const wanted: Reach = form.has('scope') ? asked.reach : held.reach;
    if (!isWithin(wanted, held.reach)) return refuse('wider_scope', problem('invalid_scope', 'The scope is wider than what was granted.'));
    const reach = audience === null ? wanted : within(wanted, audience);
    return reach?.length === 0 ? { problem: problemAnswer(problem('invalid_scope', 'The scope has nothing of this resource.')) } : { reach, audience };
  }

  #give(grant: TokenGrant, refresh: string | null, notAfter?: number): WebResponse {
    const { clock, tokens } = this.#parts;
    const { agent, ...more } = grant;
    const { token, expiresAt } = tokens.issue(agent, { ...more, ...(notAfter === undefined ? {} : { notAfter }) });
    const scope = formatScope(grant.reach);
    return jsonAnswer(200, {
      access_token: token,
      token_type: grant.boundTo === null ? 'Bearer' : 'DPoP',
      expires_in: Math.max(0, Math.round((expiresAt - clock.now()) / 1000)),
      ...(scope === null ? {} : { scope }),
      ...(refresh === null ? { issued_token_type: accessTokenType } : { refresh_token: refresh }),
    });
  }

  #newRefresh(grant: Pick<KeptRefresh, 'family' | 'client' | 'agent' | 'reach' | 'audience' | 'boundTo'>): string {
    const { clock, store } = this.#parts;
    const { family, client, agent, reach, audience, boundTo } = grant;
    store.dropExpired(clock.now());
    const token = `csr_${randomBytes(32).toString('base64url')}`;
    store.putRefresh({ hash: hashOf(token), family, client, agent, reach, audience, boundTo, expiresAt: clock.now() + refreshLifetime });
    return token;
  }

  /** Somebody has a copy: who of the two is right cannot be known, so neither goes on. */
  #reused({ family, agent }: KeptRefresh): WebResponse {
    this.#endFamily(family);
    this.#tell('reused_refresh_token', agent, true);
    return problemAnswer(problem('invalid_grant', 'The refresh token was used before; what came of this sign-in was taken back.'));
  }

  #endFamily(family: string): void {
    this.#parts.store.dropFamily(family);
    this.#parts.tokens.revokeFamily(family);
  }

  #pausedProblem(agent: AgentId): WebResponse | undefined {
    const state = this.#parts.stateOf(agent);
    if (state === 'active') return undefined;
    if (state === undefined) return problemAnswer(problem('invalid_grant', 'The person has forgotten this Claw.'));
    return this.#refuse('paused_agent', agent, problem('access_denied', 'The person has paused this Claw. Wait until they resume it.', 403));
  }

  /** Null: no proof came. */
  async #proveKey(request: WebRequest): Promise<Key | OAuthProblem> {
    if (!request.has('dpop')) return null;
    const addresses = [`${this.#parts.issuer()}${paths.token}`, `${request.origin}${paths.token}`];
    const answer = await this.#parts.proofs.check({ proof: request.header('dpop') ?? '', method: request.method, addresses });
    if (answer.kind === 'proven') return answer.thumbprint;
    this.#tell(answer.why, null, false);
    return problem('invalid_dpop_proof', answer.why === 'reused_proof' ? 'The proof was used before.' : 'The proof does not fit this request.');
  }

  #refuse(why: TokenEvent['why'], agent: AgentId | null, told: OAuthProblem): WebResponse {
    this.#tell(why, agent, false);
    return problemAnswer(told);
  }

  #tell(why: TokenEvent['why'], agent: AgentId | null, isSignedOut: boolean): void {
    this.#parts.onEvent({ why, agent, isSignedOut });
  }
}

/** A public client has nothing to sign in with; one that tries is told so. */
function readForm(request: WebRequest): { readonly form: Parameters } | OAuthProblem {
  if (request.has('authorization')) return problem('invalid_client', 'Clients here are public: send client_id in the form, and no Authorization header.', 401);
  const form = readParameters(new URLSearchParams(request.body));
  return form === undefined ? problem('invalid_request', 'A parameter stands twice, or is too long.') : { form };
}
