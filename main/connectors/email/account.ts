import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import type { ConnectionId } from '../../../preload/contract.ts';
import type { Clock } from '../../model/clock.ts';

export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `loopback` is plain text and only ever spoken to 127.0.0.1 or ::1: the practice mail server. */
  readonly security: 'tls' | 'starttls' | 'loopback';
}

export interface EmailAccount {
  readonly id: ConnectionId;
  readonly name: string;
  readonly address: string;
  readonly user: string;
  readonly imap: MailServer;
  readonly smtp: MailServer;
  /** What is lent for a sign-in: a password, or an access token (OAUTHBEARER, RFC 7628; XOAUTH2). Default: a password. */
  readonly signsInWith?: 'password' | 'token';
}

export interface EmailConnectorOptions {
  readonly account: EmailAccount;
  /** Lends the password, or the access token, for one sign-in. Rejects when there is none. */
  withPassword<T>(use: (password: string) => Promise<T>): Promise<T>;
  /** Folders (absolute paths) that attachments may come from, as they are now. */
  attachmentFolders(): readonly string[];
  readonly clock: Clock;
  /** PEM certificates trusted besides those Node trusts. */
  readonly trustedCertificates?: readonly string[];
}

/** What every connection to the account's servers needs. */
export type MailAccess = Pick<EmailConnectorOptions, 'account' | 'withPassword' | 'clock' | 'trustedCertificates'>;

/** Plain text may go to this machine's own loopback address and nowhere else; a name could be resolved elsewhere. */
export function mayBePlain(server: MailServer): boolean {
  return server.security === 'loopback' && (server.host === '127.0.0.1' || server.host === '::1');
}

/** TLS 1.2 or better, always verified against the trusted certificates and the server's name. */
export function tlsOptions(host: string, trustedCertificates: readonly string[] = []) {
  return {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2' as const,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(trustedCertificates.length === 0 ? {} : { ca: [...getCACertificates('default'), ...trustedCertificates] }),
  };
}
