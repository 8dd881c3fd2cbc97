import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runInKeyring, startKeyring, type Keyring } from '../fixtures/keyring/keyring.ts';

const driver = join(import.meta.dirname, 'keyring-driver.ts');
const origin = 'imaps://mail.acme.example:993';
const password = 'correct horse battery staple';

let folder: string;
let keyring: Keyring;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
  keyring = await startKeyring();
});
afterEach(async () => {
  await keyring.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function drive(commands: string[][], options: { env?: NodeJS.ProcessEnv; mode?: string } = {}): Promise<unknown> {
  const args = [driver, join(folder, 'state.db'), JSON.stringify(commands), options.mode ?? 'open'];
  const child = spawn(process.execPath, args, { env: options.env ?? keyring.env, stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(await text(child.stdout));
}

function everythingOnDisk(): Buffer {
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
}

test('a credential survives a restart; the file alone gives nothing away', async () => {
  expect(await drive([['put', 'work-mail', origin, password], ['describe', 'work-mail']])).toEqual([
    'os',
    { ok: true, value: null },
    { kept: 'keychain', since: 1000, lastUse: null, problem: null },
  ]);
  const bytes = everythingOnDisk();
  expect(bytes.includes('work-mail')).toBe(true);
  for (const part of ['correct', 'horse', 'staple', Buffer.from(password).toString('base64').slice(0, 12)]) expect(bytes.includes(part)).toBe(false);

  const [, used, item] = (await drive([['use', 'work-mail', origin], ['item', 'work-mail']])) as [unknown, unknown, string];
  expect(used).toEqual({ ok: true, value: password });
  expect(Buffer.from(item, 'base64')).toHaveLength(32);
  expect(bytes.includes(item)).toBe(false);
  expect(bytes.includes(Buffer.from(item, 'base64'))).toBe(false);
});

test('a key deleted behind our back means missing, and the person is told to sign in again', async () => {
  const answers = await drive([
    ['put', 'work-mail', origin, password],
    ['delete item', 'work-mail'],
    ['use', 'work-mail', origin],
    ['describe', 'work-mail'],
    ['put', 'work-mail', origin, 'a new one'],
    ['use', 'work-mail', origin],
  ]);
  expect(answers).toEqual([
    'os',
    { ok: true, value: null },
    true,
    { ok: false, reason: 'missing', problem: { id: 'credential.problem.missing', values: {} } },
    { kept: 'missing', since: 1000, lastUse: null, problem: null },
    { ok: true, value: null },
    { ok: true, value: 'a new one' },
  ]);
});

test('removing takes the key out of the keychain and the value out of the file', async () => {
  const commands = [['put', 'work-mail', origin, password], ['remove', 'work-mail'], ['item', 'work-mail'], ['describe', 'work-mail']];
  const { code, stdout } = await runInKeyring(driver, [join(folder, 'state.db'), JSON.stringify(commands)]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(['os', { ok: true, value: null }, { ok: true, value: null }, null, { kept: 'missing', since: 0, lastUse: null, problem: null }]);
  expect(everythingOnDisk().includes('horse')).toBe(false);
});

test('a locked keychain is said to be locked, not empty, and takes nothing', async () => {
  await drive([['put', 'work-mail', origin, password]]);
  await keyring.lock();
  const refused = { ok: false, reason: 'locked', problem: { id: 'credential.problem.locked', values: {} } };
  const answers = await drive([['use', 'work-mail', origin], ['put', 'other', origin, password], ['describe', 'work-mail']], { mode: 'keytar' });
  expect(answers).toEqual(['os', refused, refused, { kept: 'locked', since: 1000, lastUse: null, problem: { id: 'credential.problem.locked', values: {} } }]);
  expect(everythingOnDisk().includes('horse')).toBe(false);
});

test('locked at the start: the app keeps its keychain, and reads everything once it is unlocked', async () => {
  const [first, second] = ['one of eight', 'x'.repeat(8192 - 8) + '-8 KB-é'];
  expect(await drive([['put', 'work-mail', origin, first], ['put', 'big', origin, second]])).toEqual(['os', { ok: true, value: null }, { ok: true, value: null }]);
  await keyring.lock();
  const locked = { ok: false, reason: 'locked', problem: { id: 'credential.problem.locked', values: {} } };
  expect(await drive([['load'], ['use', 'work-mail', origin], ['unlock'], ['secrets'], ['remove', 'big']])).toEqual(['os', null, locked, false, [], locked]);
  await keyring.unlock();
  expect(await drive([['load'], ['secrets'], ['use', 'work-mail', origin]])).toEqual(['os', null, [first], { ok: true, value: first }]);
});

test('unlocked while the app runs: one press reads what was locked', async () => {
  await drive([['put', 'work-mail', origin, password]]);
  await keyring.lock();
  const running = spawn(process.execPath, [driver, join(folder, 'state.db'), JSON.stringify([['use', 'work-mail', origin], ['pause'], ['use', 'work-mail', origin], ['unlock'], ['use', 'work-mail', origin]]), 'keytar'], {
    env: keyring.env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = text(running.stdout);
  await once(running.stderr, 'data');
  await keyring.unlock();
  running.stdin.end();
  const [, first, , second, unlocked, third] = JSON.parse(await said) as unknown[];
  expect(first).toMatchObject({ reason: 'locked' });
  expect(second).toMatchObject({ reason: 'locked' });
  expect(unlocked).toBe(true);
  expect(third).toEqual({ ok: true, value: password });
});

test('a value of 8 KB is kept whole, and known by its parts after a restart', async () => {
  const value = JSON.stringify({ access: 'a'.repeat(4000), refresh: 'ü'.repeat(2000) });
  expect(Buffer.byteLength(value)).toBeGreaterThan(8000);
  await drive([['put', 'big', origin, value, 'a'.repeat(4000)]]);
  const [, , secrets, used] = await drive([['load'], ['secrets'], ['use', 'big', origin]]) as unknown[];
  expect(secrets).toEqual([value, 'a'.repeat(4000)]);
  expect(used).toEqual({ ok: true, value });
});

test('without a keychain everything stays in memory, nothing is written, and it says so', async () => {
  const noBus = { PATH: process.env['PATH'], HOME: folder, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
  const answers = await drive([['put', 'work-mail', origin, password], ['describe', 'work-mail'], ['use', 'work-mail', origin]], { env: noBus });
  expect(answers).toEqual(['session', { ok: true, value: null }, { kept: 'session', since: 1000, lastUse: null, problem: null }, { ok: true, value: password }]);
  expect(everythingOnDisk().includes('work-mail')).toBe(false);
  expect(await drive([['describe', 'work-mail']], { env: noBus })).toEqual(['session', { kept: 'missing', since: 0, lastUse: null, problem: null }]);
});
