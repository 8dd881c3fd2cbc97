import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEmailConnector, isSignInRefused } from '../../../main/connectors/email/index.ts';
import type { Connector } from '../../../main/connectors/connector.ts';
import { mailProviders } from '../../../main/connections/oauth/mail-providers.ts';
import type { JsonObject } from '../../../main/model/json.ts';
import { startMailServers, type MailServers } from '../../fixtures/mail/index.ts';
import { startAuthorizationServer, type AuthorizationServerFixture } from '../../fixtures/oauth/authorization-server.ts';
import { startIntrospection, type Introspection } from '../../fixtures/oauth/introspection.ts';
import { callOf } from '../../connections/call.ts';
import { createHarness, type Harness } from '../../connections/oauth/harness.ts';

const address = 'dana@acme.example';

describe.for(['oauthbearer xoauth2', 'xoauth2'] as const)('a mailbox that is signed in to in the browser, at servers with %s', (tokenMechanisms) => {
  let authorization: AuthorizationServerFixture;
  let introspection: Introspection;
  let servers: MailServers;
  let harness: Harness;
  let connector: Connector;

  beforeAll(async () => {
    authorization = await startAuthorizationServer();
    introspection = await startIntrospection(address, (token) => authorization.look(token));
    servers = await startMailServers({ users: [{ address, password: 'unused' }], tokens: { introspectionUrl: introspection.url, mechanisms: tokenMechanisms } });
  }, 120_000);
  afterAll(async () => {
    await servers.stop();
    await Promise.all([introspection.stop(), authorization.stop()]);
  });
  beforeEach(() => start(servers));
  afterEach(() => {
    harness.oauth.close();
    return connector.close();
  });

  function start({ imap, smtp }: Pick<MailServers, 'imap' | 'smtp'>): void {
    harness = createHarness('http://127.0.0.1:1/', {
      kind: 'email',
      config: { address, user: address, imap: { ...imap }, smtp: { ...smtp }, signIn: { kind: 'oauth', issuer: authorization.issuer, scopes: ['openid', 'email'] } },
    });
    connector = createEmailConnector({
      account: { id: harness.connection.id, name: 'Work mail', address, user: address, imap, smtp, signsInWith: 'token' },
      withPassword: (use) => harness.oauth.withToken(harness.connection, use, isSignInRefused),
      attachmentFolders: () => [],
      clock: harness.clock,
      trustedCertificates: [servers.ca],
    });
  }

  const search = () => connector.callTool(callOf('search_messages', {}));

  test.for(['TLS', 'STARTTLS'] as const)('takes its token at a real Dovecot and a real Postfix, over %s', async (security) => {
    if (security === 'STARTTLS') start(servers.startTls);
    expect(await connector.checkSignIn()).toMatchObject({ ok: false });
    expect(harness.oauth.needOf(harness.connection.id)).toMatchObject({ id: 'connection.health.needsSignIn' });
    expect(await harness.signIn()).toBeNull();
    expect(harness.opened[0]!.searchParams.has('resource')).toBe(false);
    expect(await connector.checkSignIn()).toEqual({ ok: true });
    expect(await search()).toMatchObject({ kind: 'result' });
  });

  test('renews a token that a server refuses, once, and then asks for the person', async () => {
    await harness.signIn();
    expect(await search()).toMatchObject({ kind: 'result' });
    const first = harness.secrets.values().next().value!;
    await (await authorization.provider.AccessToken.find(first))?.destroy();
    expect(await search()).toMatchObject({ kind: 'result' });

    for (const token of harness.secrets) await (await authorization.provider.AccessToken.find(token))?.destroy();
    for (const token of harness.secrets) await (await authorization.provider.RefreshToken.find(token))?.destroy();
    expect(await search()).toMatchObject({ kind: 'failed', text: expect.stringMatching(/^Nothing was done\..*sign in again/) });
    expect(harness.oauth.needOf(harness.connection.id)).toMatchObject({ id: 'connection.health.signInEnded' });
  });

  test('with a token for another server tells nothing of it', async () => {
    await harness.signIn();
    harness.keep((kept) => ({ ...kept, grant: { ...kept.grant!, accessToken: 'forged-token-1', refreshToken: null } }));
    const again = harness.restart();
    connector = createEmailConnector({
      account: { id: harness.connection.id, name: 'Work mail', address, user: address, imap: servers.imap, smtp: servers.smtp, signsInWith: 'token' },
      withPassword: (use) => again.oauth.withToken(again.connection, use, isSignInRefused),
      attachmentFolders: () => [],
      clock: again.clock,
      trustedCertificates: [servers.ca],
    });
    const checked = await connector.checkSignIn();
    expect(checked).toMatchObject({ ok: false });
    expect(JSON.stringify(checked)).not.toContain('forged-token-1');
    again.oauth.close();
  });
});

describe('the providers that are known', () => {
  test.for(Object.entries(mailProviders))('%s is asked at its own addresses, over TLS, with PKCE', ([, { server }]) => {
    const { metadata } = server;
    for (const endpoint of [metadata.authorization_endpoint, metadata.token_endpoint]) expect(new URL(endpoint).protocol).toBe('https:');
    expect(metadata.code_challenge_methods_supported).toEqual(['S256']);
    expect(metadata.issuer).toBe(server.issuer);
  });

  test('Google is asked for only once there is a client with its secret; Microsoft comes back by the name it knows', async () => {
    const google = createHarness('http://127.0.0.1:1/', { kind: 'email', config: atProvider('google', 'g-1'), person: () => Promise.resolve() });
    await google.oauth.start(google.connection.id, null);
    expect(google.oauth.viewOf(google.connection)).toMatchObject({ stage: 'client', at: 'accounts.google.com' });
    await google.oauth.start(google.connection.id, { id: 'g-1', secret: 'g-secret' });
    const [asked] = google.opened;
    expect(asked!.origin).toBe('https://accounts.google.com');
    expect(Object.fromEntries(asked!.searchParams)).toMatchObject({ client_id: 'g-1', access_type: 'offline', scope: 'https://mail.google.com/ openid email', code_challenge_method: 'S256' });
    expect(asked!.search).not.toContain('g-secret');
    google.oauth.close();

    const microsoft = createHarness('http://127.0.0.1:1/', { kind: 'email', config: atProvider('microsoft', 'm-1'), person: () => Promise.resolve() });
    await microsoft.oauth.start(microsoft.connection.id, null);
    expect(microsoft.opened[0]!.href).toMatch(/^https:\/\/login\.microsoftonline\.com\/common\/oauth2\/v2\.0\/authorize\?/);
    expect(microsoft.opened[0]!.searchParams.get('redirect_uri')).toMatch(/^http:\/\/localhost:\d+\/callback$/);
    expect(microsoft.opened[0]!.searchParams.has('resource')).toBe(false);
    microsoft.oauth.close();
  });
});

function atProvider(provider: string, clientId: string): JsonObject {
  return { address, user: address, imap: { host: 'imap.example', port: 993 }, smtp: { host: 'smtp.example', port: 465 }, signIn: { kind: 'oauth', provider, clientId } };
}
