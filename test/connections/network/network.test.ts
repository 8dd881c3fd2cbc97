import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectionId } from '../../../preload/contract.ts';
import { ConnectionProblem, type Connection } from '../../../main/connections/connection.ts';
import { openHttpUpstream } from '../../../main/connections/http-upstream.ts';
import { KeySignIns } from '../../../main/connections/keys/key-sign-ins.ts';
import type { ClosableUpstream } from '../../../main/connections/mcp-upstream.ts';
import { Network, type NetworkOptions } from '../../../main/connections/network/network.ts';
import type { NetworkRules } from '../../../main/model/proxy.ts';
import { systemClock } from '../../../main/model/clock.ts';
import type { JsonObject } from '../../../main/model/json.ts';
import { Authority, type IssuedCertificate } from '../../fixtures/tls/authority.ts';
import { startConnectProxy, type ConnectProxy } from '../../fixtures/tls/connect-proxy.ts';
import { startHttpServer, type HttpFixture } from '../../fixtures/upstreams/http-server.ts';
import { callOf, textOf } from '../call.ts';

const id = connectionId.parse('crm');
const key = 'k3y-through-the-proxy';
const byHeader = { kind: 'header', name: 'Authorization', prefix: 'Bearer' };
const trusted = tls.getCACertificates('default');

let authority: Authority;
let service: IssuedCertificate;
let server: HttpFixture;
let proxy: ConnectProxy;
let rules: NetworkRules;
let environment: NodeJS.ProcessEnv;
let known: readonly string[];
const networks: Network[] = [];
const opened: ClosableUpstream[] = [];

beforeAll(async () => {
  authority = await Authority.create();
  service = await authority.issue('service', { names: 'DNS:crm.acme.example,DNS:localhost,IP:127.0.0.1' });
});
afterAll(async () => {
  tls.setDefaultCACertificates(trusted);
  await authority[Symbol.asyncDispose]();
});
beforeEach(async () => {
  server = await startHttpServer({ tls: { cert: service.certificate, key: service.key, ca: authority.certificate, requestCert: true, rejectUnauthorized: false } });
  proxy = await startConnectProxy(server.port);
  rules = { proxy: `http://127.0.0.1:${proxy.port}`, noProxy: [], caFile: authority.certificateFile };
  environment = {};
  known = [];
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((upstream) => upstream.close()));
  await Promise.all(networks.splice(0).map((network) => network.close()));
  await Promise.all([proxy.stop(), server.stop()]);
});

function createNetwork(more: Partial<NetworkOptions> = {}): Network {
  const network = new Network({ rules: () => rules, know: (secrets) => (known = secrets), environment, ...more });
  networks.push(network);
  return network;
}

/** A service that only the proxy can find. */
const behindProxy = (): string => server.url.replace('127.0.0.1', 'crm.acme.example');

function connectionTo(url: string, signIn: JsonObject = byHeader): Connection {
  return { id, name: 'CRM', kind: 'remote', config: { url, signIn }, addedAt: 0, isManaged: false, callTimeoutSeconds: 60 };
}

function keysOver(network: Network): KeySignIns {
  return new KeySignIns({ clock: systemClock, network, vault: { lend: () => Promise.resolve(key), keep: () => Promise.resolve(null), know: () => undefined } });
}

async function open(network: Network, connection = connectionTo(behindProxy())): Promise<ClosableUpstream> {
  const fetch = keysOver(network).fetchFor(connection);
  if (fetch === undefined) throw new Error('It has no key.');
  const upstream = await openHttpUpstream(connection.config, { fetch });
  opened.push(upstream);
  return upstream;
}

async function refusal(network: Network, connection = connectionTo(behindProxy())): Promise<ConnectionProblem> {
  const error: unknown = await open(network, connection).catch((reason: unknown) => reason);
  if (error instanceof ConnectionProblem) return error;
  throw new Error(`It was not refused: ${String(error)}`);
}

describe('a proxy', () => {
  test('is asked for a tunnel to the service, and sees nothing of what goes through it', async () => {
    const authorizations: (string | undefined)[] = [];
    server.intercept = ({ headers }) => {
      authorizations.push(headers.authorization, headers['proxy-authorization']?.toString());
      return false;
    };
    const upstream = await open(createNetwork());
    expect(textOf(await upstream.callTool(callOf('echo', { text: 'through it' })))).toBe('through it');
    expect(new Set(proxy.asked.map(({ target }) => target))).toEqual(new Set([`crm.acme.example:${server.port}`]));
    expect(new Set(authorizations)).toEqual(new Set([`Bearer ${key}`, undefined]));
    expect(proxy.sent().length).toBeGreaterThan(0);
    expect(proxy.sent().includes(key)).toBe(false);
  });

  test('of the environment is used with its password, which is known to the scrubber and goes to the proxy alone', async () => {
    rules = { ...rules, proxy: 'system' };
    environment = { HTTPS_PROXY: `http://dana:p%40ss-w0rd@127.0.0.1:${proxy.port}` };
    await open(createNetwork());
    expect(proxy.asked[0]).toEqual({ target: `crm.acme.example:${server.port}`, authorization: `Basic ${Buffer.from('dana:p@ss-w0rd').toString('base64')}` });
    expect(known).toEqual(['p%40ss-w0rd', 'p@ss-w0rd']);
  });

  test('is never asked for what is on this machine', async () => {
    for (const host of ['127.0.0.1', 'localhost']) await open(createNetwork(), connectionTo(server.url.replace('127.0.0.1', host)));
    expect(proxy.asked).toEqual([]);
  });

  test.each([
    [407, 'connection.health.proxy.signIn'],
    [403, 'connection.health.proxy.refused'],
    [502, 'connection.health.proxy.refused'],
  ])('that answers %i is told as that, without its password; nothing was sent', async (status, problem) => {
    rules = { ...rules, proxy: 'system' };
    environment = { https_proxy: `http://dana:p4ss-w0rd@127.0.0.1:${proxy.port}` };
    proxy.refuseWith = status;
    const error = await refusal(createNetwork());
    expect(error.problem).toMatchObject({ id: problem, values: { host: `crm.acme.example:${server.port}`, proxy: `127.0.0.1:${proxy.port}` } });
    expect(JSON.stringify([error.message, error.problem, error.log])).not.toMatch(/p4ss|dana/);
    expect(server.seen).toEqual([]);
  });

  test('that cannot be reached is told as that', async () => {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const address = closed.address();
    await new Promise((done) => closed.close(done));
    rules = { ...rules, proxy: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}` };
    expect((await refusal(createNetwork())).problem).toMatchObject({ id: 'connection.health.proxy.unreachable' });
  });

  test('that puts itself in between gets nothing: the service’s certificate is looked at through it', async () => {
    await using stranger = await Authority.create();
    const { certificate, key: own } = await stranger.issue('between', { names: 'DNS:crm.acme.example' });
    const between = await startHttpServer({ tls: { cert: certificate, key: own } });
    proxy.leadsTo = between.port;
    expect((await refusal(createNetwork())).problem).toMatchObject({ id: 'connection.health.untrusted' });
    expect(between.seen).toEqual([]);
    await between.stop();
  });

  test('whose other end has a certificate for another name gets nothing', async () => {
    const { certificate, key: own } = await authority.issue('wrong-name', { names: 'DNS:other.example' });
    const wrong = await startHttpServer({ tls: { cert: certificate, key: own } });
    proxy.leadsTo = wrong.port;
    expect((await refusal(createNetwork())).problem).toMatchObject({ id: 'connection.health.untrusted' });
    expect(wrong.seen).toEqual([]);
    await wrong.stop();
  });

  test('carries a client certificate to the service', async () => {
    const { certificateFile, keyFile } = await authority.issue('dana', { isClient: true });
    const seen: unknown[] = [];
    server.intercept = ({ socket }) => {
      seen.push(socket instanceof tls.TLSSocket ? socket.getPeerCertificate().subject.CN : undefined);
      return false;
    };
    await open(createNetwork(), connectionTo(behindProxy(), { kind: 'certificate', certificateFile, keyFile }));
    expect(new Set(seen)).toEqual(new Set(['dana']));
    expect(proxy.asked.length).toBeGreaterThan(0);
  });

  test('that is set while the app runs is used from then on', async () => {
    rules = { ...rules, proxy: 'none' };
    const network = createNetwork();
    expect((await refusal(network)).problem).toMatchObject({ id: 'connection.health.unreachable' });
    rules = { ...rules, proxy: `http://127.0.0.1:${proxy.port}` };
    network.refresh();
    await open(network);
    expect(proxy.asked.length).toBeGreaterThan(0);
  });
});

describe('a company’s certificates', () => {
  test('are trusted while their file is set, by every connection of the app', async () => {
    rules = { ...rules, caFile: '' };
    const network = createNetwork();
    expect((await refusal(network)).problem).toMatchObject({ id: 'connection.health.untrusted' });
    rules = { ...rules, caFile: authority.certificateFile };
    network.refresh();
    await open(network);
    expect(network.problems()).toEqual([]);
    expect(tls.getCACertificates('default').length).toBeGreaterThan(tls.getCACertificates('bundled').length);
    rules = { ...rules, caFile: '' };
    network.refresh();
    expect((await refusal(network)).problem).toMatchObject({ id: 'connection.health.untrusted' });
  });

  test('that cannot be read are told, and everything else is trusted as before', async () => {
    const text = join(authority.folder, 'no-certificates.txt');
    await writeFile(text, 'hello');
    for (const caFile of ['/nowhere/ca.pem', text, authority.folder]) {
      rules = { ...rules, caFile };
      const network = createNetwork();
      expect(network.problems()).toEqual([{ id: 'status.problem.caFile', values: { file: caFile } }]);
      expect(tls.getCACertificates('default').length).toBeGreaterThanOrEqual(tls.getCACertificates('bundled').length);
    }
  });
});

describe('the system’s own settings', () => {
  const asked: string[] = [];
  const findProxy = (url: URL): Promise<URL | null> => {
    asked.push(url.host);
    return Promise.resolve(new URL(`http://127.0.0.1:${proxy.port}`));
  };
  beforeEach(() => {
    asked.length = 0;
    rules = { ...rules, proxy: 'system' };
  });

  test('name the proxy where nobody else does, for each address anew', async () => {
    const upstream = await open(createNetwork({ findProxy }));
    expect(textOf(await upstream.callTool(callOf('echo', { text: 'through' })))).toBe('through');
    expect(proxy.asked.length).toBeGreaterThan(0);
    expect(new Set(asked)).toEqual(new Set([new URL(behindProxy()).host]));
  });

  test.for<[string, () => void]>([
    ['the environment names one', () => (environment = { https_proxy: `http://127.0.0.1:${proxy.port}` })],
    ['somebody named one', () => (rules = { ...rules, proxy: `http://127.0.0.1:${proxy.port}` })],
  ])('are not asked where %s', async ([, set]) => {
    set();
    await open(createNetwork({ findProxy }));
    expect(asked).toEqual([]);
  });

  test('lead nothing of this computer to a proxy, nor what is to be reached straight', async () => {
    await open(createNetwork({ findProxy }), connectionTo(server.url));
    expect(proxy.asked).toEqual([]);
    rules = { ...rules, noProxy: ['acme.example'] };
    await expect(open(createNetwork({ findProxy }))).rejects.toThrow();
    expect(proxy.asked).toEqual([]);
  });

  test('that cannot be read name none', async () => {
    const network = createNetwork({ findProxy: () => Promise.reject(new Error('no settings')) });
    await open(network, connectionTo(server.url));
    expect(proxy.asked).toEqual([]);
  });
});
