import type { AuthorizationServerMetadata } from '@modelcontextprotocol/client';
import type { MailSignIn } from '../../../preload/contract.ts';
import type { AuthorizationServer } from './authorization-server.ts';

export interface MailProvider {
  readonly server: AuthorizationServer;
  /** How the redirect has to name this machine. */
  readonly redirectHost: '127.0.0.1' | 'localhost';
  /** Its desktop clients have a secret, which it calls none. */
  readonly needsSecret: boolean;
}

const common = { response_types_supported: ['code'], code_challenge_methods_supported: ['S256'] };

const googleMetadata: AuthorizationServerMetadata = {
  ...common,
  issuer: 'https://accounts.google.com',
  // Without these it gives nothing to renew with after the first time.
  authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth?access_type=offline&prompt=consent',
  token_endpoint: 'https://oauth2.googleapis.com/token',
  revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
  token_endpoint_auth_methods_supported: ['client_secret_post'],
};

const microsoftMetadata: AuthorizationServerMetadata = {
  ...common,
  issuer: 'https://login.microsoftonline.com/common/v2.0',
  authorization_endpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/authorize',
  token_endpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
  token_endpoint_auth_methods_supported: ['none', 'client_secret_post'],
};

/**
 * The two large mail providers, as they document their sign-in for IMAP and SMTP. Neither knows resource indicators, and
 * neither registers apps by itself.
 */
export const mailProviders: Readonly<Record<NonNullable<MailSignIn['provider']>, MailProvider>> = {
  google: { server: { issuer: googleMetadata.issuer, metadata: googleMetadata, resource: null, scopes: 'https://mail.google.com/ openid email' }, redirectHost: '127.0.0.1', needsSecret: true },
  microsoft: {
    server: {
      issuer: microsoftMetadata.issuer,
      metadata: microsoftMetadata,
      resource: null,
      scopes: 'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access openid email',
    },
    redirectHost: 'localhost',
    needsSecret: false,
  },
};
