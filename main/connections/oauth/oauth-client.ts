import { RegistrationRejectedError, registerClient, type OAuthClientInformationMixed } from '@modelcontextprotocol/client';
import type { FetchLike } from '@modelcontextprotocol/client';
import { explain, type AuthorizationServer } from './authorization-server.ts';
import type { KeptClient } from './kept-sign-in.ts';
import { ClientNeededError, shownHost } from './sign-in-problem.ts';

export interface NamedClient {
  readonly id: string;
  readonly secret: string | null;
}

export interface ClientChoice {
  readonly server: AuthorizationServer;
  /** What the person has just typed; else what the organization names. */
  readonly named: NamedClient | null;
  /** The one that was used last. */
  readonly kept: KeptClient | null;
  /** Where this app's client metadata document is (OAuth Client ID Metadata Document); null: nowhere. */
  readonly documentUrl: string | null;
  readonly redirectUri: string;
  /** A client without a secret is of no use there. */
  readonly needsSecret: boolean;
  readonly now: number;
  readonly fetch: FetchLike;
}

/**
 * How the authorization server is told who this app is, in the order of MCP's authorization specification: registered
 * beforehand, by a metadata document, by registering now (RFC 7591). A client is never shown to an authorization server
 * other than its own.
 * @throws {ClientNeededError} when the person has to name one. @throws {SignInProblem}
 */
export async function chooseClient({ server, named, kept, documentUrl, redirectUri, needsSecret, now, fetch }: ClientChoice): Promise<KeptClient> {
  const { issuer, metadata } = server;
  const own = kept?.issuer === issuer && (kept.secretUntil === null || kept.secretUntil > now) ? kept : null;
  const none = { issuer, secret: null, method: null, redirectUri: null, secretUntil: null } as const;
  if (named !== null) {
    const secret = named.secret ?? (own?.kind === 'named' && own.id === named.id ? own.secret : null);
    if (needsSecret && secret === null) throw new ClientNeededError(issuer);
    return { ...none, kind: 'named', id: named.id, secret };
  }
  if (own?.kind === 'named') return own;
  if (metadata.client_id_metadata_document_supported === true && documentUrl !== null) return { ...none, kind: 'document', id: documentUrl };
  if (own?.kind === 'registered' && own.redirectUri === redirectUri) return own;
  if (metadata.registration_endpoint === undefined) throw new ClientNeededError(issuer);
  return register(server, redirectUri, fetch);
}

/** Without scopes: a client that is registered for some could never be granted more. */
async function register({ issuer, metadata }: AuthorizationServer, redirectUri: string, fetch: FetchLike): Promise<KeptClient> {
  const isPublic = metadata.token_endpoint_auth_methods_supported?.includes('none') === true;
  try {
    const client = await registerClient(issuer, {
      metadata,
      clientMetadata: {
        client_name: 'Countersign',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        application_type: 'native',
        ...(isPublic ? { token_endpoint_auth_method: 'none' } : {}),
      },
      fetchFn: fetch,
    });
    return {
      kind: 'registered',
      issuer,
      id: client.client_id,
      secret: client.client_secret ?? null,
      method: client.token_endpoint_auth_method ?? null,
      redirectUri,
      secretUntil: client.client_secret_expires_at === undefined || client.client_secret_expires_at === 0 ? null : client.client_secret_expires_at * 1000,
    };
  } catch (error) {
    if (error instanceof RegistrationRejectedError) throw new ClientNeededError(issuer);
    throw explain(error, shownHost(issuer), shownHost(issuer));
  }
}

/** A client as the SDK takes it. */
export function clientInformation({ id, secret, method }: KeptClient): OAuthClientInformationMixed {
  return {
    client_id: id,
    ...(secret === null ? {} : { client_secret: secret }),
    ...(method === null ? {} : { token_endpoint_auth_method: method }),
  };
}
