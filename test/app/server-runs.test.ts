import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionId, type ConnectionId, type ServerAccess } from '../../preload/contract.ts';
import { approvalCalls } from '../../main/ipc/approval-calls.ts';
import { connectionCalls } from '../../main/ipc/connection-calls.ts';
import { viewConnections } from '../../main/ipc/snapshot.ts';
import type { ManagedRead } from '../../main/managed/managed-source.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { socketPlace } from '../../main/paths.ts';
import { readSettings } from '../../main/managed/read-settings.ts';
import { callOf } from '../connections/call.ts';
import { Outside, type Place } from '../egress/outside.ts';
import { openedApp, type OpenedApp } from './opened-app.ts';

const bin = resolve(import.meta.dirname, '../../node_modules/.bin');
const fixtures = resolve(import.meta.dirname, '../fixtures/upstreams');
const nothing: ServerAccess = { kind: 'sandbox', readable: [], writable: [], hosts: [] };

let outside: Outside;
let app: OpenedApp;
let folder: string;
let shared: string;
let other: string;
let place: Place;

beforeAll(async () => {
  outside = await Outside.open({ 'api.example.com': [['203.0.113.1']], 'evil.example.com': [['203.0.113.2']] });
  place = await outside.serve(['api.example.com', 'evil.example.com']);
  app = await openedApp(undefined, outside.helperOptions);
  app.services.settings.update({ caFile: outside.authority.certificateFile });
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-server-')));
  [shared, other] = [join(folder, 'shared'), join(folder, 'other')];
  for (const one of [shared, other]) {
    mkdirSync(one);
    writeFileSync(join(one, 'note.txt'), `in ${one}`);
  }
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
  await outside[Symbol.asyncDispose]();
  rmSync(`${app.home}-workspaces`, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

const calls = () => connectionCalls(app.services);

async function added(name: string, command: string, args: string[], access: ServerAccess): Promise<ConnectionId> {
  const answer = await calls().addServerConnection({ kind: 'command', name, command, args, access });
  if (!answer.ok) throw new Error(JSON.stringify(answer.problem));
  return answer.value.id;
}

const hostile = (name: string, access: Partial<ServerAccess & { kind: 'sandbox' }> = {}): Promise<ConnectionId> =>
  added(name, process.execPath, [join(fixtures, 'hostile-server.ts')], { ...nothing, ...access, kind: 'sandbox', readable: [join(fixtures, 'hostile-server.ts'), ...(access.readable ?? [])] });

async function call(connection: ConnectionId, name: string, args: JsonObject): Promise<string> {
  const upstream = await app.services.upstreams.get(connection);
  return JSON.stringify(await upstream.callTool(callOf(name, args)));
}

const attempt = (connection: ConnectionId, what: string, target: string): Promise<string> => call(connection, 'try', { what, target });

/** What the record holds of what the program of that connection was refused. */
function refusals(name: string): string {
  const database = new DatabaseSync(join(app.home, 'activity.db'), { readOnly: true });
  const rows = database.prepare("SELECT body FROM events WHERE kind = 'server_refused'").all();
  database.close();
  return rows.map(({ body }) => String(body)).filter((body) => body.includes(JSON.stringify(name))).join('\n');
}

const viewOf = (id: ConnectionId) => viewConnections(app.services, { lastUsedAt: () => null, askedThisWeek: () => 0 } as never, new Map()).find((one) => one.id === id);

/** The states of the hostile server's processes, as `ps` tells them. */
const states = (): string => execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' }).split('\n').filter((line) => line.includes('hostile-server.ts') && !line.includes('bwrap')).map((line) => line[0]).join('');

const isForkThere = (): boolean => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes('sleep 98761');

const addWide = (access: Partial<ServerAccess & { kind: 'sandbox' }>) => calls().addServerConnection({ kind: 'command', name: 'Wide', command: process.execPath, args: [], access: { ...nothing, ...access, kind: 'sandbox' } });

const managed = (value: object): ManagedRead => readSettings(value, 'test');

describe('a file server in the sandbox', () => {
  test('lists and reads the folder that was named, and nothing else', async () => {
    const files = await added('Files', join(bin, 'mcp-server-filesystem'), [shared], { ...nothing, readable: [shared] });
    const tools = await (await app.services.upstreams.get(files)).listTools();
    expect(tools.map(({ name }) => name)).toContain('read_text_file');
    expect(await call(files, 'list_directory', { path: shared })).toContain('note.txt');
    expect(await call(files, 'read_text_file', { path: join(shared, 'note.txt') })).toContain(`in ${shared}`);
    expect(await call(files, 'write_file', { path: join(shared, 'new.txt'), content: 'x' })).toMatch(/EROFS|read-only/);
    for (const path of [join(other, 'note.txt'), join(homedir(), '.ssh/id_rsa'), join(app.home, 'state.db')]) expect(await call(files, 'read_text_file', { path })).toMatch(/denied|ENOENT/);
  });

  test('changes what it may change, after the person chose so, and is started anew for it', async () => {
    const id = app.services.connections.list().find(({ name }) => name === 'Files')?.id as ConnectionId;
    expect(await calls().setServerAccess({ id, access: { ...nothing, writable: [shared] } })).toEqual({ ok: true, value: null });
    expect(await call(id, 'write_file', { path: join(shared, 'new.txt'), content: 'x' })).toContain('Successfully wrote');
    expect(existsSync(join(shared, 'new.txt'))).toBe(true);
  });
});

describe('a program that means harm', () => {
  test('finds neither home, other folders, our state nor the folders of others', async () => {
    const bad = await hostile('Reader', { readable: [shared] });
    expect(await attempt(bad, 'read', join(shared, 'note.txt'))).toContain(`in ${shared}`);
    for (const path of [join(other, 'note.txt'), join(homedir(), '.ssh/id_rsa'), join(app.home, 'state.db'), '/etc/shadow', '/proc/1/environ']) expect(await attempt(bad, 'read', path)).toContain('refused');
    for (const path of [app.home, join(`${app.home}-workspaces`, 'files')]) expect(await attempt(bad, 'list', path)).toContain('refused');
    expect(await attempt(bad, 'environment', '')).not.toContain('COUNTERSIGN');
  });

  test('writes only into the folder of its own, which stays; the record tells the rest', async () => {
    const bad = await hostile('Writer', { readable: [shared] });
    for (const path of [join(shared, 'owned'), join(other, 'owned'), join(homedir(), 'owned'), '/usr/bin/owned']) {
      expect(await attempt(bad, 'write', path)).toContain('refused');
      expect(existsSync(path)).toBe(false);
    }
    await expect.poll(() => refusals('Writer')).toContain('/usr/bin/owned');
    await expect.poll(() => refusals('Writer')).toContain(join(shared, 'owned'));
    const own = join(`${app.home}-workspaces`, bad, '.home');
    expect(await attempt(bad, 'write', join(own, 'kept'))).toContain('written');
    await app.services.upstreams.drop(bad);
    expect(await attempt(bad, 'read', join(own, 'kept'))).toContain('owned');
    expect(await calls().removeConnection({ id: bad })).toMatchObject({ ok: true });
    expect(existsSync(own)).toBe(false);
  });

  test('reaches the places that were named, and no other; the record and its log tell which', async () => {
    const bad = await hostile('Caller', { hosts: [`api.example.com:${place.port}`] });
    expect(await attempt(bad, 'fetch', `https://api.example.com:${place.port}/in`)).toContain('hello /in');
    expect(await attempt(bad, 'fetch', `https://evil.example.com:${place.port}/out`)).toContain('refused');
    expect(place.seen.map(({ url }) => url)).toEqual(['/in']);
    await expect.poll(() => refusals('Caller')).toContain('evil.example.com');
    await expect.poll(() => app.services.upstreams.logOf(bad).join('\n')).toMatch(/\[refused\].*evil\.example\.com/);
    expect(app.services.approvals.waiting()).toEqual([]);
    app.deliver(managed({ network: { allow: [], deny: ['api.example.com'] } }));
    expect(await attempt(bad, 'fetch', `https://api.example.com:${place.port}/after`)).toContain('Your company refuses this place');
    await expect.poll(() => refusals('Caller')).toContain('api.example.com');
    app.deliver({ state: 'absent' });
    expect(place.seen).toHaveLength(1);
  });

  test('reaches no socket of ours, and no service of this computer', async () => {
    const bad = await hostile('Dialler', { hosts: ['*'] });
    const plain = await outside.serve(null);
    expect(await attempt(bad, 'socket', socketPlace(app.home).path)).toContain('refused');
    expect(await attempt(bad, 'dial', `127.0.0.1:${plain.port}`)).toContain('refused');
    expect(await attempt(bad, 'fetch', `http://127.0.0.1:${plain.port}/`)).toContain('refused');
    expect(plain.seen).toEqual([]);
  });

  test('leaves nothing behind, however it forked away', async () => {
    const bad = await hostile('Forker');
    await attempt(bad, 'fork', '98761');
    await expect.poll(isForkThere).toBe(true);
    await app.services.upstreams.drop(bad);
    await expect.poll(isForkThere).toBe(false);
  });
});

describe('what passes between', () => {
  test('is unharmed: large, and of many bytes a letter; complaints are in the log', async () => {
    const server = await hostile('Talker');
    const long = '𝔘ñí©öðë→'.repeat(200_000);
    expect(await attempt(server, 'length', long)).toContain(String(long.length));
    expect(await attempt(server, 'echo', long)).toContain(long);
    await attempt(server, 'complain', 'ünhappy ✗');
    await expect.poll(() => app.services.upstreams.logOf(server)).toContain('ünhappy ✗');
    expect(await attempt(server, 'exit', '3')).toContain('unknown');
    expect(await attempt(server, 'echo', 'again').catch(async () => (await calls().checkConnection({ id: server }), attempt(server, 'echo', 'again')))).toContain('again');
  });

  test('stands still while everything is paused, and goes on afterwards as it was', async () => {
    const server = await hostile('Sleeper');
    expect(await attempt(server, 'echo', 'before')).toContain('before');
    await approvalCalls(app.services).setPaused({ isPaused: true });
    expect(await attempt(server, 'echo', 'while')).toContain('failed');
    await expect.poll(states).toMatch(/^T+$/);
    await approvalCalls(app.services).setPaused({ isPaused: false });
    expect(await attempt(server, 'echo', 'after')).toContain('after');
  });
});

describe('full access', () => {
  test('is what a connection without a choice has, and one that was chosen', async () => {
    const old = app.services.connections.add({ name: 'Old', kind: 'command', config: { command: process.execPath, args: [join(fixtures, 'hostile-server.ts')] } }).id;
    expect(await attempt(old, 'read', join(other, 'note.txt'))).toContain(`in ${other}`);
    expect(viewOf(old)?.access).toEqual({ kind: 'full' });
    expect(await calls().setServerAccess({ id: old, access: { ...nothing, readable: [join(fixtures, 'hostile-server.ts')] } })).toEqual({ ok: true, value: null });
    expect(await attempt(old, 'read', join(other, 'note.txt'))).toContain('refused');
    const open = await added('Open', process.execPath, [join(fixtures, 'hostile-server.ts')], { kind: 'full' });
    expect(await attempt(open, 'read', join(other, 'note.txt'))).toContain(`in ${other}`);
  });

  test('can be forbidden by the organization: what runs so is ended, does not start, says so and cannot be chosen', async () => {
    const open = await added('Forbidden', process.execPath, [join(fixtures, 'hostile-server.ts')], { kind: 'full' });
    const { pid }: { pid: number } = { pid: Number(execFileSync('pgrep', ['-nf', 'hostile-server.ts'], { encoding: 'utf8' })) };
    app.deliver(managed({ forbidFullAccess: true }));
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
    await expect(attempt(open, 'echo', 'x')).rejects.toThrow('does not allow');
    expect(viewOf(open)?.health).toMatchObject({ state: 'failing', text: { id: 'server.problem.fullAccess' } });
    expect(await calls().addServerConnection({ kind: 'command', name: 'Another', command: process.execPath, args: [], access: { kind: 'full' } })).toMatchObject({ ok: false, problem: { id: 'server.problem.fullAccess' } });
    app.deliver({ state: 'absent' });
    await calls().checkConnection({ id: open });
    expect(await attempt(open, 'echo', 'again')).toContain('again');
  });

  test('is not needed where the organization says what a program of its own may reach', async () => {
    app.deliver(managed({ forbidFullAccess: true, connections: [{ id: 'company-files', kind: 'command', name: 'Company files', command: join(bin, 'mcp-server-filesystem'), args: [shared], access: { kind: 'sandbox', readable: [shared] } }] }));
    const id = connectionId.parse('company-files');
    expect(await call(id, 'list_directory', { path: shared })).toContain('note.txt');
    expect(await calls().setServerAccess({ id, access: nothing })).toMatchObject({ ok: false, problem: { id: 'connection.problem.managedValue' } });
    app.deliver({ state: 'absent' });
  });
});

test('a choice that would show too much, or is no place, is not taken', async () => {
  expect(await addWide({ readable: ['~'] })).toMatchObject({ ok: false, problem: { id: 'workbench.problem.too_wide' } });
  expect(await addWide({ readable: [app.home] })).toMatchObject({ ok: false, problem: { id: 'workbench.problem.our_own' } });
  expect(await addWide({ writable: [`${app.home}-workspaces`] })).toMatchObject({ ok: false, problem: { id: 'workbench.problem.our_own' } });
  expect(await addWide({ hosts: ['https://api.example.com'] })).toMatchObject({ ok: false, problem: { id: 'server.problem.place' } });
});

test('without a sandbox nothing starts, and the reason comes with its cure', async () => {
  await using bare = await openedApp(undefined, ['--import', `data:text/javascript,process.env.PATH=''`]);
  const answer = await connectionCalls(bare.services).addServerConnection({ kind: 'command', name: 'Files', command: process.execPath, args: [join(fixtures, 'hostile-server.ts')], access: { ...nothing, readable: [fixtures] } });
  expect(answer).toMatchObject({ ok: false, problem: { id: 'server.problem.noSandbox', values: { isMendable: 'yes' } } });
  expect(bare.services.connections.list().map(({ name }) => name)).not.toContain('Files');
});
