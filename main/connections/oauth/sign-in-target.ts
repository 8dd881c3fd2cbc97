import type { FetchLike } from '@modelcontextprotocol/client';
import { mailConfig, remoteConfig } from '../sign-in-config.ts';
import type { Connection } from '../connection.ts';
import { askMailServer, findAuthorizationServer, type AuthorizationServer } from './authorization-server.ts';
import type { KeptSignIn } from './kept-sign-in.ts';
import { mailProviders } from './mail-providers.ts';

/** What a sign-in is for, and what is settled about it beforehand. */
export interface SignInTarget {
  /** What its tokens are bound to. */
  readonly origin: string;
  /** The service, as a person may be shown it. */
  readonly host: string;
  readonly clientId: string | undefined;
  readonly needsSecret: boolean;
  /** Scopes to ask for, in place of those that the server names. */
  readonly scopes: readonly string[] | undefined;
  /** What the person and the organization named themselves: it may be on a private network. */
  readonly named: readonly URL[];
  readonly redirectHost: '127.0.0.1' | 'localhost';
  /** @throws {SignInProblem} */
  find(kept: KeptSignIn, fetch: FetchLike): Promise<AuthorizationServer>;
}

/** How a connection signs in by OAuth; undefined for one that signs in in another way, or not at all. */
export function targetOfSignIn(connection: Connection): SignInTarget | undefined {
  switch (connection.kind) {
    case 'remote':
      return remoteTarget(connection);
    case 'email':
      return mailTarget(connection);
    case 'command':
    case 'practice':
    case 'workbench':
      return undefined;
  }
}

function remoteTarget({ config }: Connection): SignInTarget | undefined {
  const parsed = remoteConfig.safeParse(config);
  if (!parsed.success) return undefined;
  const { signIn = { kind: 'oauth' }, url } = parsed.data;
  if (signIn.kind !== 'oauth') return undefined;
  const { clientId, issuer, scopes } = signIn;
  const serverUrl = new URL(url);
  const named = issuer === undefined ? [serverUrl] : [serverUrl, new URL(issuer)];
  return {
    origin: serverUrl.origin,
    host: serverUrl.host,
    clientId,
    needsSecret: false,
    scopes,
    named,
    redirectHost: '127.0.0.1',
    find: ({ metadataUrl }, fetch) => findAuthorizationServer({ serverUrl, metadataUrl, issuer, named, fetch }),
  };
}

function mailTarget({ config }: Connection): SignInTarget | undefined {
  const parsed = mailConfig.safeParse(config);
  if (!parsed.success) return undefined;
  const { imap, smtp, signIn } = parsed.data;
  const { clientId, issuer, provider, scopes } = signIn;
  const known = provider === undefined ? undefined : mailProviders[provider];
  const named = issuer === undefined ? [] : [new URL(issuer)];
  return {
    // Both servers that the token is for: changing either needs a fresh sign-in.
    origin: `imap://${imap.host}:${imap.port} smtp://${smtp.host}:${smtp.port}`,
    host: imap.host,
    clientId,
    needsSecret: known?.needsSecret ?? false,
    scopes,
    named,
    redirectHost: known?.redirectHost ?? '127.0.0.1',
    find: (_kept, fetch) => (known === undefined ? askMailServer({ issuer: issuer ?? '', host: imap.host, named, fetch }) : Promise.resolve(known.server)),
  };
}
