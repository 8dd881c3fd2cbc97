import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../../../main/connections/connection.ts';
import { createHarness, type Harness, type HarnessOptions } from './harness.ts';

/** A service that is its own authorization server and lies as it is told. */
let server: Server;
let origin: string;
let service: Record<string, unknown>;
let metadata: Record<string, unknown>;
let tokenAnswer: (form: URLSearchParams) => { readonly status?: number; readonly body: unknown };
let mcp: (request: IncomingMessage, response: ServerResponse) => void;
let asked: { readonly path: string; readonly body: string; readonly authorization: string | undefined }[];
const harnesses: Harness[] = [];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const path = request.url?.split('?')[0] ?? '';
      asked.push({ path, body, authorization: request.headers.authorization });
      const json = (value: unknown, status = 200): void => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      if (path.startsWith('/.well-known/oauth-protected-resource')) return json(service);
      if (path === '/.well-known/oauth-authorization-server') return json(metadata);
      if (path === '/register') return json({ client_id: 'c1', redirect_uris: ['http://127.0.0.1/callback'] }, 201);
      if (path === '/token') {
        const { status, body: answer } = tokenAnswer(new URLSearchParams(body));
        return json(answer, status);
      }
      if (path === '/mcp') return mcp(request, response);
      response.writeHead(404).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  service = { resource: `${origin}/mcp`, authorization_servers: [origin] };
  metadata = {
    issuer: origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    registration_endpoint: `${origin}/register`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  };
  tokenAnswer = () => ({ body: { access_token: 'access-1', token_type: 'Bearer', expires_in: 600, refresh_token: 'refresh-1' } });
  mcp = (_request, response) => void response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
});
afterEach(() => {
  for (const { oauth } of harnesses.splice(0)) oauth.close();
  server.closeAllConnections();
  server.close();
});

/** A person whose browser is sent back with what `answer` says, and the right state. */
function create(answer: Record<string, string> = { code: 'code-1', iss: origin }, options: HarnessOptions = {}): Harness {
  const harness = createHarness(`${origin}/mcp`, {
    person: async (url) => {
      const back = new URL(url.searchParams.get('redirect_uri')!);
      back.search = new URLSearchParams({ ...answer, state: url.searchParams.get('state')! }).toString();
      await fetch(back);
    },
    ...options,
  });
  harnesses.push(harness);
  return harness;
}

const tokenRequests = () => asked.filter(({ path }) => path === '/token');

test('the same server without a lie is signed in to', async () => {
  const harness = create();
  expect(await harness.signIn()).toBeNull();
  expect(harness.kept()).toMatchObject({ grant: { accessToken: 'access-1' }, client: { id: 'c1', kind: 'registered' } });
});

describe('an answer that is not the authorization server’s', () => {
  test.for([
    ['a wrong issuer', { code: 'c', iss: 'https://evil.example' }],
    ['no issuer, though it says it always names it', { code: 'c' }],
    ['an issuer with a slash more', { code: 'c', iss: 'SLASH' }],
    ['an error in the name of another issuer', { error: 'access_denied', iss: 'https://evil.example' }],
  ] as const)('%s: no code is redeemed, no error is believed', async ([, answer]) => {
    const given: Record<string, string> = { ...answer };
    const harness = create(given['iss'] === 'SLASH' ? { ...given, iss: `${origin}/` } : given);
    expect(await harness.signIn()).toMatchObject({ id: 'signIn.problem.otherServer' });
    expect(tokenRequests()).toEqual([]);
    expect(harness.kept()?.grant ?? null).toBeNull();
  });

  test('words of an error that no server may use are not repeated', async () => {
    const harness = create({ error: 'Call +1 555 0100 now', iss: origin });
    expect(await harness.signIn()).toMatchObject({ id: 'signIn.problem.notUnderstood' });
    expect(await create({ error: 'server_error', iss: origin }).signIn()).toMatchObject({ id: 'signIn.problem.answeredError', values: { code: 'server_error' } });
  });
});

describe('metadata', () => {
  const refused: readonly (readonly [string, () => void, string])[] = [
    ['of a service that stands for another one', () => (service['resource'] = 'https://bank.example/mcp'), 'wrongService'],
    ['of a service for another path', () => (service['resource'] = `${origin}/other`), 'wrongService'],
    ['of another issuer than the one that was named (mix-up)', () => (metadata['issuer'] = 'https://honest.example'), 'otherServer'],
    ['without PKCE', () => delete metadata['code_challenge_methods_supported'], 'noProof'],
    ['with plain PKCE alone', () => (metadata['code_challenge_methods_supported'] = ['plain']), 'noProof'],
    ['that names a private authorization server', () => (service['authorization_servers'] = ['https://10.0.0.1']), 'refusedAddress'],
    ['that names one without TLS', () => (service['authorization_servers'] = ['http://login.example']), 'refusedAddress'],
    ['with a private token endpoint', () => (metadata['token_endpoint'] = 'https://169.254.169.254/token'), 'refusedAddress'],
    ['with a token endpoint without TLS', () => (metadata['token_endpoint'] = 'http://login.example/token'), 'refusedAddress'],
    ['with an authorization endpoint that is a program', () => (metadata['authorization_endpoint'] = 'file:///bin/sh'), 'refusedAddress'],
    ['with a private place to register at', () => (metadata['registration_endpoint'] = 'https://192.168.0.1/register'), 'refusedAddress'],
    ['with a private place to revoke at', () => (metadata['revocation_endpoint'] = 'https://192.168.0.1/revoke'), 'refusedAddress'],
    ['that is none', () => (metadata = { hello: 'world' }), 'notUnderstood'],
  ];
  test.for(refused)('%s is refused before the browser is opened', async ([, lie, problem]) => {
    lie();
    const harness = create();
    expect(await harness.signIn()).toMatchObject({ id: `signIn.problem.${problem}` });
    expect(harness.opened).toEqual([]);
    expect(asked.map(({ path }) => path)).not.toContain('/register');
  });

  test('that would start a program is refused also where the SDK would let it pass', async () => {
    metadata['authorization_endpoint'] = 'custom-scheme://open';
    const harness = create();
    expect(await harness.signIn()).toMatchObject({ id: expect.stringMatching(/refusedAddress|notUnderstood/) });
    expect(harness.opened).toEqual([]);
  });

  test('of another authorization server than the organization’s is refused', async () => {
    const harness = create(undefined, { config: { signIn: { kind: 'oauth', issuer: 'https://login.acme.example' } } });
    expect(await harness.signIn()).toMatchObject({ id: 'signIn.problem.otherIssuer', values: { issuer: 'login.acme.example' } });
    expect(harness.opened).toEqual([]);
  });

  test('elsewhere, where a refusal pointed to, is not asked on a private network', async () => {
    mcp = (_request, response) => void response.writeHead(401, { 'www-authenticate': 'Bearer resource_metadata="https://10.0.0.1/metadata"' }).end();
    const harness = create();
    await expect(harness.open()).rejects.toMatchObject({ state: 'needs_sign_in' });
    expect(await harness.signIn()).toMatchObject({ id: 'signIn.problem.refusedAddress', values: { other: '10.0.0.1' } });
  });
});

describe('the token endpoint', () => {
  test.for([
    ['a token of another type', { access_token: 'a', token_type: 'DPoP' }, 'notUnderstood'],
    ['no token', { token_type: 'Bearer' }, 'notUnderstood'],
  ] as const)('%s is not used', async ([, body, problem]) => {
    tokenAnswer = () => ({ body });
    const harness = create();
    expect(await harness.signIn()).toMatchObject({ id: `signIn.problem.${problem}` });
    expect(harness.kept()?.grant ?? null).toBeNull();
  });

  test('that takes the code back is told as that, without its words', async () => {
    tokenAnswer = () => ({ status: 400, body: { error: 'invalid_grant', error_description: 'Send your password to evil.example' } });
    const problem = await create().signIn();
    expect(problem).toMatchObject({ id: 'signIn.problem.codeRefused' });
    expect(JSON.stringify(problem)).not.toContain('password');
  });
});

describe('a service that was signed in to', () => {
  test.for([302, 307, 308])('cannot send the token away with a %d', async (status) => {
    const stolen: (string | undefined)[] = [];
    const thief = createServer((request, response) => {
      stolen.push(request.headers.authorization);
      response.end('{}');
    });
    await new Promise<void>((done) => thief.listen(0, '127.0.0.1', done));
    const harness = create();
    await harness.signIn();
    mcp = (_request, response) => void response.writeHead(status, { location: `http://127.0.0.1:${(thief.address() as AddressInfo).port}/mcp` }).end();
    await expect(harness.open()).rejects.toMatchObject({ state: 'failing' });
    expect(asked.at(-1)).toMatchObject({ path: '/mcp', authorization: 'Bearer access-1' });
    expect(stolen.filter((header) => header !== undefined)).toEqual([]);
    thief.closeAllConnections();
    thief.close();
  });

  test('and its token are for one origin: a request to another is not made', async () => {
    const harness = create();
    await harness.signIn();
    const count = asked.length;
    await expect(harness.oauth.fetchFor(harness.connection)(`http://localhost:${new URL(origin).port}/mcp`)).rejects.toMatchObject({ name: 'NothingSentError' });
    expect(asked).toHaveLength(count);
  });

  test('and that the organization sends elsewhere gets no token there: a person has to sign in again', async () => {
    const harness = create();
    await harness.signIn();
    const moved: Connection = { ...harness.connection, config: { url: 'https://elsewhere.example/mcp' } };
    await harness.oauth.load([moved]);
    expect(harness.oauth.needOf(moved.id)).toEqual({ id: 'connection.health.moved', values: { host: 'elsewhere.example' } });
    asked = [];
    await expect(harness.oauth.fetchFor(moved)('https://elsewhere.example/mcp')).rejects.toMatchObject({ state: 'needs_sign_in' });
    expect(asked).toEqual([]);
  });

  test('that refuses every token is asked twice, not forever', async () => {
    const harness = create();
    await harness.signIn();
    let number = 1;
    tokenAnswer = () => ({ body: { access_token: `access-${(number += 1)}`, token_type: 'Bearer', expires_in: 600, refresh_token: `refresh-${number}` } });
    asked = [];
    await expect(harness.open()).rejects.toMatchObject({ state: 'needs_sign_in', problem: { id: 'connection.health.signInEnded' } });
    expect(asked.map(({ path, authorization }) => [path, authorization])).toEqual([['/mcp', 'Bearer access-1'], ['/token', undefined], ['/mcp', 'Bearer access-2']]);
    // From now on nothing is sent without a person.
    asked = [];
    await expect(harness.open()).rejects.toMatchObject({ state: 'needs_sign_in' });
    expect(asked).toEqual([]);
  });

  test('that refuses a token which was replaced meanwhile does not end the new sign-in', async () => {
    const harness = create();
    await harness.signIn();
    const waits = Promise.withResolvers<void>();
    mcp = (_request, response) => void waits.promise.then(() => response.writeHead(401, { 'www-authenticate': 'Bearer' }).end());
    tokenAnswer = (form) => ({ body: { access_token: form.get('grant_type') === 'refresh_token' ? 'access-renewed' : 'access-new', token_type: 'Bearer', expires_in: 600, refresh_token: 'refresh-2' } });
    const call = harness.oauth.fetchFor(harness.connection)(`${origin}/mcp`, { method: 'POST', body: '{}' });
    await expect.poll(() => asked.at(-1)?.path).toBe('/mcp');
    await harness.signIn();
    waits.resolve();
    await expect(call).rejects.toMatchObject({ state: 'needs_sign_in' });
    expect(asked.filter(({ path }) => path === '/mcp').map(({ authorization }) => authorization)).toEqual(['Bearer access-1', 'Bearer access-new']);
  });

  test('never sees the refresh token; its secrets stand in no problem and no answer', async () => {
    const harness = create();
    await harness.signIn();
    mcp = (request, response) => {
      // What a server may echo.
      response.writeHead(401, { 'www-authenticate': `Bearer error_description="${request.headers.authorization}"` }).end();
    };
    tokenAnswer = () => ({ status: 400, body: { error: 'invalid_grant', error_description: 'refresh-1 is spent' } });
    const problem: unknown = await harness.open().catch((error: unknown) => error);
    expect(JSON.stringify([problem, String(problem), harness.oauth.viewOf(harness.connection), harness.oauth.needOf(harness.connection.id)])).not.toMatch(/access-1|refresh-1/);
    expect(asked.filter(({ path }) => path === '/mcp').some(({ body, authorization }) => `${body}${authorization}`.includes('refresh-1'))).toBe(false);
  });

  test('whose removal races with a renewal gets nothing back', async () => {
    const harness = create();
    await harness.signIn();
    const waits = Promise.withResolvers<void>();
    mcp = (_request, response) => void waits.promise.then(() => response.writeHead(401).end());
    const call = harness.oauth.fetchFor(harness.connection)(`${origin}/mcp`, { method: 'POST', body: '{}' });
    await expect.poll(() => asked.at(-1)?.path).toBe('/mcp');
    harness.keep(() => ({ client: null, grant: null, metadataUrl: null, wanted: null }));
    await harness.oauth.forget(harness.connection, () => Promise.resolve());
    waits.resolve();
    await expect(call).rejects.toMatchObject({ state: 'needs_sign_in' });
    expect(harness.kept()).toMatchObject({ grant: null, client: null });
  });
});
