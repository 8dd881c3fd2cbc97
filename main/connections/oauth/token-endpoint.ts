import { exchangeAuthorization, OAuthError, refreshAuthorization, selectClientAuthMethod, type AuthorizationServerMetadata, type FetchLike, type OAuthTokens } from '@modelcontextprotocol/client';
import { disarmLine } from '../../model/disarm.ts';
import { isJsonObject, type JsonValue } from '../../model/json.ts';
import { explain, revocationEndpointOf, type AuthorizationServer } from './authorization-server.ts';
import type { KeptClient, KeptGrant } from './kept-sign-in.ts';
import { clientInformation } from './oauth-client.ts';
import { shownHost, signInProblem } from './sign-in-problem.ts';

export interface Exchange {
  readonly server: AuthorizationServer;
  readonly client: KeptClient;
  readonly code: string;
  /** Of the authorization response (RFC 9207). */
  readonly iss: string | undefined;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** What was asked for; it is what was granted when the server does not say otherwise (RFC 6749, section 5.1). */
  readonly scope: string | undefined;
  readonly now: number;
  readonly fetch: FetchLike;
}

/** @throws {SignInProblem} */
export async function exchangeCode({ server, client, code, iss, codeVerifier, redirectUri, scope, now, fetch }: Exchange): Promise<KeptGrant> {
  const { metadata, resource, issuer } = server;
  let tokens: OAuthTokens;
  try {
    tokens = await exchangeAuthorization(issuer, {
      metadata,
      clientInformation: clientInformation(client),
      authorizationCode: code,
      ...(iss === undefined ? {} : { iss }),
      codeVerifier,
      redirectUri,
      // As the service writes it: a URL object would add a slash to one without a path.
      ...(resource === null ? {} : { resource }),
      fetchFn: fetch,
    });
  } catch (error) {
    if (error instanceof OAuthError) throw signInProblem('codeRefused', { other: shownHost(issuer) });
    throw explain(error, shownHost(issuer), shownHost(issuer));
  }
  // A client must not use a token of a type it does not know (RFC 6749, section 7.1).
  if (tokens.token_type.toLowerCase() !== 'bearer') throw signInProblem('notUnderstood', { other: shownHost(issuer) });
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? null,
    expiresAt: expiryOf(tokens, now),
    scope: tokens.scope ?? scope ?? null,
    issuer,
    tokenEndpoint: metadata.token_endpoint,
    revocationEndpoint: revocationEndpointOf(metadata) ?? null,
    authenticationMethods: metadata.token_endpoint_auth_methods_supported ?? [],
    resource,
    account: accountIn(tokens.id_token),
    signedInAt: now,
  };
}

/** How asking for a new access token ended. `refused`: this grant is over. `unreachable`: it may work later. */
export type Renewal = { readonly kind: 'renewed'; readonly grant: KeptGrant } | { readonly kind: 'refused' | 'unreachable' };

/** Errors after which a later attempt with the same grant cannot succeed (RFC 6749, section 5.2). */
const finalErrors: ReadonlySet<string> = new Set(['invalid_grant', 'invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope', 'invalid_target', 'invalid_request', 'access_denied']);

export async function renewGrant(grant: KeptGrant, client: KeptClient, now: () => number, fetch: FetchLike): Promise<Renewal> {
  if (grant.refreshToken === null || client.issuer !== grant.issuer) return { kind: 'refused' };
  try {
    const tokens = await refreshAuthorization(grant.issuer, {
      metadata: metadataOf(grant),
      clientInformation: clientInformation(client),
      refreshToken: grant.refreshToken,
      ...(grant.resource === null ? {} : { resource: grant.resource }),
      fetchFn: fetch,
    });
    if (tokens.token_type.toLowerCase() !== 'bearer') return { kind: 'refused' };
    return {
      kind: 'renewed',
      grant: { ...grant, accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? grant.refreshToken, expiresAt: expiryOf(tokens, now()), scope: tokens.scope ?? grant.scope },
    };
  } catch (error) {
    return { kind: error instanceof OAuthError && finalErrors.has(error.code) ? 'refused' : 'unreachable' };
  }
}

/** Tells the authorization server that the grant is over (RFC 7009). False when it could not be told. */
export async function revokeGrant(grant: KeptGrant, client: KeptClient, fetch: FetchLike, signal: AbortSignal): Promise<boolean> {
  if (grant.revocationEndpoint === null || client.issuer !== grant.issuer) return false;
  // Revoking the refresh token ends the access tokens made from it (section 2.1); without one there is the access token alone.
  const [token, hint] = grant.refreshToken === null ? [grant.accessToken, 'access_token'] : [grant.refreshToken, 'refresh_token'];
  const headers = new Headers({ 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' });
  const form = new URLSearchParams({ token, token_type_hint: hint });
  const method = selectClientAuthMethod(clientInformation(client), [...grant.authenticationMethods]);
  if (method === 'client_secret_basic') headers.set('authorization', `Basic ${Buffer.from(`${client.id}:${client.secret ?? ''}`).toString('base64')}`);
  else {
    form.set('client_id', client.id);
    if (method === 'client_secret_post' && client.secret !== null) form.set('client_secret', client.secret);
  }
  try {
    return (await fetch(grant.revocationEndpoint, { method: 'POST', headers, body: form, signal })).ok;
  } catch {
    return false;
  }
}

function metadataOf(grant: KeptGrant): AuthorizationServerMetadata {
  return {
    issuer: grant.issuer,
    authorization_endpoint: grant.tokenEndpoint,
    token_endpoint: grant.tokenEndpoint,
    response_types_supported: ['code'],
    ...(grant.authenticationMethods.length === 0 ? {} : { token_endpoint_auth_methods_supported: [...grant.authenticationMethods] }),
  };
}

function expiryOf({ expires_in: seconds }: OAuthTokens, now: number): number | null {
  return seconds === undefined || !Number.isFinite(seconds) ? null : now + Math.max(0, seconds) * 1000;
}

const longestAccount = 100;

/** For showing alone: the token came from the token endpoint itself, over TLS (OpenID Connect Core, section 3.1.3.7). */
function accountIn(idToken: string | undefined): string | null {
  const [, payload = ''] = idToken?.split('.') ?? [];
  try {
    // JSON.parse gives JSON.
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as JsonValue;
    if (!isJsonObject(claims)) return null;
    const name = [claims['email'], claims['preferred_username'], claims['name']].find((claim) => typeof claim === 'string' && claim !== '');
    return typeof name === 'string' ? disarmLine(name).slice(0, longestAccount) : null;
  } catch {
    return null;
  }
}
