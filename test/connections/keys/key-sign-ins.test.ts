import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { agentId, connectionId } from '../../../preload/contract.ts';
import { ConnectionProblem, type Connection } from '../../../main/connections/connection.ts';
import { openHttpUpstream } from '../../../main/connections/http-upstream.ts';
import { KeySignIns, type KeyVault } from '../../../main/connections/keys/key-sign-ins.ts';
import type { ClosableUpstream } from '../../../main/connections/mcp-upstream.ts';
import { Network } from '../../../main/connections/network/network.ts';
import { systemClock, type Clock } from '../../../main/model/clock.ts';
import type { JsonObject } from '../../../main/model/json.ts';
import { onBehalfOf } from '../../../main/model/on-behalf-of.ts';
import { Authority } from '../../fixtures/tls/authority.ts';
import { startHttpServer, type HttpFixture } from '../../fixtures/upstreams/http-server.ts';
import { callOf, textOf } from '../call.ts';
import { createManualClock } from '../manual-clock.ts';

const id = connectionId.parse('crm');
const key = 'k3y-delta-7781';
const byHeader = { kind: 'header', name: 'Authorization', prefix: 'Bearer' };
const byQuery = { kind: 'query', name: 'api_key' };

let authority: Authority;
let serverTls: { readonly cert: string; readonly key: string };
let server: HttpFixture;
/** What arrived at the service: the URL and the header of each request. */
let arrived: { readonly url: string; readonly authorization: string | undefined; readonly named: string | undefined }[];
let accepted: string;
/** The credential store of the test: what is kept, and for whom; and what was told to the scrubber. */
let kept: Map<string, string>;
let known: string[];
const trusted = tls.getCACertificates('default');
const network = new Network({ rules: () => ({ proxy: 'none', noProxy: [], caFile: '' }), know: () => undefined });
const opened: ClosableUpstream[] = [];

beforeAll(async () => {
  authority = await Authority.create();
  const { certificate, key: own } = await authority.issue('service');
  serverTls = { cert: certificate, key: own };
  tls.setDefaultCACertificates([...trusted, authority.certificate]);
});
afterAll(async () => {
  tls.setDefaultCACertificates(trusted);
  await network.close();
  await authority[Symbol.asyncDispose]();
});
beforeEach(async () => {
  server = await startHttpServer({ tls: serverTls });
  kept = new Map();
  known = [];
  arrived = [];
  accepted = key;
  server.intercept = (request, response) => {
    const { authorization, 'x-api-key': named } = request.headers;
    arrived.push({ url: request.url ?? '', authorization, named: named?.toString() });
    const isIn = authorization === `Bearer ${accepted}` || named === accepted || new URL(request.url ?? '', 'https://x').searchParams.get('api_key') === accepted;
    if (!isIn) request.resume().on('end', () => response.writeHead(401).end(`no: ${authorization}`));
    return !isIn;
  };
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((upstream) => upstream.close()));
  await server.stop();
});

const vault: KeyVault = {
  lend: (_id, boundTo) => Promise.resolve(kept.get(boundTo)),
  keep: (_id, boundTo, value) => {
    kept.clear();
    kept.set(boundTo, value);
    return Promise.resolve(null);
  },
  know: (_id, secrets) => void known.push(...secrets),
};

function connectionTo(url: string, signIn: JsonObject = byHeader): Connection {
  return { id, name: 'CRM', kind: 'remote', config: { url, signIn }, addedAt: 0, isManaged: false, callTimeoutSeconds: 60 };
}

function createKeys(clock: Clock = systemClock): KeySignIns {
  return new KeySignIns({ clock, vault, network });
}

async function open(keys: KeySignIns, connection: Connection): Promise<ClosableUpstream> {
  const fetch = keys.fetchFor(connection);
  if (fetch === undefined) throw new Error('It has no key.');
  const upstream = await openHttpUpstream(connection.config, { fetch });
  opened.push(upstream);
  return upstream;
}

async function refusal(keys: KeySignIns, connection: Connection): Promise<ConnectionProblem> {
  const error: unknown = await open(keys, connection).catch((reason: unknown) => reason);
  if (error instanceof ConnectionProblem) return error;
  throw new Error(`It was not refused: ${String(error)}`);
}

describe('an API key', () => {
  test.for([
    [byHeader, { authorization: `Bearer ${key}` }],
    [{ kind: 'header', name: 'X-Api-Key' }, { named: key }],
    [{ kind: 'header', name: 'X-Api-Key', prefix: 'token=' }, { named: `token=${key}` }],
    [byQuery, { url: `/mcp?api_key=${key}` }],
  ] as const)('is sent as the service wants it: %j', async ([signIn, expected]) => {
    if ('named' in expected) accepted = expected.named;
    const keys = createKeys();
    const connection = connectionTo(server.url, signIn);
    expect(await keys.keep(connection, key)).toBeNull();
    const upstream = await open(keys, connection);
    expect(textOf(await upstream.callTool(callOf('write_file', { name: 'a', content: 'hello' })))).toBe('wrote 5 characters');
    expect(arrived.length).toBeGreaterThan(1);
    for (const request of arrived) expect(request).toMatchObject(expected);
  });

  test('that a person enters is tried first, and kept only if it is accepted', async () => {
    const keys = createKeys();
    const connection = connectionTo(server.url);
    expect(await keys.signIn(connection, 'wr0ng-one')).toEqual({ id: 'signIn.problem.keyNotAccepted', values: { host: new URL(server.url).host } });
    expect(kept.size).toBe(0);
    expect(await keys.signIn(connection, key)).toBeNull();
    expect([...kept]).toEqual([[`header+${new URL(server.url).origin}`, key]]);
  });

  test.each(['two\nlines', 'nul\0', 'emoji 🔑', ' before', ''])('of another form (%j) is kept and sent nowhere', async (wrong) => {
    const keys = createKeys();
    expect(await keys.signIn(connectionTo(server.url), wrong)).toMatchObject({ id: 'signIn.problem.notAKey' });
    expect([kept.size, arrived.length]).toEqual([0, 0]);
  });

  test('of another form that was kept all the same is told without it', async () => {
    const connection = connectionTo(server.url);
    kept.set(`header+${new URL(server.url).origin}`, 'two\nlines-s3cret');
    const error = await refusal(createKeys(), connection);
    expect(error.problem).toMatchObject({ id: 'connection.health.keyUnusable' });
    expect(JSON.stringify([error.message, String(error.cause)])).not.toContain('s3cret');
    expect(arrived).toEqual([]);
  });

  test('that is missing stops every call before anything is sent, in honest words', async () => {
    const error = await refusal(createKeys(), connectionTo(server.url));
    expect(error).toMatchObject({ state: 'needs_sign_in', problem: { id: 'connection.health.noKey' } });
    expect(error.message).toContain('A person has to enter it in Countersign first. Nothing was done.');
    expect(arrived).toEqual([]);
  });

  test('that is refused is not sent again until a person minds it', async () => {
    const keys = createKeys();
    const connection = connectionTo(server.url);
    await keys.keep(connection, key);
    const upstream = await open(keys, connection);
    accepted = 'an0ther-key';
    const answer = await upstream.callTool(callOf('echo', { text: 'x' }));
    expect(answer).toMatchObject({ kind: 'failed', text: expect.stringContaining('A person has to look after it in Countersign') });
    expect(keys.needOf(connection)).toMatchObject({ id: 'connection.health.keyRefused' });
    const count = arrived.length;
    await upstream.callTool(callOf('echo', { text: 'x' }));
    expect(arrived).toHaveLength(count);
    expect(await keys.signIn(connection, accepted)).toBeNull();
    expect(keys.needOf(connection)).toBeNull();
    expect(await upstream.callTool(callOf('echo', { text: 'again' }))).toMatchObject({ kind: 'result' });
  });

  test('in the address is in no error, whatever goes wrong', async () => {
    const keys = createKeys();
    const connection = connectionTo(server.url, byQuery);
    await keys.keep(connection, key);
    const upstream = await open(keys, connection);
    const answers: unknown[] = [];
    for (const status of [302, 400, 401, 403, 404, 500]) {
      server.intercept = (request, response) => {
        request.resume().on('end', () => response.writeHead(status, { location: `https://other.example${request.url}` }).end());
        return true;
      };
      const error: unknown = await open(createKeys(), connection).catch((reason: unknown) => reason);
      answers.push(await upstream.callTool(callOf('echo', { text: 'x' })), error instanceof ConnectionProblem ? [error.message, error.problem, error.log] : error);
      keys.forget(id);
    }
    await server.stop();
    answers.push(await upstream.callTool(callOf('echo', { text: 'x' })), await refusal(createKeys(), connection).then(({ message, problem }) => [message, problem]));
    expect(JSON.stringify(answers)).not.toContain(key);
    expect(keys.viewOf(connection)).toEqual({ kind: 'query', name: 'api_key', validUntil: null, program: null });
  });
});

describe('a key that a program gives', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'key-program-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** `op read`: what it gives is in the file `answer`, and each run is counted. */
  async function givenBy(script = `cat ${folder}/answer`): Promise<Connection> {
    await writeFile(join(folder, 'op'), `#!/bin/sh\necho run >> ${folder}/runs\n${script}\n`, { mode: 0o755 });
    await writeFile(join(folder, 'answer'), `${key}\n`);
    return connectionTo(server.url, { ...byHeader, secretCommand: { command: join(folder, 'op'), args: ['read', 'op://Work/CRM/key'] } });
  }
  const runs = (): number => (existsSync(join(folder, 'runs')) ? readFileSync(join(folder, 'runs'), 'utf8').split('\n').length - 1 : 0);

  test('is asked for once for all calls, known to the scrubber, kept nowhere, and asked for again after 10 minutes', async () => {
    const clock = createManualClock();
    const keys = createKeys(clock);
    const connection = await givenBy();
    const [upstream] = await Promise.all([open(keys, connection), open(keys, connection), open(keys, connection)]);
    expect(runs()).toBe(1);
    expect(known).toEqual([key]);
    expect([kept.size, keys.boundTo(connection)]).toEqual([0, undefined]);
    expect(keys.viewOf(connection)).toEqual({ kind: 'header', name: 'Authorization', validUntil: null, program: 'op' });
    await onBehalfOf(agentId.parse('marketing'), () => upstream.callTool(callOf('echo', { text: 'x' })));
    expect(keys.lastUse(id)).toEqual({ at: clock.now(), by: 'marketing' });
    clock.advance(10 * 60_000 - 1);
    await upstream.callTool(callOf('echo', { text: 'x' }));
    expect(runs()).toBe(1);
    clock.advance(1);
    await upstream.callTool(callOf('echo', { text: 'x' }));
    expect(runs()).toBe(2);
  });

  test('is dropped at a pause, and a program that runs is ended then', async () => {
    const keys = createKeys();
    const connection = await givenBy();
    const upstream = await open(keys, connection);
    keys.dropGiven();
    expect(await upstream.callTool(callOf('echo', { text: 'x' }))).toMatchObject({ kind: 'result' });
    expect(runs()).toBe(2);
    const slow = await givenBy(`echo $$ > ${folder}/pid; exec sleep 600`);
    keys.dropGiven();
    const refused = refusal(keys, slow);
    while (!existsSync(join(folder, 'pid'))) await new Promise((next) => setTimeout(next, 20));
    keys.close();
    expect((await refused).problem).toEqual({ id: 'connection.health.program.cancelled', values: { program: 'op' } });
  });

  test('that was changed at the source is fetched anew after a 401, and the call goes through', async () => {
    const keys = createKeys();
    const upstream = await open(keys, await givenBy());
    accepted = 'r0tated-key-2';
    await writeFile(join(folder, 'answer'), accepted);
    expect(await upstream.callTool(callOf('echo', { text: 'x' }))).toMatchObject({ kind: 'result' });
    expect(runs()).toBe(2);
  });

  test('that is refused twice stops the calls, until somebody has it checked', async () => {
    const keys = createKeys();
    const connection = await givenBy();
    const upstream = await open(keys, connection);
    accepted = 'an0ther-key';
    expect(await upstream.callTool(callOf('echo', { text: 'x' }))).toMatchObject({ kind: 'failed', text: expect.stringContaining('A person has to look after it') });
    expect(keys.needOf(connection)).toMatchObject({ id: 'connection.health.program.refused', values: { program: 'op' } });
    const [asked, ran] = [arrived.length, runs()];
    await upstream.callTool(callOf('echo', { text: 'x' }));
    expect([arrived.length, runs()]).toEqual([asked, ran]);
    accepted = key;
    keys.forget(id);
    expect(await upstream.callTool(callOf('echo', { text: 'x' }))).toMatchObject({ kind: 'result' });
  });

  test('that does not come is told by the program and its exit status, without its words; it is not run for every call', async () => {
    const clock = createManualClock();
    const keys = createKeys(clock);
    const connection = await givenBy('echo "account secret-account-name is locked"; echo secret-account-name >&2; exit 6');
    const error = await refusal(keys, connection);
    expect(error).toMatchObject({ state: 'failing', problem: { id: 'connection.health.program.failed', values: { program: 'op', status: 6 } } });
    expect(error.message).toBe('The program "op" gave no key (exit status 6), so the service was not asked. Nothing was done.');
    expect(JSON.stringify([error.message, error.problem, error.log])).not.toMatch(/secret-account-name|op:/);
    await refusal(keys, connection);
    expect([runs(), arrived.length]).toEqual([1, 0]);
    clock.advance(15_000);
    await refusal(keys, connection);
    expect(runs()).toBe(2);
  });

  test('of two lines is none: nothing is sent', async () => {
    const error = await refusal(createKeys(), await givenBy('printf "one\\ntwo\\n"'));
    expect(error.problem).toMatchObject({ id: 'connection.health.program.notAKey' });
    expect(arrived).toEqual([]);
    expect(known).toEqual(['one\ntwo']);
  });
});

/** A thief on another port of this machine; what it was sent. */
async function withThief(work: (port: number, stolen: string[]) => Promise<void>): Promise<void> {
  const stolen: string[] = [];
  const thief = createServer((request, response) => {
    stolen.push(`${request.url} ${request.headers.authorization ?? ''}`);
    response.end('{}');
  });
  await new Promise<void>((done) => thief.listen(0, '127.0.0.1', done));
  // `address()` is an object for a TCP server that listens.
  await work((thief.address() as AddressInfo).port, stolen);
  thief.closeAllConnections();
  await new Promise((done) => thief.close(done));
}

describe('a key is for one origin', () => {
  test.for([301, 302, 303, 307, 308].flatMap((status) => [byHeader, byQuery].map((signIn) => [status, signIn] as const)))('a %i cannot carry it away (%j)', async ([status, signIn]) => {
    await withThief(async (port, stolen) => {
      const keys = createKeys();
      const connection = connectionTo(server.url, signIn);
      await keys.keep(connection, key);
      const pass = server.intercept;
      for (const location of [`http://127.0.0.1:${port}/mcp`, '//evil.example/mcp', '/elsewhere', 'not a url:']) {
        server.intercept = pass;
        const upstream = await open(keys, connection);
        await upstream.listTools();
        server.intercept = (request, response) => {
          request.resume().on('end', () => response.writeHead(status, { location }).end());
          return true;
        };
        const count = server.seen.length;
        // A 303 points to what was done, so it may have been.
        const expected = status === 303 ? { kind: 'unknown' } : { kind: 'failed', text: expect.stringContaining('sends requests on to another address') };
        expect(await upstream.callTool(callOf('echo', { text: 'x' }))).toMatchObject(expected);
        expect(server.seen).toHaveLength(count + 1);
        expect((await refusal(keys, connection)).problem).toMatchObject({ id: status === 303 ? 'connection.health.notMcp' : 'connection.health.sentOn' });
      }
      expect(stolen).toEqual([]);
    });
  });

  test('another port, host or scheme gets nothing, and a person has to sign in again', async () => {
    await withThief(async (port, stolen) => {
      const keys = createKeys();
      await keys.keep(connectionTo(server.url), key);
      const { port: own } = new URL(server.url);
      for (const url of [`http://127.0.0.1:${port}/mcp`, `https://localhost:${own}/mcp`, `http://127.0.0.1:${own}/mcp`, `https://127.0.0.1:${port}/mcp`]) {
        const moved = connectionTo(url);
        expect(await refusal(keys, moved)).toMatchObject({ state: 'needs_sign_in' });
        // And from within: whatever the transport is told, its requests go to the one origin.
        await expect(keys.fetchFor(connectionTo(server.url))?.(url)).rejects.toMatchObject({ name: 'NothingSentError' });
      }
      expect([stolen, arrived]).toEqual([[], []]);
    });
  });

  test('a key for a header is not put into the address, nor the other way round', async () => {
    const keys = createKeys();
    await keys.keep(connectionTo(server.url), key);
    expect(await refusal(keys, connectionTo(server.url, byQuery))).toMatchObject({ state: 'needs_sign_in' });
    expect(arrived).toEqual([]);
  });

  test.each(['self-signed', 'expired', 'for another name'])('a server certificate that is %s gets nothing', async (kind) => {
    await using stranger = await Authority.create();
    const { certificate, key: own } =
      kind === 'self-signed' ? await stranger.issue('stranger') : await authority.issue('wrong', kind === 'expired' ? { validity: 'over' } : { names: 'DNS:other.example' });
    const impostor = await startHttpServer({ tls: { cert: certificate, key: own } });
    const keys = createKeys();
    const connection = connectionTo(impostor.url);
    await keys.keep(connection, key);
    // An environment that switches verification off does not count.
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect((await refusal(keys, connection)).problem).toEqual({ id: 'connection.health.untrusted', values: { host: new URL(impostor.url).host } });
      expect(impostor.seen).toEqual([]);
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      await impostor.stop();
    }
  });
});
