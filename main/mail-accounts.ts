import { z } from 'zod';
import { connectionId, emailAccountInput, mailSignIn, type EmailSignInInput, type ConnectionId, type EmailAccountInput, type Result } from '../preload/contract.ts';
import type { Connector } from './connectors/connector.ts';
import { createEmailConnector, isSignInRefused, MailFailure, type EmailAccount } from './connectors/email/index.ts';
import type { Connection } from './connections/connection.ts';
import type { ConnectionStore } from './connections/connection-store.ts';
import type { OAuthSignIns } from './connections/oauth/oauth-sign-ins.ts';
import type { CredentialStore } from './credentials/credential-store.ts';
import type { Clock } from './model/clock.ts';
import { say } from './model/say.ts';

/** What is kept of an email account beside its password. */
const accountConfig = z.object({ ...emailAccountInput.omit({ name: true, password: true }).shape, signIn: mailSignIn.optional() });
type AccountConfig = z.infer<typeof accountConfig>;

export interface MailAccountsParts {
  readonly connections: ConnectionStore;
  readonly credentials: CredentialStore;
  readonly oauth: Pick<OAuthSignIns, 'withToken'>;
  readonly clock: Clock;
  attachmentFolders(): readonly string[];
}

/** Email accounts: the connector with its password lent from the credential store, and signing in. */
export class MailAccounts {
  readonly #parts: MailAccountsParts;

  constructor(parts: MailAccountsParts) {
    this.#parts = parts;
  }

  /** The upstream of an email connection. */
  open(connection: Connection): Connector {
    const { signIn, ...config } = accountConfig.parse(connection.config);
    const { credentials, oauth } = this.#parts;
    const account = { id: connection.id, name: connection.name, ...config };
    if (signIn !== undefined) return this.#connector({ ...account, signsInWith: 'token' }, (use) => oauth.withToken(connection, use, isSignInRefused));
    return this.#connector(account, async (use) => {
      const lent = await credentials.use(connection.id, originOf(config), use);
      if (!lent.ok) throw new MailFailure({ kind: lent.reason === 'locked' ? 'keychain-locked' : 'no-password' });
      return lent.value;
    });
  }

  /** Signs in to both servers first; keeps nothing when either refuses. */
  async add({ name, password, ...config }: EmailAccountInput): Promise<Result<{ id: ConnectionId }>> {
    const accepted = await this.#check(name, config, password);
    if (!accepted.ok) return accepted;
    const { connections } = this.#parts;
    const { id } = connections.add({ name, kind: 'email', config });
    const kept = await this.#keep(id, config, password);
    if (kept.ok) return { ok: true, value: { id } };
    connections.remove(id);
    return kept;
  }

  /** A mailbox whose sign-in in the browser comes next; nothing is asked yet. */
  addSignIn({ name, address, provider }: EmailSignInInput): { readonly id: ConnectionId } {
    const { id } = this.#parts.connections.add({ name, kind: 'email', config: { address, user: address, ...providerServers[provider], signIn: { kind: 'oauth', provider } } });
    return { id };
  }

  /** What the account's kept password is bound to; undefined: it has none. */
  boundTo({ kind, config }: Connection): string | undefined {
    const parsed = kind === 'email' ? accountConfig.safeParse(config) : undefined;
    return parsed?.success === true && parsed.data.signIn === undefined ? originOf(parsed.data) : undefined;
  }

  async signIn(connection: Connection, password: string): Promise<Result<null>> {
    const config = accountConfig.parse(connection.config);
    // It has no password: whoever asks for one is not its provider.
    if (config.signIn !== undefined) return { ok: false, problem: say('connection.problem.unknown') };
    const accepted = await this.#check(connection.name, config, password);
    return accepted.ok ? this.#keep(connection.id, config, password) : accepted;
  }

  async #keep(id: ConnectionId, config: AccountConfig, value: string): Promise<Result<null>> {
    const kept = await this.#parts.credentials.put({ id, origin: originOf(config), value, kind: 'password' });
    return kept.ok ? { ok: true, value: null } : { ok: false, problem: kept.problem };
  }

  async #check(name: string, config: AccountConfig, password: string): Promise<Result<null>> {
    const connector = this.#connector({ id: connectionId.parse('sign-in-check'), name, ...config }, (use) => use(password));
    try {
      const checked = await connector.checkSignIn();
      return checked.ok ? { ok: true, value: null } : { ok: false, problem: checked.problem };
    } finally {
      await connector.close();
    }
  }

  #connector(account: EmailAccount, withPassword: <T>(use: (password: string) => Promise<T>) => Promise<T>): Connector {
    const { clock } = this.#parts;
    return createEmailConnector({ account, withPassword, clock, attachmentFolders: () => this.#parts.attachmentFolders() });
  }
}

/** Where the providers that are known have their servers, as they document it. */
const providerServers = {
  google: { imap: { host: 'imap.gmail.com', port: 993, security: 'tls' }, smtp: { host: 'smtp.gmail.com', port: 465, security: 'tls' } },
  microsoft: { imap: { host: 'outlook.office365.com', port: 993, security: 'tls' }, smtp: { host: 'smtp.office365.com', port: 587, security: 'starttls' } },
} as const;

/** Both servers that the password is for: changing either needs a fresh sign-in. */
export function originOf({ imap, smtp }: AccountConfig): string {
  return `imap+${imap.security}://${imap.host}:${imap.port} smtp+${smtp.security}://${smtp.host}:${smtp.port}`;
}

/** What a connection reaches, in a person's words. */
export function addressOf(connection: Connection): string {
  const parsed = accountConfig.safeParse(connection.config);
  return parsed.success ? parsed.data.address : '';
}

