import {
  checkResourceAllowed,
  discoverAuthorizationServerMetadata,
  discoverOAuthProtectedResourceMetadata,
  IssuerMismatchError,
  resourceUrlFromServerUrl,
  type AuthorizationServerMetadata,
  type FetchLike,
  type OAuthProtectedResourceMetadata,
} from '@modelcontextprotocol/client';
import { shownHost, signInProblem } from './sign-in-problem.ts';
import { isAcceptable, LongAnswerError, RefusedAddressError } from './wary-fetch.ts';

export interface AuthorizationServer {
  /** Exactly as its metadata says it. */
  readonly issuer: string;
  readonly metadata: AuthorizationServerMetadata;
  /** What tokens are asked for (RFC 8707): as the service's own metadata writes it, or the service's address; null: not said. */
  readonly resource: string | null;
  /** Scopes that the service says it has, with spaces between them; null: it does not say. */
  readonly scopes: string | null;
}

export interface Whereabouts {
  readonly serverUrl: URL;
  /** Where the service said that its own metadata is; null: at its well-known place. */
  readonly metadataUrl: string | null;
  /** The only authorization server that may be used. */
  readonly issuer: string | undefined;
  readonly named: readonly URL[];
  readonly fetch: FetchLike;
}

/**
 * Finds out where to sign in: the service's metadata (RFC 9728), then its authorization server's (RFC 8414, or OpenID
 * Connect Discovery). A service of 2025-03-26 without metadata of its own is its own authorization server.
 * @throws {SignInProblem} also when what is found does not belong together, is not safe to use, or has no PKCE with S256.
 */
export async function findAuthorizationServer({ serverUrl, metadataUrl, issuer, named, fetch }: Whereabouts): Promise<AuthorizationServer> {
  const service = await findService(serverUrl, metadataUrl, fetch);
  const own = resourceUrlFromServerUrl(serverUrl);
  if (service !== undefined && !checkResourceAllowed({ requestedResource: own, configuredResource: service.resource })) {
    throw signInProblem('wrongService', { host: serverUrl.host, other: shownHost(service.resource) });
  }
  const url = choose(service?.authorization_servers ?? [], issuer, serverUrl);
  if (!URL.canParse(url) || !isAcceptable(new URL(url), named)) throw signInProblem('refusedAddress', { host: serverUrl.host, other: shownHost(url) });
  const metadata = await askAuthorizationServer(url, serverUrl.host, named, fetch);
  return { issuer: metadata.issuer, metadata, resource: service?.resource ?? own.href, scopes: service?.scopes_supported?.join(' ') ?? null };
}

/** The authorization server of a mailbox, which its organization named. @throws {SignInProblem} */
export async function askMailServer({ issuer, host, named, fetch }: Pick<Whereabouts, 'named' | 'fetch'> & { readonly issuer: string; readonly host: string }): Promise<AuthorizationServer> {
  const metadata = await askAuthorizationServer(issuer, host, named, fetch);
  return { issuer: metadata.issuer, metadata, resource: null, scopes: null };
}

async function askAuthorizationServer(url: string, host: string, named: readonly URL[], fetch: FetchLike): Promise<AuthorizationServerMetadata> {
  const metadata = await readMetadata(url, host, fetch);
  if (metadata === undefined) throw signInProblem('noWay', { host });
  if (metadata.code_challenge_methods_supported?.includes('S256') !== true) throw signInProblem('noProof', { other: shownHost(url) });
  if (!metadata.response_types_supported.includes('code')) throw signInProblem('noWay', { host });
  const endpoints = [metadata.authorization_endpoint, metadata.token_endpoint, metadata.registration_endpoint, revocationEndpointOf(metadata)];
  for (const endpoint of endpoints) {
    if (endpoint === undefined) continue;
    if (!URL.canParse(endpoint) || !isAcceptable(new URL(endpoint), named)) {
      throw signInProblem('refusedAddress', { host: shownHost(url), other: shownHost(endpoint) });
    }
  }
  return metadata;
}

/** Where a grant can be ended (RFC 7009); OpenID Connect's own metadata may name it too. */
export function revocationEndpointOf(metadata: AuthorizationServerMetadata): string | undefined {
  const endpoint = 'revocation_endpoint' in metadata ? metadata.revocation_endpoint : undefined;
  return typeof endpoint === 'string' ? endpoint : undefined;
}

async function findService(serverUrl: URL, metadataUrl: string | null, fetch: FetchLike): Promise<OAuthProtectedResourceMetadata | undefined> {
  try {
    return await discoverOAuthProtectedResourceMetadata(serverUrl, metadataUrl === null ? {} : { resourceMetadataUrl: new URL(metadataUrl) }, fetch);
  } catch (error) {
    if (isAnswer(error)) return undefined;
    throw explain(error, serverUrl.host, serverUrl.host);
  }
}

/** The one that is prescribed, if the service names it; else the first. */
function choose(servers: readonly string[], issuer: string | undefined, serverUrl: URL): string {
  if (issuer === undefined) return servers[0] ?? new URL('/', serverUrl).href;
  const found = servers.length === 0 ? issuer : servers.find((server) => isSameIssuer(server, issuer));
  if (found === undefined) throw signInProblem('otherIssuer', { host: serverUrl.host, other: shownHost(servers[0] ?? ''), issuer: shownHost(issuer) });
  return found;
}

/** The slash at the end is the one thing in which an issuer may differ from its address. */
function isSameIssuer(one: string, other: string): boolean {
  return one.replace(/\/$/, '') === other.replace(/\/$/, '');
}

async function readMetadata(url: string, host: string, fetch: FetchLike): Promise<AuthorizationServerMetadata | undefined> {
  try {
    return await discoverAuthorizationServerMetadata(url, { fetchFn: fetch });
  } catch (error) {
    throw explain(error, host, shownHost(url));
  }
}

/** An answer that is no metadata, in contrast to none at all. */
function isAnswer(error: unknown): boolean {
  return !(error instanceof TypeError || error instanceof RefusedAddressError || error instanceof LongAnswerError || isTimeout(error));
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError');
}

/** What went wrong while `other` was asked on behalf of `host`. Never repeats what a server wrote. */
export function explain(error: unknown, host: string, other: string): Error {
  if (error instanceof RefusedAddressError) return signInProblem('refusedAddress', { host, other: shownHost(error.host) });
  if (error instanceof LongAnswerError) return signInProblem('notUnderstood', { other });
  if (error instanceof TypeError || isTimeout(error)) return signInProblem('unreachable', { other });
  if (error instanceof IssuerMismatchError) return signInProblem('otherServer', { other });
  return signInProblem('notUnderstood', { other });
}
