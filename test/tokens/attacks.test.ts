import { describe, expect, test } from 'vitest';
import { agentId, connectionId } from '../../preload/contract.ts';
import { assemble, type Assembled } from '../cli/assembled.ts';
import { entry, mail } from '../broker/harness.ts';
import { Key, Program } from './program.ts';

const robin = agentId.parse('robin');
const books = connectionId.parse('books');

async function start(): Promise<{ readonly app: Assembled; readonly program: Program }> {
  const app = await assemble();
  app.catalog.tools.set(robin, [{ ...entry(mail, 'send_email'), effect: 'send' }, { ...entry(mail, 'search_messages'), effect: 'read' }, entry(books, 'read_ledger')]);
  return { app, program: new Program(app.broker.mcpUrl) };
}

describe('a refresh token', () => {
  test('rotates, and what it gave before goes on', async () => {
    const { app, program } = await start();
    await using _app = app;
    const first = await program.signIn();
    const second = await program.refresh(first['refresh_token']);
    expect(second).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 600 } });
    expect(second.body['refresh_token']).not.toBe(first['refresh_token']);
    expect((await program.tools(second.body['access_token'])).status).toBe(200);
    expect((await program.tools(first['access_token'])).status).toBe(200);
  });

  test('used again: everything of that sign-in is taken back, it is recorded and told, and other sign-ins go on', async () => {
    const { app, program } = await start();
    await using _app = app;
    const other = await new Program(app.broker.mcpUrl).signIn();
    const first = await program.signIn();
    const { body: second } = await program.refresh(first['refresh_token']);
    expect(await program.refresh(first['refresh_token'])).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await program.refresh(second['refresh_token'])).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    for (const token of [first['access_token'], second['access_token']]) expect((await program.tools(token)).status).toBe(401);
    expect(app.events[0]).toEqual({ why: 'reused_refresh_token', agent: 'robin-2', isSignedOut: true });
    expect(app.refusals).toEqual(['taken_back_token']);
    expect((await program.tools(other['access_token'])).status).toBe(200);
  });

  test('both of two at the same time do not get through', async () => {
    const { app, program } = await start();
    await using _app = app;
    const { refresh_token } = await program.signIn();
    const answers = await Promise.all([program.refresh(refresh_token), program.refresh(refresh_token)]);
    expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 400]));
    const given = answers.find(({ status }) => status === 200);
    expect((await program.tools(given?.body['access_token'])).status).toBe(401);
  });

  test('of another client, invented, or an access token in its place, opens nothing', async () => {
    const { app, program } = await start();
    await using _app = app;
    const { refresh_token, access_token } = await program.signIn();
    for (const [token, client_id] of [[refresh_token, 'csa_other'], [`csr_${'x'.repeat(43)}`, program.clientId], [access_token, program.clientId], ['', program.clientId]]) {
      expect((await program.refresh(token, { client_id: String(client_id) })).status).toBe(400);
    }
    expect((await program.refresh(refresh_token)).status).toBe(200);
    expect((await program.tools(refresh_token)).status).toBe(401);
  });

  test('gives less when asked, never more, and keeps what was granted', async () => {
    const { app, program } = await start();
    await using _app = app;
    const first = await program.signIn({ scope: 'connection:work-mail' });
    const narrow = await program.refresh(first['refresh_token'], { scope: 'connection:work-mail:read' });
    expect(narrow.body).toMatchObject({ scope: 'connection:work-mail:read' });
    for (const scope of ['connection:books', 'connection:work-mail connection:books:read']) {
      expect(await program.refresh(narrow.body['refresh_token'], { scope })).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    }
    expect(app.events).toMatchObject([{ why: 'wider_scope', agent: robin }, { why: 'wider_scope', agent: robin }]);
    expect((await program.refresh(narrow.body['refresh_token'])).body).toMatchObject({ scope: 'connection:work-mail' });
  });

  test('no scope in a refresh of a narrow sign-in is not everything', async () => {
    const { app, program } = await start();
    await using _app = app;
    const { refresh_token } = await program.signIn({ scope: 'connection:work-mail:read' });
    expect((await program.refresh(refresh_token, { scope: '' })).body).toMatchObject({ scope: 'connection:work-mail:read' });
  });
});

describe('a narrow token', () => {
  test('lists what it reaches alone', async () => {
    const { app, program } = await start();
    await using _app = app;
    const names = async (scope: string) => (await program.tools((await program.signIn({ scope }))['access_token'])).names;
    expect(await names('connection:books')).toEqual(['books__read_ledger', 'countersign_wait']);
    expect(await names('connection:work-mail:read')).toEqual(['work-mail__search_messages', 'countersign_wait']);
    expect(await names('connection:work-mail:act')).toEqual(['work-mail__send_email', 'countersign_wait']);
    expect(await names('connection:work-mail:read connection:work-mail:act')).toEqual(['work-mail__send_email', 'work-mail__search_messages', 'countersign_wait']);
    expect(await names('connection:nowhere')).toEqual(['countersign_wait']);
  });

  test('at an address it does not reach it is told which scope it needs', async () => {
    const { app, program } = await start();
    await using _app = app;
    const { access_token } = await program.signIn({ scope: 'connection:books' });
    const { status, challenge } = await program.tools(access_token, { url: `${program.mcpUrl}/work-mail` });
    expect(status).toBe(403);
    expect(challenge).toContain('error="insufficient_scope", scope="connection:work-mail"');
    expect(app.refusals).toEqual(['insufficient_scope']);
  });

  test('made for one address opens no other', async () => {
    const { app, program } = await start();
    await using _app = app;
    const { access_token, scope } = await program.signIn({ resource: `${program.mcpUrl}/books` });
    expect(scope).toBe('connection:books');
    expect(await program.tools(access_token, { url: `${program.mcpUrl}/books` })).toMatchObject({ status: 200, names: ['read_ledger', 'countersign_wait'] });
    for (const url of [program.mcpUrl, `${program.mcpUrl}/work-mail`]) expect(await program.tools(access_token, { url })).toMatchObject({ status: 401, challenge: expect.stringContaining('invalid_token') });
    expect(app.refusals).toContain('foreign_audience');
  });
});

describe('an exchange', () => {
  test('gives a token for less, that ends with the one it came of', async () => {
    const { app, program } = await start();
    await using _app = app;
    const { access_token } = await program.signIn();
    const given = await program.exchange(access_token, { scope: 'connection:work-mail:read', resource: `${program.mcpUrl}/work-mail` });
    expect(given.body).toMatchObject({ token_type: 'Bearer', scope: 'connection:work-mail:read', issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' });
    expect(given.body).not.toHaveProperty('refresh_token');
    expect(Number(given.body['expires_in'])).toBeLessThanOrEqual(600);
    expect(await program.tools(given.body['access_token'], { url: `${program.mcpUrl}/work-mail` })).toMatchObject({ status: 200, names: ['search_messages', 'countersign_wait'] });
    expect((await program.tools(given.body['access_token'])).status).toBe(401);
    for (const more of [{ scope: 'connection:work-mail' }, { scope: 'connection:books' }, { resource: program.mcpUrl }, { audience: `${program.mcpUrl}/books` }]) {
      expect((await program.exchange(given.body['access_token'], more)).status).toBe(400);
    }
    app.signIns.server.pauseAgent(robin);
    expect((await program.tools(given.body['access_token'], { url: `${program.mcpUrl}/work-mail` })).status).toBe(401);
  });

  test('works from a token of the command too, for this app’s own addresses alone', async () => {
    const { app, program } = await start();
    await using _app = app;
    app.catalog.tools.set(agentId.parse('marketing'), [entry(mail, 'send_email'), entry(books, 'read_ledger')]);
    const { token } = app.tokens.issue(agentId.parse('marketing'));
    const given = await program.exchange(token, { scope: 'connection:books' });
    expect((await program.tools(given.body['access_token'])).names).toEqual(['books__read_ledger', 'countersign_wait']);
    for (const resource of ['https://mcp.example/', `${program.origin}/`, `${program.origin}/mcp/Work`]) expect(await program.exchange(token, { resource })).toMatchObject({ status: 400, body: { error: 'invalid_target' } });
    for (const more of [{ subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }, { actor_token: 'x' }]) {
      expect(await program.exchange(token, more)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    }
    expect(await program.exchange(`cst_${'x'.repeat(43)}`)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });
});

describe('revoking', () => {
  test('an access token ends that one, a refresh token everything of its sign-in; of another client nothing', async () => {
    const { app, program } = await start();
    await using _app = app;
    const first = await program.signIn();
    const { body: second } = await program.refresh(first['refresh_token']);
    const revoke = (token: unknown, client_id = program.clientId) => program.post('/oauth/revoke', { token: String(token), client_id });
    for (const [token, client] of [[second['refresh_token'], 'csa_other'], [second['access_token'], 'csa_other'], ['nothing', program.clientId]]) {
      expect((await revoke(token, String(client))).status).toBe(200);
    }
    expect((await program.tools(second['access_token'])).status).toBe(200);
    expect((await revoke(first['access_token'])).status).toBe(200);
    expect((await program.tools(first['access_token'])).status).toBe(401);
    expect((await program.tools(second['access_token'])).status).toBe(200);
    expect((await revoke(second['refresh_token'])).status).toBe(200);
    expect((await program.tools(second['access_token'])).status).toBe(401);
    expect((await program.refresh(second['refresh_token'])).status).toBe(400);
  });
});

describe('a pause', () => {
  test('of the Claw ends its tokens; it is told so and given none until it is resumed', async () => {
    const { app, program } = await start();
    await using _app = app;
    const { access_token, refresh_token } = await program.signIn();
    app.agents.setPaused(robin, true);
    app.signIns.server.pauseAgent(robin);
    expect(await program.tools(access_token)).toMatchObject({ status: 403, text: expect.stringContaining('paused this Claw') });
    expect(await program.refresh(refresh_token)).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    expect((await program.authorize()).searchParams.get('error')).toBe('access_denied');
    app.agents.setPaused(robin, false);
    expect((await program.tools(access_token)).status).toBe(401);
    const { status, body } = await program.refresh(refresh_token);
    expect(status).toBe(200);
    expect((await program.tools(body['access_token'])).status).toBe(200);
    expect(app.events).toMatchObject([{ why: 'paused_agent', agent: robin }]);
    expect(app.refusals).toEqual(['paused_agent', 'pairing_refused', 'taken_back_token']);
  });

  test('of all of them ends every token', async () => {
    const { app, program } = await start();
    await using _app = app;
    const { access_token, refresh_token } = await program.signIn();
    app.pause.isOn = true;
    app.signIns.server.endTokens('paused');
    expect(await program.tools(access_token)).toMatchObject({ status: 403, text: expect.stringContaining('paused all Claws') });
    expect((await program.refresh(refresh_token)).status).toBe(403);
    app.pause.isOn = false;
    expect((await program.tools(access_token)).status).toBe(401);
    expect((await program.refresh(refresh_token)).status).toBe(200);
  });
});

test('a Claw that was forgotten leaves nothing behind: another one of its name does not get in with what it had', async () => {
  const { app, program } = await start();
  await using _app = app;
  const { access_token, refresh_token } = await program.signIn();
  app.agents.forget(robin);
  app.signIns.server.forgetAgent(robin);
  app.agents.add('Robin');
  expect((await program.tools(access_token)).status).toBe(401);
  expect(await program.refresh(refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect((await program.get(program.authorizePath())).status).toBe(400);
});

test('a connection that is gone ends the sign-ins that named it', async () => {
  const { app, program } = await start();
  await using _app = app;
  const named = await program.signIn({ scope: 'connection:books' });
  const other = await new Program(app.broker.mcpUrl).signIn();
  app.signIns.server.forgetConnection(books);
  expect((await program.tools(named['access_token'])).status).toBe(401);
  expect((await program.refresh(named['refresh_token'])).status).toBe(400);
  expect((await program.tools(other['access_token'])).status).toBe(401);
});

function at({ origin }: Program, path: string): string {
  return `${origin}${path}`;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

describe('proof of possession', () => {
  test.each(['ES256', 'ES384', 'EdDSA', 'PS256', 'RS256'])('with %s: a bound token opens with a fresh proof each time, and with nothing less', async (alg) => {
    const { app, program } = await start();
    await using _app = app;
    const [key, other] = [await Key.make(alg), await Key.make(alg)];
    const signedIn = await program.signIn({ dpop_jkt: key.thumbprint }, { dpop: await key.proof('POST', at(program, '/oauth/token')) });
    expect(signedIn).toMatchObject({ token_type: 'DPoP' });
    const token = String(signedIn['access_token']);
    const show = async (proof: string | undefined, scheme = 'DPoP', url = program.mcpUrl) => program.tools('', { url, headers: { authorization: `${scheme} ${token}`, ...(proof === undefined ? {} : { dpop: proof }) } });
    const good = () => key.proof('POST', program.mcpUrl, token);
    expect((await show(await good())).status).toBe(200);
    const once = await good();
    expect((await show(once)).status).toBe(200);
    expect(await show(once)).toMatchObject({ status: 401, challenge: expect.stringContaining('invalid_dpop_proof') });
    expect(await show(undefined)).toMatchObject({ status: 401, challenge: expect.stringContaining('invalid_token') });
    expect((await show(await good(), 'Bearer')).status).toBe(401);
    expect((await show(undefined, 'Bearer')).status).toBe(401);
    const now = Math.floor(Date.now() / 1000);
    const wrong: readonly (readonly [string, Promise<string>])[] = [
      ['another method', key.proof('GET', program.mcpUrl, token)],
      ['another address', key.proof('POST', `${program.mcpUrl}/books`, token)],
      ['another host', key.proof('POST', 'https://mcp.example/mcp', token)],
      ['another token', key.proof('POST', program.mcpUrl, 'cst_other')],
      ['no token', key.proof('POST', program.mcpUrl)],
      ['another key', other.proof('POST', program.mcpUrl, token)],
      ['a key beside the one that signed', key.proof('POST', program.mcpUrl, token, {}, { jwk: other.jwk })],
      ['a private key', key.privateJwk().then((jwk) => key.proof('POST', program.mcpUrl, token, {}, { jwk }))],
      ['no key', key.proof('POST', program.mcpUrl, token, {}, { jwk: undefined })],
      ['another type', key.proof('POST', program.mcpUrl, token, {}, { typ: 'JWT' })],
      ['old', key.proof('POST', program.mcpUrl, token, { iat: now - 120 })],
      ['of the future', key.proof('POST', program.mcpUrl, token, { iat: now + 120 })],
      ['no time', key.proof('POST', program.mcpUrl, token, { iat: undefined })],
      ['no id', key.proof('POST', program.mcpUrl, token, { jti: undefined })],
      ['nonsense', Promise.resolve('nonsense')],
    ];
    const statuses = await Promise.all(wrong.map(async ([what, proof]) => [what, (await show(await proof)).status]));
    expect(statuses).toEqual(wrong.map(([what]) => [what, 401]));
    expect(app.gate.performed).toEqual([]);
    expect(app.refusals).toEqual(expect.arrayContaining(['reused_proof', 'missing_proof', 'bad_proof']));
  });

  test('no symmetric and no unsigned proof counts', async () => {
    const { app, program } = await start();
    await using _app = app;
    await program.register();
    const claims = part({ jti: 'x', htm: 'POST', htu: at(program, '/oauth/token'), iat: Math.floor(Date.now() / 1000) });
    for (const header of [{ alg: 'none', typ: 'dpop+jwt' }, { alg: 'HS256', typ: 'dpop+jwt', jwk: { kty: 'oct', k: 'AAAA' } }]) {
      const answer = await program.redeem(await program.code(), {}, { dpop: `${part(header)}.${claims}.${header.alg === 'none' ? '' : 'AAAA'}` });
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
    }
  });

  test('a bound code, refresh token and exchange need the key, and what they give is bound to it', async () => {
    const { app, program } = await start();
    await using _app = app;
    const [key, other] = [await Key.make(), await Key.make()];
    const proof = (one = key) => one.proof('POST', at(program, '/oauth/token'));
    await program.register();
    for (const headers of [{}, { dpop: await proof(other) }]) {
      expect(await program.redeem(await program.code({ dpop_jkt: key.thumbprint }), {}, headers)).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
    }
    const first = await program.signIn({}, { dpop: await proof() });
    expect((await program.refresh(first['refresh_token'])).status).toBe(400);
    expect((await program.refresh(first['refresh_token'], {}, { dpop: await proof(other) })).status).toBe(400);
    expect((await program.exchange(first['access_token'])).status).toBe(400);
    const second = await program.refresh(first['refresh_token'], {}, { dpop: await proof() });
    expect(second.body).toMatchObject({ token_type: 'DPoP' });
    const exchanged = await program.exchange(second.body['access_token'], { scope: 'connection:books' }, { dpop: await proof() });
    expect(exchanged.body).toMatchObject({ token_type: 'DPoP', scope: 'connection:books' });
    const reused = await proof();
    await program.refresh(second.body['refresh_token'], {}, { dpop: reused });
    expect(await program.refresh(second.body['refresh_token'], {}, { dpop: reused })).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
  });

  test('a token that is bound to no key does not open as one that is', async () => {
    const { app, program } = await start();
    await using _app = app;
    const { access_token } = await program.signIn();
    const key = await Key.make();
    const dpop = await key.proof('POST', program.mcpUrl, String(access_token));
    expect((await program.tools('', { headers: { authorization: `DPoP ${String(access_token)}`, dpop } })).status).toBe(401);
  });
});

test('no token and no code is in what was recorded or said', async () => {
  const { app, program } = await start();
  await using _app = app;
  const { access_token, refresh_token } = await program.signIn();
  const said = [await program.tools('cst_wrong'), await program.refresh(refresh_token), await program.refresh(refresh_token), await program.tools(access_token)];
  const secrets = [access_token, refresh_token].map(String);
  const known = JSON.stringify([app.events, app.refusals, said.filter((_one, index) => index !== 1)]);
  for (const secret of secrets) expect(known).not.toContain(secret);
});
