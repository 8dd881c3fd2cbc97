import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { settings as settingsSchema } from '../../preload/contract.ts';
import { openSettings, type ManagedPreferences, type SettingsService } from '../../main/settings/settings.ts';
import { defaultSettings, readStored } from '../../main/settings/stored-settings.ts';
import { inEnglish } from '../../main/text/text.ts';

let dir: string;
const at = Date.UTC(2026, 5, 3, 12);

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'settings-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function opened(managed: ManagedPreferences | null = null): Promise<SettingsService> {
  return openSettings({ dir, managed, now: () => at });
}
const file = (): string => join(dir, 'preferences.json');
const locked = { ok: false, problem: { id: 'settings.problem.locked', values: {} } };
const done = { ok: true, value: null };

describe('preferences', () => {
  test('start with the defaults', async () => {
    const settings = await opened();
    expect(settings.get()).toEqual(defaultSettings);
    expect(settings.rulesProfile()).toEqual({ profile: 'balanced', isLocked: false });
    expect([settings.toolRules(), settings.lockedKeys(), settings.problems(), settings.windowPlace('main')]).toEqual([[], [], [], undefined]);
  });

  test('are there again after a restart', async () => {
    const settings = await opened();
    expect(settings.update({ theme: 'dark', ownDomains: ['acme.example'], attachmentFolders: [dir] })).toEqual(done);
    settings.setRulesProfile('strict');
    settings.setToolRule({ connection: 'work-mail', tool: 'send_email', rule: 'never' });
    settings.setWindowPlace('main', { x: -5, y: 0, width: 900, height: 600, isMaximized: false });
    const again = await opened();
    expect(again.get()).toEqual({ ...defaultSettings, theme: 'dark', ownDomains: ['acme.example'], attachmentFolders: [dir] });
    expect(again.rulesProfile().profile).toBe('strict');
    expect(again.toolRules()).toEqual([{ connection: 'work-mail', tool: 'send_email', rule: 'never', createdAt: at }]);
    expect(again.windowPlace('main')).toEqual({ x: -5, y: 0, width: 900, height: 600, isMaximized: false });
  });

  test('are in a file that is the person’s alone, whatever it was before', async () => {
    (await opened()).update({ theme: 'dark' });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    await chmod(file(), 0o644);
    await opened();
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  test.each([{ sendHoldSeconds: 121 }, { sendHoldSeconds: 0.5 }, { answerWithinSeconds: 9 }, { theme: 'pink' }, { ownDomains: ['ACME example'] }, { theme: 'dark', sendHoldSeconds: -1 }, { colour: 'red' }])(
    '%j is refused and changes nothing',
    async (changes) => {
      const settings = await opened();
      // What a caller that skipped the contract's check would bring.
      expect(settings.update(changes as Parameters<typeof settings.update>[0])).toMatchObject({ ok: false, problem: { id: 'settings.problem.invalid' } });
      expect(settings.get()).toEqual(defaultSettings);
    },
  );

  test('that cannot be written are refused and stay as they were', async () => {
    const settings = await opened();
    settings.update({ theme: 'dark' });
    await rm(dir, { recursive: true });
    await writeFile(dir, 'a file where the folder was');
    expect(settings.update({ theme: 'light' })).toMatchObject({ ok: false, problem: { id: 'settings.problem.notSaved' } });
    expect(settings.setToolRule({ connection: 'c', tool: 't', rule: 'never' })).toMatchObject({ ok: false });
    expect([settings.get().theme, settings.toolRules()]).toEqual(['dark', []]);
  });

  test('a folder for attachments must be a whole path', async () => {
    expect((await opened()).update({ attachmentFolders: ['../secrets'] })).toMatchObject({ ok: false, problem: { id: 'settings.problem.folder' } });
  });

  test('one tool has one rule, which can be taken back', async () => {
    const settings = await opened();
    const tool = { connection: 'work-mail', tool: 'a.b["c"]' };
    settings.setToolRule({ ...tool, rule: 'allow' });
    settings.setToolRule({ connection: 'work-mail', tool: 'other', rule: 'ask' });
    settings.setToolRule({ ...tool, rule: 'never' });
    expect(settings.toolRules().map(({ tool, rule }) => [tool, rule])).toEqual([['other', 'ask'], ['a.b["c"]', 'never']]);
    settings.setToolRule({ ...tool, rule: null });
    expect(settings.toolRules().map(({ tool }) => tool)).toEqual(['other']);
  });

  test('tell who listens what changed, until they stop listening', async () => {
    const settings = await opened();
    const heard: string[] = [];
    const stop = settings.onChange((change) => heard.push(change));
    settings.update({ theme: 'dark' });
    settings.update({ theme: 'dark' });
    settings.update({ sendHoldSeconds: 999 });
    settings.setToolRule({ connection: 'c', tool: 't', rule: 'ask' });
    settings.setManaged(null);
    stop();
    settings.update({ theme: 'light' });
    expect(heard).toEqual(['settings', 'rules', 'settings', 'rules']);
  });
});

describe('what the organization fixed', () => {
  const managed: ManagedPreferences = { settings: { sendHoldSeconds: 30, theme: 'dark', ownDomains: ['acme.example'] }, rulesProfile: 'strict', locks: ['sendHoldSeconds', 'ownDomains', 'rulesProfile', 'attachmentFolders'] };

  test('wins over what the person chose before', async () => {
    const before = await opened();
    before.update({ sendHoldSeconds: 0, attachmentFolders: [dir] });
    before.setRulesProfile('relaxed');
    const settings = await opened(managed);
    expect(settings.get()).toMatchObject({ sendHoldSeconds: 30, attachmentFolders: [] });
    expect(settings.rulesProfile()).toEqual({ profile: 'strict', isLocked: true });
    expect(settings.lockedKeys()).toEqual(['sendHoldSeconds', 'ownDomains', 'attachmentFolders']);
  });

  test('cannot be changed, not even together with something else', async () => {
    const settings = await opened(managed);
    expect(settings.update({ sendHoldSeconds: 0 })).toEqual(locked);
    expect(settings.update({ notifications: false, ownDomains: [] })).toEqual(locked);
    expect(settings.setRulesProfile('relaxed')).toEqual(locked);
    expect(settings.get()).toMatchObject({ sendHoldSeconds: 30, notifications: true, ownDomains: ['acme.example'] });
  });

  test('may be sent back unchanged by a form that holds everything', async () => {
    const settings = await opened(managed);
    expect(settings.update({ ...settings.get(), notifications: false })).toEqual(done);
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ settings: { notifications: false } });
  });

  test('without a lock is only where the person starts', async () => {
    const settings = await opened(managed);
    expect(settings.get().theme).toBe('dark');
    expect(settings.update({ theme: 'light' })).toEqual(done);
    expect(settings.get().theme).toBe('light');
  });

  test('gives the person’s own choice back when it ends', async () => {
    const settings = await opened();
    settings.update({ sendHoldSeconds: 3 });
    settings.setManaged(managed);
    expect(settings.get().sendHoldSeconds).toBe(30);
    settings.setManaged(null);
    expect(settings.get().sendHoldSeconds).toBe(3);
  });
});

describe('a preferences file that is not right', () => {
  const text = inEnglish;

  test.each([['broken text', '{"settings": {"theme"'], ['nothing', ''], ['a list', '[]'], ['another value', 'null'], ['bytes', '\u0000\u0001']])(
    '%s is moved aside, told about, and the defaults are used',
    async (_what, content) => {
      await writeFile(file(), content);
      const settings = await opened();
      expect(settings.get()).toEqual(defaultSettings);
      const aside = 'preferences-damaged-2026-06-03T12-00-00-000Z.json';
      expect(settings.problems().map(text)).toEqual([`Your settings file was damaged. It was kept as ${aside}, and Countersign started with its defaults.`]);
      expect(await readFile(join(dir, aside), 'utf8')).toBe(content);
      expect(settings.update({ theme: 'dark' })).toEqual(done);
      expect((await opened()).problems()).toEqual([]);
    },
  );

  test('a folder in its place is moved aside too', async () => {
    await mkdir(file());
    const settings = await opened();
    expect(settings.problems()).toHaveLength(1);
    expect(settings.update({ theme: 'dark' })).toEqual(done);
    expect(await readdir(dir)).toHaveLength(2);
  });

  test('one value that does not fit costs that value alone and stays in the file', async () => {
    await writeFile(file(), JSON.stringify({ settings: { theme: 'dark', sendHoldSeconds: 9999, fromTheFuture: 1 }, rulesProfile: 'wild' }));
    const settings = await opened();
    expect(settings.get()).toEqual({ ...defaultSettings, theme: 'dark' });
    expect(settings.rulesProfile().profile).toBe('balanced');
    expect(settings.problems().map(({ values }) => values['key'])).toEqual(['sendHoldSeconds', 'rulesProfile']);
    settings.update({ theme: 'light' });
    expect(JSON.parse(await readFile(file(), 'utf8'))).toMatchObject({ settings: { theme: 'light', sendHoldSeconds: 9999, fromTheFuture: 1 } });
  });

  test('a rule with a word that is not known is passed on, so that the policy refuses; one that names no tool is told about', async () => {
    const strange = { connection: 'c', tool: 't', rule: 'sometimes', createdAt: 1 };
    await writeFile(file(), JSON.stringify({ toolRules: [strange, { tool: 'x' }, 7] }));
    const settings = await opened();
    expect(settings.toolRules()).toEqual([strange]);
    expect(settings.problems().map(text)).toEqual(['2 of your rules could not be read. They were kept in the settings file and do not count. Look through your rules.']);
    settings.setToolRule({ connection: 'c', tool: 'other', rule: 'ask' });
    expect(JSON.parse(await readFile(file(), 'utf8'))).toMatchObject({ toolRules: [strange, { tool: 'x' }, 7, { tool: 'other' }] });
  });

  test('anything at all in it is read without throwing, into values that fit the contract', () => {
    const anything = fc.oneof(fc.jsonValue(), fc.record({ theme: fc.jsonValue(), sendHoldSeconds: fc.jsonValue(), ownDomains: fc.jsonValue(), __proto__: fc.jsonValue() }));
    const property = fc.property(fc.record({ settings: anything, rulesProfile: anything, toolRules: anything, windowPlaces: anything }), (raw) => {
      const read = readStored(raw);
      return settingsSchema.safeParse({ ...defaultSettings, ...read.settings }).success;
    });
    expect(fc.defaultReportMessage(fc.check(property))).toBeUndefined();
  });
});
