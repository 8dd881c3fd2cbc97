import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectionCalls } from '../../main/ipc/connection-calls.ts';
import { LiveSnapshot } from '../../main/ipc/live-snapshot.ts';
import { RecordWatch } from '../../main/ipc/record-watch.ts';
import { managedSettings } from '../../main/managed/managed-settings.ts';
import { silence } from '../../main/model/conversation.ts';
import { connectionId, type Connection, type SecretCommand } from '../../preload/contract.ts';
import { startConnectProxy } from '../fixtures/tls/connect-proxy.ts';
import { startHttpServer, type HttpFixture } from '../fixtures/upstreams/http-server.ts';
import { claw, openedApp, type OpenedApp } from './opened-app.ts';

const key = 'sk-test-9f3b71c2d4';
let server: HttpFixture;
let authorizations: (string | undefined)[];
beforeEach(async () => {
  server = await startHttpServer();
  authorizations = [];
  server.intercept = (request, response) => {
    authorizations.push(request.headers.authorization);
    if (request.headers.authorization === `Bearer ${key}`) return false;
    request.resume().on('end', () => response.writeHead(401).end());
    return true;
  };
});
afterEach(() => server.stop());

const signIn = { kind: 'header', name: 'Authorization', prefix: 'Bearer' } as const;
const crm = connectionId.parse('crm');

async function shown(app: OpenedApp): Promise<Connection | undefined> {
  const { services } = app;
  const live = new LiveSnapshot(services, new RecordWatch(services.activity, services.clock));
  await live.refresh();
  return live.take().connections.find(({ id }) => id === crm);
}

function deliver(app: OpenedApp, url: string, secretCommand?: SecretCommand): void {
  const settings = managedSettings.parse({
    connections: [{ id: 'crm', kind: 'remote', name: 'CRM', url, signIn: { ...signIn, ...(secretCommand && { secretCommand }) } }],
    policy: 'permit (principal, action == Action::"invokeTool", resource);',
  });
  app.deliver({ state: 'ok', settings, remarks: [] });
}

function echo({ services }: OpenedApp, text: string): ReturnType<typeof services.gate.perform> {
  return services.gate.perform({ kind: 'invokeTool', agent: claw, connection: crm, name: 'echo', arguments: { text }, reach: null, signal: new AbortController().signal, conversation: silence });
}

test('a service is added with its key; one with a wrong key is not, and nothing of it stays', async () => {
  await using app = await openedApp();
  const { connections, credentials } = app.services;
  const calls = connectionCalls(app.services);
  const input = { kind: 'remote', name: 'CRM', url: server.url, signIn } as const;
  expect(await calls.addServerConnection({ ...input, key: 'sk-wrong' })).toMatchObject({ ok: false, problem: { id: 'connection.health.keyRefused' } });
  expect(connections.find(crm)).toBeUndefined();
  expect(await credentials.describe('crm')).toMatchObject({ kept: 'missing', since: 0 });
  expect(await calls.addServerConnection({ ...input, url: `${server.url}?api_key=${key}` })).toMatchObject({ ok: false, problem: { id: 'connection.problem.keyInAddress' } });
  expect(await calls.addServerConnection({ ...input, name: 'CRM 2', key })).toEqual({ ok: true, value: { id: 'crm-2', needsSignIn: false } });
  expect(JSON.stringify(connections.list())).not.toContain(key);
});

test('a key that a person entered signs a Claw’s calls, is told with its last use, and is scrubbed from what comes back', async () => {
  await using app = await openedApp();
  deliver(app, server.url);
  expect(await shown(app)).toMatchObject({ health: { state: 'needs_sign_in' }, credential: { kept: 'missing' }, keySignIn: { kind: 'header', name: 'Authorization' }, browserSignIn: null });
  expect(await echo(app, 'x')).toMatchObject({ kind: 'rejected', text: expect.stringContaining('A person has to enter it in Countersign first. Nothing was done.') });
  expect(authorizations).toEqual([]);
  const calls = connectionCalls(app.services);
  expect(await calls.signInConnection({ id: crm, password: 'sk-wrong' })).toMatchObject({ ok: false, problem: { id: 'signIn.problem.keyNotAccepted' } });
  expect(await calls.signInConnection({ id: crm, password: key })).toEqual({ ok: true, value: null });
  const answer = await echo(app, `a service that says back ${key}`);
  expect(JSON.stringify(answer)).toContain('[secret removed]');
  expect(JSON.stringify(answer)).not.toContain(key);
  const view = await shown(app);
  expect(view).toMatchObject({ health: { state: 'ready' }, credential: { what: 'key', kept: 'session', lastUse: { by: 'Marketing' } } });
  expect(JSON.stringify(view)).not.toContain(key);
  expect(await calls.forgetCredential({ id: crm })).toMatchObject({ ok: true, value: { told: { id: 'credential.forgotten' } } });
  expect(await shown(app)).toMatchObject({ health: { state: 'needs_sign_in' }, credential: { kept: 'missing' } });
});

test('a connection that the organization sends elsewhere needs a fresh sign-in; with the address of before the key is good again', async () => {
  await using app = await openedApp();
  const other = await startHttpServer();
  deliver(app, server.url);
  await connectionCalls(app.services).signInConnection({ id: crm, password: key });
  deliver(app, other.url);
  expect(await shown(app)).toMatchObject({ health: { state: 'needs_sign_in', text: { id: 'credential.problem.elsewhere' } }, credential: { kept: 'missing' } });
  expect(await echo(app, 'x')).toMatchObject({ kind: 'rejected', text: expect.stringContaining('A person has to enter it in Countersign first. Nothing was done.') });
  expect(other.seen).toEqual([]);
  deliver(app, server.url);
  expect(await shown(app)).toMatchObject({ credential: { kept: 'session' } });
  expect(await echo(app, 'x')).toMatchObject({ kind: 'ended', outcome: 'done' });
  await other.stop();
});

test('a key that a program gives is told with its last use, scrubbed, kept nowhere, and fetched anew after a pause', async () => {
  await using app = await openedApp();
  const runs = join(app.home, 'runs');
  deliver(app, server.url, { command: 'sh', args: ['-c', `echo run >> ${runs}; printf sk-test-; echo 9f3b71c2d4`] });
  const never = { what: 'key', kept: 'program', lastUse: null };
  expect(await shown(app)).toMatchObject({ health: { state: 'idle' }, credential: never, keySignIn: { program: 'sh' } });
  const answer = await echo(app, `a service that says back ${key}`);
  expect(JSON.stringify(answer)).toContain('[secret removed]');
  expect(await shown(app)).toMatchObject({ health: { state: 'ready' }, credential: { ...never, lastUse: { by: 'Marketing' } } });
  expect(app.services.credentials.secrets.list()).toContain(key);
  expect(await app.services.credentials.describe('crm')).toMatchObject({ kept: 'missing', since: 0 });
  app.services.pause.set(true);
  app.services.pause.set(false);
  expect(await echo(app, 'x')).toMatchObject({ kind: 'ended', outcome: 'done' });
  expect(readFileSync(runs, 'utf8')).toBe('run\nrun\n');
  expect(await connectionCalls(app.services).signInConnection({ id: crm, password: 'x' })).toMatchObject({ ok: false });
});

test('the company’s proxy is in force as soon as it is delivered, shown as locked, and never used for this machine', async () => {
  await using app = await openedApp();
  const { network, settings } = app.services;
  const proxy = await startConnectProxy(server.port);
  const caFile = '/nowhere/ca.pem';
  app.deliver({ state: 'ok', settings: managedSettings.parse({ settings: { proxy: `http://127.0.0.1:${proxy.port}`, caFile } }), remarks: [] });
  expect(settings.lockedKeys()).toEqual(['proxy', 'caFile']);
  expect(network.problems()).toEqual([{ id: 'status.problem.caFile', values: { file: caFile } }]);
  await expect(network.fetch('https://crm.acme.example/')).rejects.toThrow();
  await network.fetch(server.url);
  expect(proxy.asked.map(({ target }) => target)).toEqual(['crm.acme.example:443']);
  app.deliver({ state: 'absent' });
  expect(network.problems()).toEqual([]);
  await proxy.stop();
});

test('an address with something in its query is shown without it', async () => {
  await using app = await openedApp();
  deliver(app, `${server.url}?workspace=acme&api_key=${key}`);
  expect((await shown(app))?.reaches).toBe(`${server.url}?…`);
});
