import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection } from '../../preload/contract.ts';
import { startKeyring, type Keyring } from '../fixtures/keyring/keyring.ts';
import { startMailServers, type MailServers } from '../fixtures/mail/index.ts';
import { startAuthorizationServer, type AuthorizationServerFixture } from '../fixtures/oauth/authorization-server.ts';
import { startIntrospection, type Introspection } from '../fixtures/oauth/introspection.ts';
import { startProtectedServer, type ProtectedServer } from '../fixtures/oauth/protected-server.ts';
import { use } from './agent.ts';
import { newHome, RunningApp } from './running-app.ts';

describe('signing in to a service on the web, in Chromium, at a real authorization server', () => {
  let home: Awaited<ReturnType<typeof newHome>>;
  let authorization: AuthorizationServerFixture;
  let server: ProtectedServer;
  let app: RunningApp;
  let client: Awaited<ReturnType<RunningApp['client']>>;

  beforeAll(async () => {
    [home, authorization] = await Promise.all([newHome(), startAuthorizationServer()]);
    server = await startProtectedServer(authorization);
    app = await RunningApp.start({
      home: home.path,
      managed: {
        agents: [{ id: 'marketing', name: 'Marketing Claw', connections: null }],
        policy: ['@id("echo") @title("Echo is harmless")', 'permit (principal, action == Action::"invokeTool", resource) when { resource has name && resource.name == "echo" };'],
        settings: { isFirstRunDone: true, clientWaitSeconds: 5 },
      },
    });
    client = await app.client('marketing');
  });
  afterAll(async () => {
    await client.close();
    await app.stop();
    await Promise.all([server.stop(), authorization.stop()]);
    await home.remove();
  });

  const files = async (): Promise<Connection | undefined> => (await app.snapshot()).connections.find(({ name }) => name === 'Web files');

  test('adding it goes on to the browser; the person says yes there, and a Claw can use it', async () => {
    const page = await app.page('index');
    await page.getByRole('link', { name: 'Connections' }).or(page.getByRole('button', { name: 'Connections' })).first().click();
    await page.getByRole('button', { name: 'Add a connection' }).click();
    await page.getByRole('button', { name: /^Service on the web/ }).click();
    await page.getByLabel('Name').fill('Web files');
    await page.getByLabel('Address').fill(server.url);
    await page.getByRole('dialog').getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('Web files is added. Sign in to it in your browser; then your Claws can use it.').waitFor();
    await page.getByText(/Waiting for you in the browser/).waitFor();
    expect(await allow(app, authorization.issuer)).toContain('Web files is connected.');
    await app.until(files, isReady);
    await page.getByText(`Signed in as dana@acme.example at ${new URL(authorization.issuer).host}`).waitFor().catch(() => undefined);
    expect((await files())?.browserSignIn).toMatchObject({ at: new URL(authorization.issuer).host, account: 'dana@acme.example', problem: null });
    expect(await use(client, 'web-files__echo', { text: 'through the sign-in' })).toMatchObject({ isError: false, text: expect.stringContaining('through the sign-in') });
  });

  test('when it ends, the Claw is told at once, the tray minds it, and one click and the browser mend it', async () => {
    // The person took it back at the service.
    for (const token of new Set(server.tokens.filter((text) => text !== ''))) {
      const found = await authorization.provider.AccessToken.find(token);
      if (found?.grantId === undefined) continue;
      await authorization.provider.Grant.find(found.grantId).then((grant) => grant?.destroy());
      await found.destroy();
    }
    expect(await use(client, 'web-files__echo', { text: 'x' })).toMatchObject({ isError: true, text: expect.stringMatching(/sign in to it in Countersign/) });
    const { status } = await app.until(() => app.snapshot(), ({ status: { tray } }) => tray === 'attention');
    expect(status.problems).toContainEqual({ id: 'status.problem.signIn', values: { connection: 'Web files' } });
    const page = await app.page('index');
    await page.getByRole('button', { name: 'Sign in to Web files' }).first().click();
    await allow(app, authorization.issuer);
    await app.until(files, isReady);
    expect((await files())?.browserSignIn).toMatchObject({ account: 'dana@acme.example' });
    expect((await app.snapshot()).status.problems.map(({ id }) => id)).not.toContain('status.problem.signIn');
    expect(await use(client, 'web-files__echo', { text: 'mended' })).toMatchObject({ isError: false });
  });

  test('no token is anywhere that a Claw, the screen or a log could show it', async () => {
    const secrets = [...new Set(server.tokens.filter((text) => text !== '')), ...authorization.tokenRequests.map((form) => form.get('refresh_token') ?? '').filter((text) => text !== '')];
    expect(secrets.length).toBeGreaterThan(0);
    const shown = JSON.stringify([await app.snapshot(), app.log]);
    for (const secret of secrets) expect(shown).not.toContain(secret);
    expect(await use(client, 'web-files__echo', { text: `a service that says back ${server.tokens.at(-1)}` })).toMatchObject({ text: expect.stringContaining('[secret removed]') });
  });

  test('removing it ends the sign-in at the server too', async () => {
    const { id } = (await files())!;
    expect(await app.call('removeConnection', { id })).toMatchObject({ ok: true, value: { told: { id: 'credential.forgotten' } } });
    await app.until(() => Promise.resolve(authorization.seen), (seen) => seen.includes('POST /token/revocation'));
    expect(await files()).toBeUndefined();
  });
});

describe('signing in to a mailbox that the organization delivered, in Chromium', () => {
  const address = 'dana@acme.example';
  let home: Awaited<ReturnType<typeof newHome>>;
  let authorization: AuthorizationServerFixture;
  let introspection: Introspection;
  let mail: MailServers;
  let keyring: Keyring;
  let app: RunningApp;

  beforeAll(async () => {
    [home, authorization, keyring] = await Promise.all([newHome(), startAuthorizationServer(), startKeyring()]);
    introspection = await startIntrospection(address, (token) => authorization.look(token));
    mail = await startMailServers({ users: [{ address, password: 'unused' }], tokens: { introspectionUrl: introspection.url, mechanisms: 'oauthbearer' } });
    await writeFile(join(home.path, 'mail-ca.pem'), mail.ca);
    await start();
  });
  afterAll(async () => {
    await app.stop();
    await Promise.all([mail.stop(), introspection.stop(), authorization.stop(), keyring.stop()]);
    await home.remove();
  });

  async function start(): Promise<void> {
    const { imap, smtp } = mail;
    app = await RunningApp.start({
      home: home.path,
      env: { DBUS_SESSION_BUS_ADDRESS: keyring.env['DBUS_SESSION_BUS_ADDRESS'], NODE_EXTRA_CA_CERTS: join(home.path, 'mail-ca.pem') },
      managed: {
        agents: [{ id: 'marketing', name: 'Marketing Claw', connections: null }],
        connections: [{ id: 'work-mail', kind: 'email', name: 'Work mail', address, user: address, imap, smtp, signIn: { kind: 'oauth', issuer: authorization.issuer, scopes: ['openid', 'email', 'offline_access'] } }],
        settings: { isFirstRunDone: true, clientWaitSeconds: 5 },
      },
    });
  }

  const mailbox = async (): Promise<Connection | undefined> => (await app.snapshot()).connections.find(({ id }) => id === 'work-mail');

  test('one click and the browser sign it in; it is kept in the keychain, and is there after a restart', async () => {
    await app.until(mailbox, (connection) => connection?.health.state === 'needs_sign_in');
    const page = await app.page('index');
    await page.evaluate(() => window.countersign.call('showScreen', { screen: 'connections' }));
    await page.getByRole('button', { name: 'Sign in to Work mail' }).first().click();
    await allow(app, authorization.issuer);
    const signedIn = await app.until(mailbox, isReady);
    expect(signedIn).toMatchObject({ credential: { kept: 'keychain' }, browserSignIn: { account: address, problem: null } });
    await app.stop();
    await start();
    await app.until(mailbox, (connection) => connection?.browserSignIn?.account === address);
    const client = await app.client('marketing');
    expect(await use(client, 'work-mail__search_messages', {})).toMatchObject({ isError: false });
    await client.close();
  });

  test('its token stands in no file of the app', async () => {
    const files = await Promise.all(['state.db', 'state.db-wal', 'activity.db', 'activity.db-wal', 'activity.db.journal', 'preferences.json'].map((name) => readFile(join(home.path, name)).catch(() => Buffer.alloc(0))));
    const secrets = new Set(introspection.tokens);
    expect(secrets.size).toBeGreaterThan(0);
    for (const secret of secrets) for (const file of files) expect(file.includes(secret)).toBe(false);
    expect(await app.call('signInConnection', { id: (await mailbox())!.id, password: 'typed by mistake' })).toMatchObject({ ok: false });
  });
});

function isReady(connection: Connection | undefined): boolean {
  return connection?.health.state === 'ready' && connection.browserSignIn?.stage === null;
}

/** What the person does in the browser's own tab. */
async function allow(app: RunningApp, issuer: string): Promise<string> {
  const tab = await app.otherPage(issuer);
  const login = tab.getByPlaceholder('Enter any login');
  const consent = tab.getByRole('button', { name: 'Continue' });
  await login.or(consent).first().waitFor();
  if (await login.isVisible()) {
    await login.fill('dana');
    await tab.getByPlaceholder('and password').fill('x');
    await tab.getByRole('button', { name: 'Sign-in' }).click();
  }
  await consent.click();
  await tab.getByText('You can close this; back to Countersign.').waitFor();
  const text = (await tab.locator('body').textContent()) ?? '';
  // It has nothing of the app in it.
  expect(await tab.evaluate(() => 'countersign' in window)).toBe(false);
  await tab.close();
  return text;
}
