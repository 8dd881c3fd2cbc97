import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import type { SignInRequest } from '../../main/model/sign-in-request.ts';
import { agentId, connectionId } from '../../preload/contract.ts';
import { assemble, type Assembled } from '../cli/assembled.ts';
import { entry, mail } from '../broker/harness.ts';
import { Program, redirect } from './program.ts';
import { Provider } from './sdk-provider.ts';

const robin = agentId.parse('robin');

/** A program at a broker whose person says yes, unless told otherwise. The Claw it becomes may use two connections. */
async function start(ask?: Parameters<typeof assemble>[0]): Promise<{ readonly app: Assembled; readonly program: Program }> {
  const app = await assemble(ask);
  const all = [entry(mail, 'send_email'), entry(connectionId.parse('books'), 'read_ledger')];
  app.catalog.tools.set(robin, all);
  return { app, program: new Program(app.broker.mcpUrl) };
}

describe('what a program is told before it signs in', () => {
  test('a request without a token names the metadata, which names the server, which names everything else', async () => {
    const { app, program } = await start();
    await using _app = app;
    for (const [path, scopes] of [['/mcp', []], ['/mcp/work-mail', ['connection:work-mail']]] as const) {
      const { status, challenge } = await program.tools('', { url: `${program.origin}${path}`, headers: { authorization: '' } });
      expect(status).toBe(401);
      expect(challenge).toContain(`resource_metadata="${program.origin}/.well-known/oauth-protected-resource${path}"`);
      expect(challenge).toMatch(/^Bearer .*, DPoP algs="ES256 /);
      const resource = await program.get(`/.well-known/oauth-protected-resource${path}`);
      expect(resource.body).toMatchObject({ resource: `${program.origin}${path}`, authorization_servers: [program.origin], scopes_supported: scopes, bearer_methods_supported: ['header'] });
    }
    expect((await program.get('/.well-known/oauth-protected-resource')).body).toMatchObject({ resource: program.mcpUrl });
    const { body } = await program.get('/.well-known/oauth-authorization-server');
    expect(body).toMatchObject({
      issuer: program.origin,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      token_endpoint_auth_methods_supported: ['none'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    });
    expect((await program.get('/.well-known/oauth-protected-resource/elsewhere')).status).toBe(404);
    expect((await program.get('/oauth/token')).status).toBe(405);
  });

  test('no web page is answered, under any name', async () => {
    const { app, program } = await start();
    await using _app = app;
    expect((await program.get('/.well-known/oauth-authorization-server', { origin: 'https://evil.example' })).status).toBe(403);
    const registered = await fetch(`${program.origin}/oauth/register`, { method: 'POST', headers: { 'content-type': 'text/plain', origin: 'https://evil.example' }, body: JSON.stringify({ redirect_uris: [redirect] }) });
    expect(registered.status).toBe(403);
    expect(app.refusals).toContain('foreign_origin');
  });
});

describe('registering', () => {
  test.each([
    ['no address', []],
    ['plain http elsewhere', ['http://robin.example/callback']],
    ['a fragment', ['http://127.0.0.1/callback#x']],
    ['a user in it', ['https://me:secret@robin.example/callback']],
    ['a script', ['javascript:alert(1)']],
    ['a data address', ['data:text/html,x']],
    ['a file', ['file:///etc/passwd']],
    ['a host that begins like ours', ['http://127.0.0.1.evil.example/callback']],
    ['one bad among good ones', [redirect, 'ftp://robin.example/']],
    ['too many', Array.from({ length: 11 }, (_none, index) => `http://127.0.0.1/${index}`)],
    ['a backslash', ['https://robin.example\\@evil.example/']],
    ['a space', ['https://robin.example/ callback']],
  ])('is refused with %s', async (_what, redirect_uris) => {
    const { app, program } = await start();
    await using _app = app;
    expect(await program.register({ redirect_uris, client_name: 'Robin' })).toMatchObject({ status: 400, body: { error: expect.stringMatching(/^invalid_/) } });
  });

  test('takes loopback, https and a scheme of one’s own, gives no secret, and keeps the name harmless', async () => {
    const { app, program } = await start();
    await using _app = app;
    const redirect_uris = [redirect, 'http://[::1]/callback', 'http://localhost:1/callback', 'https://robin.example/callback', 'com.example.robin:/callback', 'cursor://anysphere.cursor-mcp/oauth/callback'];
    const { status, body } = await program.register({ redirect_uris, client_name: 'Robin\u202E\u0000  Claw', token_endpoint_auth_method: 'client_secret_basic', scope: 'everything' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ client_name: 'Robin Claw', redirect_uris, token_endpoint_auth_method: 'none' });
    expect(body).not.toHaveProperty('client_secret');
  });

  test('is slowed down when somebody registers again and again', async () => {
    const { app, program } = await start();
    await using _app = app;
    const answers = await Promise.all(Array.from({ length: 40 }, () => program.register()));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(30);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10);
  });
});

describe('signing in', () => {
  test('the page shows a number and nothing of the program; the person is asked with the same number, and a yes gives tokens', async () => {
    const asked: (SignInRequest | undefined)[] = [];
    const yes = Promise.withResolvers<'approved'>();
    const { app, program } = await start((_id, _name, signIn) => {
      asked.push(signIn);
      return yes.promise;
    });
    await using _app = app;
    await program.register({ redirect_uris: [redirect], client_name: '<b>Robin</b>' });
    const page = await program.get(program.authorizePath({ scope: 'connection:work-mail:read' }));
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; frame-ancestors 'none'/);
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect(page.text).toContain('Look at Countersign');
    expect(page.text).not.toContain('Robin');
    expect(page.text).not.toContain('<script');
    expect(asked).toMatchObject([{ redirect: { kind: 'computer', name: '127.0.0.1:3334' }, publishedAt: null, reach: [{ connection: 'work-mail', mayRead: true, mayAct: false }] }]);
    expect(page.text).toContain(`<p class="number">${asked[0]?.number}</p>`);
    yes.resolve('approved');
    const next = /0;url=([^"]+)"/.exec(page.text)?.[1]?.replaceAll(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
    const back = await program.get(next!);
    expect(back.status).toBe(303);
    const location = new URL(back.headers.get('location')!);
    expect(location.origin + location.pathname).toBe(redirect);
    expect(location.searchParams.get('state')).toBe('a state');
    expect(location.searchParams.get('iss')).toBe(program.origin);
    const { status, body, headers } = await program.redeem(location.searchParams.get('code')!);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'connection:work-mail:read', access_token: expect.stringMatching(/^cst_[\w-]{43}$/), refresh_token: expect.stringMatching(/^csr_[\w-]{43}$/) });
    expect((await program.get(next!)).status).toBe(404);
    expect(app.agents.list().map(({ name }) => name)).toContain('<b>Robin</b>');
  });

  test('a no goes back as access_denied, and makes no Claw', async () => {
    const { app, program } = await start(() => Promise.resolve('denied'));
    await using _app = app;
    await program.register();
    const back = await program.authorize();
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', state: 'a state', iss: program.origin });
    expect(app.agents.get(robin)).toBeUndefined();
    expect(app.refusals).toEqual(['pairing_refused']);
    // And is not asked again at once.
    expect((await program.authorize()).searchParams.get('error')).toBe('access_denied');
  });

  test('who was let in before is asked again, without a number, and stays the same Claw', async () => {
    const asked: (SignInRequest | undefined)[] = [];
    const { app, program } = await start((_id, _name, signIn) => {
      asked.push(signIn);
      return Promise.resolve('approved');
    });
    await using _app = app;
    await program.signIn();
    await program.signIn();
    expect(asked.map((signIn) => signIn?.number)).toEqual([expect.any(Number), null]);
    expect(app.agents.list().filter(({ name }) => name === 'Robin')).toHaveLength(1);
  });

  test('another program of the same name is another Claw', async () => {
    const { app, program } = await start();
    await using _app = app;
    await program.signIn();
    const other = new Program(app.broker.mcpUrl);
    await other.signIn();
    expect(app.agents.list().map(({ id }) => id)).toEqual(expect.arrayContaining(['robin', 'robin-2']));
  });

  test('coming anew takes back the question before', async () => {
    const signals: AbortSignal[] = [];
    const { app, program } = await start((_id, _name, signIn) => {
      signals.push(signIn!.signal);
      return signals.length > 1 ? Promise.resolve('approved') : new Promise((resolve) => signIn!.signal.addEventListener('abort', () => resolve('timed_out')));
    });
    await using _app = app;
    await program.register();
    await program.get(program.authorizePath());
    expect(await program.code()).toMatch(/^csc_/);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  test.each([
    ['an unknown client', { client_id: 'csa_nobody' }],
    ['no client', { client_id: undefined }],
    ['no redirect address', { redirect_uri: undefined }],
    ['another redirect address', { redirect_uri: 'http://127.0.0.1:3334/other' }],
    ['another host', { redirect_uri: 'https://evil.example/callback' }],
    ['an address that begins like it', { redirect_uri: `${redirect}/../evil` }],
    ['localhost in place of 127.0.0.1', { redirect_uri: 'http://localhost:3334/callback' }],
  ])('%s: a page says so, and the browser is sent nowhere', async (_what, more) => {
    const { app, program } = await start();
    await using _app = app;
    await program.register();
    const { status, headers } = await program.get(program.authorizePath(more));
    expect(status).toBe(400);
    expect(headers.get('location')).toBeNull();
  });

  test.each([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['no challenge', { code_challenge: undefined }, 'invalid_request'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['no challenge method', { code_challenge_method: undefined }, 'invalid_request'],
    ['a short challenge', { code_challenge: 'short' }, 'invalid_request'],
    ['an unknown scope', { scope: 'openid' }, 'invalid_scope'],
    ['an unknown part of a scope', { scope: 'connection:work-mail:admin' }, 'invalid_scope'],
    ['a foreign resource', { resource: 'https://mcp.example/mcp' }, 'invalid_target'],
    ['a resource on another port', { resource: 'http://127.0.0.1:1/mcp' }, 'invalid_target'],
    ['a resource that is another path', { path: 'Not%20A%20Connection' }, 'invalid_target'],
    ['a resource with a query', { path: 'work-mail?x=1' }, 'invalid_target'],
    ['a scope beside the resource', { scope: 'connection:books', path: 'work-mail' }, 'invalid_scope'],
  ])('%s goes back as an error with iss', async (_what, { path, ...more }: Record<string, string | undefined>, error) => {
    const { app, program } = await start();
    await using _app = app;
    await program.register();
    const back = await program.authorize(path === undefined ? more : { ...more, resource: `${program.mcpUrl}/${path}` });
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error, state: 'a state', iss: program.origin });
    expect(app.agents.get(robin)).toBeUndefined();
  });

  test('a parameter that stands twice is refused', async () => {
    const { app, program } = await start();
    await using _app = app;
    await program.register();
    expect((await program.get(`${program.authorizePath()}&client_id=other`)).status).toBe(400);
  });

  test('a page of the web cannot put the question, nor frame the page', async () => {
    const { app, program } = await start(() => Promise.reject(new Error('nobody is asked')));
    await using _app = app;
    await program.register();
    for (const headers of [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' }, { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'iframe' }]) {
      expect((await program.get(program.authorizePath(), headers)).status).toBe(403);
    }
  });

  test('on loopback the port is left open', async () => {
    const { app, program } = await start();
    await using _app = app;
    await program.register();
    const back = await program.authorize({ redirect_uri: 'http://127.0.0.1:50123/callback' });
    expect(back.host).toBe('127.0.0.1:50123');
  });
});

describe('a code', () => {
  test('is good once; used again, all that came of it is taken back, recorded and told', async () => {
    const { app, program } = await start();
    await using _app = app;
    await program.register();
    const code = await program.code();
    const { body } = await program.redeem(code);
    expect((await program.tools(body['access_token'])).status).toBe(200);
    expect(await program.redeem(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await program.tools(body['access_token'])).status).toBe(401);
    expect(await program.refresh(body['refresh_token'])).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(app.events).toContainEqual({ why: 'reused_code', agent: robin, isSignedOut: true });
  });

  test.each([
    ['another verifier', { code_verifier: 'v'.repeat(43) }, 'invalid_grant', 'wrong_verifier'],
    ['no verifier', { code_verifier: '' }, 'invalid_grant', 'wrong_verifier'],
    ['another client', { client_id: 'csa_other' }, 'invalid_grant', 'foreign_client'],
    ['another redirect address', { redirect_uri: 'http://127.0.0.1:1/callback' }, 'invalid_grant', 'foreign_client'],
    ['a wider scope', { scope: 'connection:books' }, 'invalid_scope', 'wider_scope'],
    ['a foreign resource', { resource: 'https://mcp.example/' }, 'invalid_target', 'foreign_audience'],
  ])('with %s gives nothing, is gone, and is recorded', async (_what, more: Record<string, string>, error, why) => {
    const { app, program } = await start();
    await using _app = app;
    await program.register();
    const code = await program.code({ scope: 'connection:work-mail' });
    expect(await program.redeem(code, more)).toMatchObject({ status: 400, body: { error } });
    expect(app.events).toMatchObject([{ why, agent: robin, isSignedOut: false }]);
    expect(await program.redeem(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  test('one that nobody gave is refused, and a client that signs in with a secret is told there are none', async () => {
    const { app, program } = await start();
    await using _app = app;
    await program.register();
    expect(await program.redeem('csc_invented')).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await program.redeem('csc_invented', {}, { authorization: 'Basic YTpi' })).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });
});

test.each(['auto', 'legacy'] as const)('the OAuth client of the MCP SDK, as it is, signs in with nothing but the URL and calls a tool (%s)', async (mode) => {
  const { app } = await start();
  await using _app = app;
  app.catalog.tools.set(agentId.parse('sdk-claw'), [entry(mail, 'send_email')]);
  await using provider = await Provider.start();
  const url = new URL(app.broker.mcpUrl);
  const connect = async (transport: StreamableHTTPClientTransport) => {
    const client = new Client({ name: 'sdk-claw', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(transport);
    return client;
  };
  const first = new StreamableHTTPClientTransport(url, { authProvider: provider });
  await expect(connect(first)).rejects.toThrow(UnauthorizedError);
  // The browser.
  const page = await fetch(provider.sentTo!);
  const next = /0;url=([^"]+)"/.exec(await page.text())?.[1]?.replaceAll(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
  await fetch(new URL(next!, url));
  await first.finishAuth((await provider.answered).searchParams);
  const client = await connect(new StreamableHTTPClientTransport(url, { authProvider: provider }));
  const result = await client.callTool({ name: 'work-mail__send_email', arguments: {} });
  expect(result.content).toEqual([{ type: 'text', text: 'did send_email' }]);
  expect(app.gate.performed).toMatchObject([{ agent: 'sdk-claw', reach: null }]);
  await client.close();
});
