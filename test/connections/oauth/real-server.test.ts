import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConnectionProblem } from '../../../main/connections/connection.ts';
import type { ClosableUpstream } from '../../../main/connections/mcp-upstream.ts';
import { startAuthorizationServer, type AuthorizationServerFixture, type AuthorizationServerOptions } from '../../fixtures/oauth/authorization-server.ts';
import { startProtectedServer, type ProtectedServer } from '../../fixtures/oauth/protected-server.ts';
import { callOf, textOf } from '../call.ts';
import { comeBack, createHarness, type Harness, type HarnessOptions } from './harness.ts';

const minute = 60_000;

let authorization: AuthorizationServerFixture;
let server: ProtectedServer;
let harness: Harness;
const upstreams: ClosableUpstream[] = [];
const harnesses: Harness[] = [];

beforeEach(() => start());
afterEach(async () => {
  for (const { oauth } of harnesses.splice(0)) oauth.close();
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.close()));
  await Promise.all([server.stop(), authorization.stop()]);
});

async function start(options: AuthorizationServerOptions = {}): Promise<void> {
  authorization = await startAuthorizationServer(options);
  server = await startProtectedServer(authorization);
  harness = create();
}

async function restartWith(options: AuthorizationServerOptions): Promise<void> {
  await Promise.all([server.stop(), authorization.stop()]);
  await start(options);
}

function create(options: HarnessOptions = {}): Harness {
  const created = createHarness(server.url, options);
  harnesses.push(created);
  return created;
}

async function open(from = harness): Promise<ClosableUpstream> {
  const upstream = await from.open();
  upstreams.push(upstream);
  return upstream;
}

function tokens(kept = harness.kept()): { readonly access: string; readonly refresh: string } {
  const { accessToken, refreshToken } = kept!.grant!;
  return { access: accessToken, refresh: refreshToken! };
}

const refreshes = (): number => authorization.tokenRequests.filter((request) => request.get('grant_type') === 'refresh_token').length;

describe('a sign-in at a real authorization server', () => {
  test('is asked for, done once, and then used; everything it needs is asked for as the standards say', async () => {
    await expect(open()).rejects.toMatchObject({ state: 'needs_sign_in', problem: { id: 'connection.health.needsSignIn' } });
    expect(harness.oauth.needOf(harness.connection.id)).toMatchObject({ id: 'connection.health.needsSignIn' });

    expect(await harness.signIn()).toBeNull();
    expect(harness.oauth.needOf(harness.connection.id)).toBeNull();
    const upstream = await open();
    expect(textOf(await upstream.callTool(callOf('echo', { text: 'signed in' })))).toBe('signed in');

    const [asked] = harness.opened;
    expect(Object.fromEntries(asked!.searchParams)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', resource: server.url, scope: 'openid files.read offline_access', state: expect.stringMatching(/^[\w-]{43}$/) });
    expect(asked!.searchParams.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    const [exchange] = authorization.tokenRequests;
    expect(exchange!.get('resource')).toBe(server.url);
    expect(exchange!.get('code_verifier')).toMatch(/^[\w.~-]{43,128}$/);
    expect(harness.oauth.viewOf(harness.connection)).toMatchObject({ at: new URL(authorization.issuer).host, account: 'dana@acme.example', stage: null, problem: null });
    expect([...harness.secrets]).toEqual(expect.arrayContaining([tokens().access, tokens().refresh]));
    await expect(fetch(asked!.searchParams.get('redirect_uri')!)).rejects.toThrow();
  });

  test('is there after a restart, without a new one', async () => {
    await harness.signIn();
    const again = harness.restart();
    harnesses.push(again);
    expect(textOf(await (await open(again)).callTool(callOf('echo', { text: 'x' })))).toBe('x');
  });

  test('is not lost when the keychain cannot be asked for a while: calls fail without blame, and work again later', async () => {
    await harness.signIn();
    const again = harness.restart();
    harnesses.push(again);
    again.vaultProblem = new ConnectionProblem('failing', { id: 'credential.problem.keychain', values: {} }, 'The keychain cannot be asked.');
    const seen = server.tokens.length;
    await expect(open(again)).rejects.toBe(again.vaultProblem);
    expect(server.tokens).toHaveLength(seen);
    expect(again.kept()?.grant).not.toBeNull();
    await again.oauth.reconsider(again.connection);
    expect(await (await again.oauth.forget(again.connection, () => Promise.resolve())).revoked).toBe(false);
    again.vaultProblem = undefined;
    expect(textOf(await (await open(again)).callTool(callOf('echo', { text: 'x' })))).toBe('x');
  });

  test('that is not allowed keeps nothing and says so', async () => {
    harness = create({ person: (url) => comeBack(url, 'deny') });
    expect(await harness.signIn()).toMatchObject({ id: 'signIn.problem.denied' });
    expect(harness.kept()?.grant ?? null).toBeNull();
  });

  test('that is cancelled is over, and its address is gone', async () => {
    harness = create({ person: () => Promise.resolve() });
    expect(await harness.oauth.start(harness.connection.id, null)).toEqual({ ok: true, value: null });
    const redirect = harness.opened[0]!.searchParams.get('redirect_uri')!;
    harness.oauth.cancel(harness.connection.id);
    expect(harness.oauth.viewOf(harness.connection)).toMatchObject({ stage: null, problem: null });
    await expect.poll(() => fetch(redirect).then(() => 'open', () => 'gone')).toBe('gone');
  });

  test('that nobody finishes ends by itself', async () => {
    harness = create({ person: () => Promise.resolve(), timeLimit: 50 });
    expect(await harness.signIn()).toMatchObject({ id: 'signIn.problem.tooLate' });
  });

  test('begun anew takes the place of the first, whose answer is worth nothing then', async () => {
    harness = create({ person: () => Promise.resolve() });
    await harness.oauth.start(harness.connection.id, null);
    await harness.oauth.start(harness.connection.id, null);
    const [first, second] = harness.opened;
    await comeBack(first!).catch(() => undefined);
    expect(harness.oauth.viewOf(harness.connection)).toMatchObject({ stage: 'browser' });
    await comeBack(second!);
    await expect.poll(() => harness.oauth.viewOf(harness.connection)?.since).toBeTypeOf('number');
  });
});

describe('renewal', () => {
  test('comes before the end, once for all who call, and what rotated is kept', async () => {
    await harness.signIn();
    const before = tokens();
    const upstream = await open();
    harness.clock.ahead = 9 * minute + 10_000;
    const answers = await Promise.all(Array.from({ length: 8 }, () => upstream.callTool(callOf('echo', { text: 'x' }))));
    expect(answers.map(({ kind }) => kind)).toEqual(Array.from({ length: 8 }, () => 'result'));
    expect(refreshes()).toBe(1);
    expect(authorization.tokenRequests.at(-1)!.get('resource')).toBe(server.url);
    expect(tokens().access).not.toBe(before.access);
    expect(tokens().refresh).not.toBe(before.refresh);
    expect(server.tokens.at(-1)).toBe(tokens().access);
    expect([...harness.secrets]).toEqual(expect.arrayContaining([before.access, tokens().access]));
  });

  test('after a refresh token that was used elsewhere says that a sign-in is needed; calls fail at once and honestly', async () => {
    await harness.signIn();
    const upstream = await open();
    // Somebody else used it: the server takes back the whole family.
    const [form] = authorization.tokenRequests;
    const stolen = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokens().refresh, client_id: form!.get('client_id')! });
    expect((await fetch(`${authorization.issuer}/token`, { method: 'POST', body: stolen })).status).toBe(200);
    harness.clock.ahead = 11 * minute;
    const seen = server.tokens.length;
    const answer = await upstream.callTool(callOf('echo', { text: 'x' }));
    expect(answer).toMatchObject({ kind: 'failed', text: expect.stringMatching(/does not accept the sign-in any more\. A person has to sign in to it in Countersign first\. Nothing was done\./) });
    expect(server.tokens.length).toBe(seen);
    expect(harness.oauth.needOf(harness.connection.id)).toMatchObject({ id: 'connection.health.signInEnded' });
    expect(harness.kept()?.grant).toBeNull();

    // One click mends it, in the same open connection, with the client that is registered already.
    expect(await harness.signIn()).toBeNull();
    expect(textOf(await upstream.callTool(callOf('echo', { text: 'mended' })))).toBe('mended');
    expect(authorization.seen.filter((request) => request === 'POST /reg')).toHaveLength(1);
  });

  test('follows a 401 in mid-life: the call is sent again with a fresh token, once', async () => {
    await harness.signIn();
    const upstream = await open();
    const token = await authorization.provider.AccessToken.find(tokens().access);
    await token!.destroy();
    expect(textOf(await upstream.callTool(callOf('echo', { text: 'x' })))).toBe('x');
    expect(refreshes()).toBe(1);
  });

  test('waits when the authorization server is down: the old token is used to its end, then calls fail without blame', async () => {
    await harness.signIn();
    const upstream = await open();
    await authorization.stop();
    harness.clock.ahead = 9 * minute + 30_000;
    expect(textOf(await upstream.callTool(callOf('echo', { text: 'x' })))).toBe('x');
    harness.clock.ahead = 11 * minute;
    expect(await upstream.callTool(callOf('echo', { text: 'x' }))).toMatchObject({ kind: 'failed', text: expect.stringMatching(/could not be renewed.*Nothing was done/) });
    expect(harness.oauth.needOf(harness.connection.id)).toBeNull();
  });

  test('is not possible without a refresh token: the person is told when it ends, before a call finds out', async () => {
    authorization.accessTokenSeconds = 1;
    await harness.signIn();
    harness.keep((kept) => ({ ...kept, grant: { ...kept.grant!, refreshToken: null } }));
    const again = harness.restart();
    harnesses.push(again);
    await again.oauth.load([again.connection]);
    await expect.poll(() => again.oauth.needOf(again.connection.id), { timeout: 5000 }).toMatchObject({ id: 'connection.health.signInEnded' });
  });
});

describe('what was granted', () => {
  test('is widened by a new sign-in when the service wants more; the call that wanted it was not made', async () => {
    server.metadata['scopes_supported'] = ['files.read'];
    server.needs = (body) => (body.includes('write_file') ? ['files.write'] : ['files.read']);
    await harness.signIn();
    const upstream = await open();
    await upstream.listTools();
    const write = callOf('write_file', { name: 'a', content: 'b' });
    expect(await upstream.callTool(write)).toMatchObject({ kind: 'failed', text: expect.stringContaining('asks for more than the person has allowed') });
    expect(harness.oauth.needOf(harness.connection.id)).toMatchObject({ id: 'connection.health.wantsMore' });
    // What was granted goes on working meanwhile.
    expect(textOf(await upstream.callTool(callOf('echo', { text: 'still' })))).toBe('still');

    server.needs = (body) => (body.includes('write_file') ? ['files.read', 'files.write'] : ['files.read']);
    expect(await harness.signIn()).toBeNull();
    expect(harness.opened.at(-1)!.searchParams.get('scope')!.split(' ')).toEqual(expect.arrayContaining(['files.read', 'files.write']));
    expect(textOf(await upstream.callTool(write))).toBe('wrote 1 characters');
  });

  test('that is all the service names is not asked for again: a refusal then is a refusal', async () => {
    await harness.signIn();
    const upstream = await open();
    await upstream.listTools();
    server.needs = (body) => (body.includes('"echo"') ? ['files.read'] : []);
    authorization.look = () => Promise.resolve({ audience: [server.url], scopes: [] });
    expect(await upstream.callTool(callOf('echo', { text: 'x' }))).toMatchObject({ kind: 'failed', text: expect.stringContaining('HTTP 403') });
    expect(harness.oauth.needOf(harness.connection.id)).toBeNull();
  });

  test('for another service is refused by this one, and leads to no round of sign-ins', async () => {
    await restartWith({ audience: 'https://elsewhere.example/mcp' });
    await harness.signIn();
    await expect(open()).rejects.toBeInstanceOf(ConnectionProblem);
    expect(harness.oauth.needOf(harness.connection.id)).toMatchObject({ id: 'connection.health.signInEnded' });
    expect(harness.opened).toHaveLength(1);
    expect(refreshes()).toBe(1);
  });

  test('ends at the server when the connection is removed; what is kept here is shredded first, and also offline', async () => {
    await harness.signIn();
    const { refresh } = tokens();
    const order: string[] = [];
    const { revoked } = await harness.oauth.forget(harness.connection, () => {
      order.push('shredded');
      expect(authorization.seen).not.toContain('POST /token/revocation');
      return Promise.resolve();
    });
    expect(await revoked).toBe(true);
    expect(order).toEqual(['shredded']);
    expect(await authorization.provider.RefreshToken.find(refresh)).toBeUndefined();

    const other = create();
    await other.signIn();
    await authorization.stop();
    const offline = await other.oauth.forget(other.connection, () => Promise.resolve('shredded'));
    expect(offline.shredded).toBe('shredded');
    expect(await offline.revoked).toBe(false);
  });
});

describe('the client', () => {
  test('that the organization names comes first, and nothing is registered', async () => {
    await restartWith({ clients: [{ client_id: 'countersign-desktop', application_type: 'native', token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1/callback'], grant_types: ['authorization_code', 'refresh_token'] }] });
    harness = create({ config: { signIn: { kind: 'oauth', clientId: 'countersign-desktop' } } });
    expect(await harness.signIn()).toBeNull();
    expect(harness.opened[0]!.searchParams.get('client_id')).toBe('countersign-desktop');
    expect(authorization.seen).not.toContain('POST /reg');
  });

  test('is asked for where a server registers nobody; its secret goes to that server alone', async () => {
    await restartWith({
      features: { registration: { enabled: false } },
      clients: [{ client_id: 'by-hand', client_secret: 's3cret-by-hand', application_type: 'native', redirect_uris: ['http://127.0.0.1/callback'], grant_types: ['authorization_code', 'refresh_token'] }],
    });
    expect(await harness.signIn()).toBeNull();
    expect(harness.oauth.viewOf(harness.connection)).toMatchObject({ stage: 'client', at: new URL(authorization.issuer).host });
    expect(harness.opened).toEqual([]);

    expect(await harness.signIn({ id: 'by-hand', secret: 's3cret-by-hand' })).toBeNull();
    expect(harness.kept()).toMatchObject({ client: { kind: 'named', id: 'by-hand', issuer: authorization.issuer } });
    expect([...harness.secrets]).toContain('s3cret-by-hand');
    // The service moves to another authorization server: that one learns nothing of this client.
    const other = await startAuthorizationServer();
    server.metadata['authorization_servers'] = [other.issuer];
    await harness.signIn();
    expect(harness.opened.at(-1)!.searchParams.get('client_id')).not.toBe('by-hand');
    expect(JSON.stringify(other.tokenRequests.map(String))).not.toContain('s3cret-by-hand');
    await other.stop();
  });
});
