import { spawn } from 'node:child_process';
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
    { kept: 'keychain', since: 1000, problem: null },
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
    { kept: 'missing', since: 1000, problem: null },
    { ok: true, value: null },
    { ok: true, value: 'a new one' },
  ]);
});

test('removing takes the key out of the keychain and the value out of the file', async () => {
  const commands = [['put', 'work-mail', origin, password], ['remove', 'work-mail'], ['item', 'work-mail'], ['describe', 'work-mail']];
  const { code, stdout } = await runInKeyring(driver, [join(folder, 'state.db'), JSON.stringify(commands)]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual(['os', { ok: true, value: null }, { ok: true, value: null }, null, { kept: 'missing', since: 0, problem: null }]);
  expect(everythingOnDisk().includes('horse')).toBe(false);
});

test('a locked keychain is said to be locked, not empty, and takes nothing', async () => {
  await drive([['put', 'work-mail', origin, password]]);
  await keyring.lock();
  const refused = { ok: false, reason: 'keychain', problem: { id: 'credential.problem.keychain', values: {} } };
  const answers = await drive([['use', 'work-mail', origin], ['put', 'other', origin, password], ['describe', 'work-mail']], { mode: 'keytar' });
  expect(answers).toEqual(['os', refused, refused, { kept: 'keychain', since: 1000, problem: { id: 'credential.problem.keychain', values: {} } }]);
  expect(everythingOnDisk().includes('horse')).toBe(false);
});

test('without a keychain everything stays in memory, nothing is written, and it says so', async () => {
  const noBus = { PATH: process.env['PATH'], HOME: folder, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
  const answers = await drive([['put', 'work-mail', origin, password], ['describe', 'work-mail'], ['use', 'work-mail', origin]], { env: noBus });
  expect(answers).toEqual(['session', { ok: true, value: null }, { kept: 'session', since: 1000, problem: null }, { ok: true, value: password }]);
  expect(everythingOnDisk().includes('work-mail')).toBe(false);
  expect(await drive([['describe', 'work-mail']], { env: noBus })).toEqual(['session', { kept: 'missing', since: 0, problem: null }]);
});
