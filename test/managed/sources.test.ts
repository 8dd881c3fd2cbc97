import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../main/model/clock.ts';
import { systemClock } from '../../main/model/clock.ts';
import { fileSource, maximumBytes, nodeFiles, type FileStat, type ManagedFiles } from '../../main/managed/file-source.ts';
import { linuxPath, linuxSource } from '../../main/managed/linux.ts';
import { macosSource } from '../../main/managed/macos.ts';
import type { ManagedRead, ManagedSource } from '../../main/managed/managed-source.ts';
import type { ProgramRun, RunProgram } from '../../main/managed/run-program.ts';
import { systemSource } from '../../main/managed/system-source.ts';
import { windowsKey, windowsSource } from '../../main/managed/windows.ts';
import { inEnglish } from '../../main/text/text.ts';

const clock = systemClock;
const valid = JSON.stringify({ organization: { name: 'Acme', contact: 'it@acme.example' }, settings: { sendHoldSeconds: 20 } });
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'managed-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function outcome(read: ManagedRead): string {
  return read.state === 'absent' || read.state === 'ok' ? read.state : `${read.state}: ${read.problem.id}`;
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** The Linux file with root's ownership, unless said otherwise. */
function rootFile(text: string, changes: { file?: Partial<FileStat>; folder?: Partial<FileStat>; statError?: Error; openError?: Error } = {}): ManagedFiles {
  const plain: FileStat = { uid: 0, mode: 0o100644, size: text.length, isFile: () => true, isSymbolicLink: () => false };
  return {
    stat: (path) => {
      if (changes.statError !== undefined) return Promise.reject(changes.statError);
      return Promise.resolve(path.endsWith('.json') || path.endsWith('.plist') ? { ...plain, ...changes.file } : { ...plain, mode: 0o40755, ...changes.folder });
    },
    open: () =>
      changes.openError === undefined
        ? Promise.resolve({ stat: { ...plain, ...changes.file }, read: () => Promise.resolve(Buffer.from(text)), close: () => Promise.resolve() })
        : Promise.reject(changes.openError),
  };
}

const notAFile = (): boolean => false;
const aLink = (): boolean => true;

function readLinux(files: ManagedFiles): Promise<ManagedRead> {
  return linuxSource({ clock, files }).read();
}

describe('Linux', () => {
  test('reads a file that only root may write', async () => {
    expect(await readLinux(rootFile(valid))).toMatchObject({ state: 'ok', settings: { organization: { name: 'Acme' }, locks: ['sendHoldSeconds'] } });
  });

  test.each([
    ['is absent', { statError: failure('ENOENT') }, 'absent'],
    ['cannot be looked at', { statError: failure('EACCES') }, 'unreadable: managed.problem.unreadable'],
    ['cannot be opened', { openError: failure('EACCES') }, 'unreadable: managed.problem.unreadable'],
    ['became a link just now', { openError: failure('ELOOP') }, 'unreadable: managed.problem.unreadable'],
    ['is a folder', { file: { isFile: notAFile } }, 'unreadable: managed.problem.unreadable'],
    ['is a link', { file: { isSymbolicLink: aLink, isFile: notAFile } }, 'invalid: managed.problem.link'],
    ['belongs to someone else', { file: { uid: 1000 } }, 'invalid: managed.problem.notAdministrators'],
    ['can be written by its group', { file: { mode: 0o100664 } }, 'invalid: managed.problem.notAdministrators'],
    ['can be written by everyone', { file: { mode: 0o100646 } }, 'invalid: managed.problem.notAdministrators'],
    ['is in a folder of someone else', { folder: { uid: 1000 } }, 'invalid: managed.problem.notAdministrators'],
    ['is in a folder that everyone can write', { folder: { mode: 0o40777 } }, 'invalid: managed.problem.notAdministrators'],
    ['is too large', { file: { size: maximumBytes + 1 } }, 'invalid: managed.problem.tooLarge'],
  ])('a file that %s', async (_what, changes, expected) => {
    expect(outcome(await readLinux(rootFile(valid, changes)))).toBe(expected);
  });

  test('what follows the name of a link is never read', async () => {
    await writeFile(join(folder, 'real.json'), valid);
    await symlink(join(folder, 'real.json'), join(folder, 'managed.json'));
    await expect(nodeFiles.open(join(folder, 'managed.json'))).rejects.toThrow('ELOOP');
    const source = fileSource({ path: join(folder, 'managed.json'), mustBeAdministrators: true, mustExist: false, clock });
    expect(outcome(await source.read())).toBe('invalid: managed.problem.link');
  });

  test('a real file that others may write is refused', async () => {
    const path = join(folder, 'managed.json');
    await writeFile(path, valid);
    await chmod(path, 0o666);
    expect(outcome(await fileSource({ path, mustBeAdministrators: true, mustExist: false, clock }).read())).toBe('invalid: managed.problem.notAdministrators');
  });

  test('the place is told to the person', async () => {
    const found = await readLinux(rootFile('{', {}));
    expect(found.state === 'invalid' && inEnglish(found.problem)).toBe(
      `The company settings in ${linuxPath} are not valid JSON (line 1). Until IT mends them, everything is refused.`,
    );
  });
});

const named = (path: string): ManagedSource => systemSource({ platform: 'linux', bundleId: 'x', systemRoot: undefined, overridePath: path, clock });

describe('the file that an unpackaged run names', () => {

  test('is read whoever owns it', async () => {
    const path = join(folder, 'any.json');
    await writeFile(path, `\uFEFF${valid}`);
    await chmod(path, 0o666);
    expect((await named(path).read()).state).toBe('ok');
  });

  test('is a problem when it does not exist: somebody named it', async () => {
    expect(outcome(await named(join(folder, 'nothing.json')).read())).toBe('unreadable: managed.problem.unreadable');
  });
});

const readingProfile = (files: ManagedFiles, run: RunProgram): Promise<ManagedRead> => macosSource({ bundleId: 'com.example.countersign', clock, files, run }).read();

const answers = (exitCode: number | null, text = ''): RunProgram => () => Promise.resolve({ exitCode, stdout: Buffer.from(text) });

describe('macOS', () => {

  test('asks the system’s plutil for the profile’s list as JSON', async () => {
    const calls: unknown[] = [];
    const found = await readingProfile(rootFile('bplist00'), (path, args) => {
      calls.push([path, ...args]);
      return Promise.resolve({ exitCode: 0, stdout: Buffer.from(valid) });
    });
    expect(found.state).toBe('ok');
    expect(calls).toEqual([['/usr/bin/plutil', '-convert', 'json', '-o', '-', '/Library/Managed Preferences/com.example.countersign.plist']]);
  });

  test.each([
    ['no profile', rootFile('', { statError: failure('ENOENT') }), answers(0, valid), 'absent'],
    ['a list of someone else', rootFile('', { file: { uid: 501 } }), answers(0, valid), 'invalid: managed.problem.notAdministrators'],
    ['a damaged list', rootFile(''), answers(1), 'invalid: managed.problem.propertyList'],
    ['no plutil', rootFile(''), answers(null), 'unreadable: managed.problem.unreadable'],
    ['output that is not JSON', rootFile(''), answers(0, '<plist>'), 'invalid: managed.problem.json'],
    ['a value of the wrong type', rootFile(''), answers(0, '{"settings":{"sendHoldSeconds":"x"}}'), 'invalid: managed.problem.value'],
  ])('%s', async (_what, files, run, expected) => {
    expect(outcome(await readingProfile(files, run))).toBe(expected);
  });
});

const printed = (lines: readonly string[]): string => `\r\n${lines.join('\r\n')}\r\n\r\n`;

const parent = 'HKLM\\SOFTWARE\\Policies';

const root = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Countersign';

function reading(own: Partial<ProgramRun>, above: Partial<ProgramRun> = {}): Promise<ManagedRead> {
  const run: RunProgram = (path, args) => {
    expect(path).toBe('C:\\Windows\\System32\\reg.exe');
    return Promise.resolve({ exitCode: 0, stdout: Buffer.alloc(0), ...(args[1] === windowsKey ? own : args[1] === parent ? above : {}) });
  };
  return windowsSource({ systemRoot: 'C:\\Windows', clock, run }).read();
}

const holds = (lines: readonly string[]): Promise<ManagedRead> => reading({ stdout: Buffer.from(printed(lines), 'latin1') });

describe('Windows', () => {
  test('reads values, groups and policy lines', async () => {
    const found = await holds([
      root,
      '    organization    REG_SZ    {"name":"Acme \\u00e9","contact":"it@acme.example"}',
      '    policy    REG_MULTI_SZ    forbid (principal, action, resource)\\0when { context.facts.effect == "pay" };',
      '    rulesProfile    REG_SZ    strict',
      '    locks    REG_SZ    ["rulesProfile"]',
      '',
      `${root}\\settings`,
      '    sendHoldSeconds    REG_DWORD    0x14',
      '    notifications    REG_DWORD    0x1',
      '    theme    REG_SZ    dark',
      '    ownDomains    REG_SZ    ["acme.example"]',
    ]);
    expect(found).toMatchObject({
      state: 'ok',
      settings: {
        organization: { name: 'Acme é', contact: 'it@acme.example' },
        policy: 'forbid (principal, action, resource)\nwhen { context.facts.effect == "pay" };',
        rulesProfile: 'strict',
        locks: ['rulesProfile'],
        settings: { sendHoldSeconds: 20, notifications: true, theme: 'dark', ownDomains: ['acme.example'] },
      },
    });
  });

  test.each([
    ['JSON that is broken', ['    connections    REG_SZ    [{'], 'invalid: managed.problem.registryJson'],
    ['a type that is not used', ['    policy    REG_BINARY    00FF'], 'invalid: managed.problem.registryType'],
    ['letters that reg.exe prints in an unknown code page', ['    policy    REG_SZ    @title("Zahlungen prüfen")'], 'invalid: managed.problem.registryLetters'],
    ['a value of the wrong type', ['    organization    REG_DWORD    0x1'], 'invalid: managed.problem.value'],
    ['a key without values', [], 'absent'],
  ])('%s', async (_what, lines, expected) => {
    expect(outcome(await holds([root, ...lines]))).toBe(expected);
  });

  test('a key that is not there is absent; one that may not be read is not', async () => {
    const other = { stdout: Buffer.from(printed([`${parent}\\Microsoft`])) };
    const ours = { stdout: Buffer.from(printed([`${parent}\\Microsoft`, root])) };
    expect(outcome(await reading({ exitCode: 1 }, other))).toBe('absent');
    expect(outcome(await reading({ exitCode: 1 }, ours))).toBe('unreadable: managed.problem.unreadable');
    expect(outcome(await reading({ exitCode: 1 }, { exitCode: 1 }))).toBe('unreadable: managed.problem.unreadable');
    expect(outcome(await reading({ exitCode: null }))).toBe('unreadable: managed.problem.unreadable');
  });
});

describe('watching', () => {
  test('tells each change once, and nothing after it was stopped', async () => {
    const path = join(folder, 'managed.json');
    const waiting: (() => void)[] = [];
    const stepping: Clock = {
      now: () => 0,
      elapsed: () => 0,
      after: (_milliseconds, callback) => {
        waiting.push(callback);
        return () => waiting.splice(0);
      },
    };
    const heard: string[] = [];
    const source = fileSource({ path, mustBeAdministrators: false, mustExist: false, clock: stepping });
    const stop = source.watch((read) => heard.push(outcome(read)));
    const step = async (): Promise<void> => {
      await expect.poll(() => waiting.length).toBe(1);
      waiting.splice(0).forEach((callback) => callback());
      await expect.poll(() => waiting.length).toBe(1);
    };
    await step();
    await writeFile(path, valid);
    await step();
    await step();
    await writeFile(path, '{');
    await step();
    await rm(path);
    await step();
    stop();
    expect(waiting).toEqual([]);
    expect(heard).toEqual(['ok', 'invalid: managed.problem.json', 'absent']);
  });

  test('tells a change that came between the first reading and the watch', async () => {
    const path = join(folder, 'managed.json');
    const source = fileSource({ path, mustBeAdministrators: false, mustExist: false, clock });
    expect(outcome(await source.read())).toBe('absent');
    await writeFile(path, valid);
    const heard: string[] = [];
    const stop = source.watch((read) => heard.push(outcome(read)));
    await expect.poll(() => heard).toEqual(['ok']);
    stop();
  });
});
