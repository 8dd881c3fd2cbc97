import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prepareElectron } from '../../../main/shell/electron/before-ready.ts';
import { electronShellFiles, openElectronShell } from '../../../main/shell/electron/index.ts';
import { quoteExecArgument, wasStartedAtLogin } from '../../../main/shell/electron/login.ts';
import { chooseLocale } from '../../../main/text/language.ts';
import { createText } from '../../../main/text/text.ts';
import type { Language } from '../../../preload/contract.ts';
import { createFakeElectron, FakeEvent, FakeNotification, type MenuItemConstructorOptions } from './fake-electron.ts';
import { startShell } from './started-shell.ts';

const entry = (config: string): string => join(config, 'autostart', 'io.countersign.app.desktop');

describe('one instance', () => {
  test('the first start of a state directory is prepared: its own folder, no names resolved for pages, the scheme', () => {
    const { electron, app, schemes } = createFakeElectron();
    expect(prepareElectron(electron, '/state')).toBe(true);
    expect(app.paths.get('userData')).toBe('/state/browser');
    expect(app.switches.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND');
    expect(schemes.map(({ scheme }) => scheme)).toEqual(['countersign']);
  });

  test('a second start finds the first one, and does nothing', () => {
    const { electron, app, schemes } = createFakeElectron();
    app.holdsLock = false;
    expect(prepareElectron(electron, '/state')).toBe(false);
    expect(schemes).toEqual([]);
  });

  test.each(['second-instance', 'activate'])('%s shows the main window', async (name) => {
    const { fake, window } = await startShell();
    fake.app.emit(name, {}, ['countersign'], '/');
    expect(window('main').log).toEqual(['show', 'focus']);
  });

  test('outside of Electron the shell says that it cannot run', async () => {
    const opened = await openElectronShell({
      files: { renderer: '/', preload: '/', icons: '/' },
      places: { read: () => undefined, write: () => undefined },
      stateDirectory: '/',
      report: () => undefined,
    });
    expect(opened).toEqual({ kind: 'unavailable', reason: 'This process was not started by Electron.' });
  });
});

test('the icons lie in the project, and beside the archive of an installed app', () => {
  expect(electronShellFiles('/clone').icons).toBe('/clone/assets/icons/rendered');
  expect(electronShellFiles('/opt/Countersign/resources/app.asar')).toEqual({
    renderer: '/opt/Countersign/resources/app.asar/out/renderer',
    preload: '/opt/Countersign/resources/app.asar/out/preload/index.cjs',
    icons: '/opt/Countersign/resources/assets/icons/rendered',
  });
});

describe('quitting', () => {
  test.for<[string, string | null]>([
    ['DIRECT', null],
    ['PROXY proxy.acme.example:8080; DIRECT', 'http://proxy.acme.example:8080/'],
    ['HTTPS secure.acme.example:443', 'https://secure.acme.example/'],
    ['SOCKS5 old.acme.example:1080; PROXY proxy.acme.example:3128', 'http://proxy.acme.example:3128/'],
    ['SOCKS5 old.acme.example:1080', null],
    ['PROXY not a place', null],
    ['', null],
  ])('the system’s proxy settings “%s” are read', async ([answer, proxy]) => {
    const { shell, fake } = await startShell();
    fake.defaultSession.proxyAnswer = answer;
    expect((await shell.findProxy?.(new URL('https://crm.acme.example/mcp')))?.href ?? null).toBe(proxy);
  });

  test('before quitting it asks, with staying as the answer to Enter and Escape', async () => {
    const { shell, fake } = await startShell();
    const question = { message: 'Not done yet', detail: 'Send an email', stay: 'Stay', quit: 'Quit' };
    expect(await shell.confirmQuit(question)).toBe(false);
    fake.answers.push(1);
    expect(await shell.confirmQuit(question)).toBe(true);
    expect(fake.questions[0]).toMatchObject({ message: 'Not done yet', detail: 'Send an email', buttons: ['Stay', 'Quit'], defaultId: 0, cancelId: 0 });
  });

  test('the system asking to quit lets the app end its work first', async () => {
    const { shell, fake } = await startShell();
    let asked = 0;
    const dispose = shell.onQuit(() => (asked += 1));
    const event = new FakeEvent();
    fake.app.emit('before-quit', event);
    expect([asked, event.isPrevented]).toEqual([1, true]);
    dispose();
    fake.app.emit('before-quit', new FakeEvent());
    expect(asked).toBe(1);
  });

  test('a closed shell leaves no window and no listener, and lets the process go', async () => {
    const { shell, fake } = await startShell();
    shell.showWindow('main');
    shell.showWindow('approval');
    await shell.close();
    const event = new FakeEvent();
    fake.app.emit('before-quit', event);
    expect(event.isPrevented).toBe(false);
    expect(fake.windows.every((window) => window.isGone)).toBe(true);
    expect(fake.app.eventNames()).toEqual([]);
    shell.showWindow('main');
    expect(fake.windows).toHaveLength(2);
  });

  test('the app lives on without windows', async () => {
    const { fake } = await startShell();
    expect(fake.app.listenerCount('window-all-closed')).toBe(1);
  });
});

describe('notifications', () => {
  test('a click opens the window it is about', async () => {
    const { shell, window } = await startShell();
    shell.notify({ title: 'Marketing Claw', body: 'Wants to send an email', opens: 'approval' });
    const [shown] = FakeNotification.shown;
    expect(shown?.options).toEqual({ title: 'Marketing Claw', body: 'Wants to send an email' });
    shown?.emit('click');
    expect(window('approval').isShown).toBe(true);
  });

  test('on Linux, where a body is markup, no text becomes a link or a picture', async () => {
    const { shell } = await startShell({ platform: 'linux' });
    shell.notify({ title: 'T', body: '<a href="https://evil.example">Approve</a>', opens: 'main' });
    expect(FakeNotification.shown[0]?.options.body).toBe('‹a href="https://evil.example"›Approve‹/a›');
  });
});

describe('open at login', () => {
  test.each(['darwin', 'win32'] as const)('on %s the system is told', async (platform) => {
    const { shell, fake } = await startShell({ platform });
    shell.setOpenAtLogin(true);
    expect(fake.app.loginItem).toEqual({ openAtLogin: true, args: ['--hidden'] });
  });

  test('on Linux an autostart entry is written for this person alone, and taken away again', async () => {
    const configDirectory = join(mkdtempSync(join(tmpdir(), 'countersign-config-')), 'new');
    const { shell } = await startShell({ configDirectory, program: '/opt/My Apps/100% "safe"/$HOME`x`\\y' });
    shell.setOpenAtLogin(true);
    expect(readFileSync(entry(configDirectory), 'utf8').split('\n')).toContain(
      String.raw`Exec="/opt/My Apps/100%% \\"safe\\"/\\$HOME\\` + '`x' + String.raw`\\` + '`' + String.raw`\\\\y" --hidden`,
    );
    expect(statSync(entry(configDirectory)).mode & 0o777).toBe(0o600);
    shell.setOpenAtLogin(false);
    expect(existsSync(entry(configDirectory))).toBe(false);
    shell.setOpenAtLogin(false);
  });

  test('a start at login is told from one by the person', () => {
    const { electron, app } = createFakeElectron();
    expect(wasStartedAtLogin(electron.app, 'linux', ['countersign', '--hidden'])).toBe(true);
    expect(wasStartedAtLogin(electron.app, 'darwin', ['Countersign'])).toBe(false);
    app.wasOpenedAtLogin = true;
    expect(wasStartedAtLogin(electron.app, 'darwin', ['Countersign'])).toBe(true);
    expect(wasStartedAtLogin(electron.app, 'win32', ['Countersign'])).toBe(false);
  });

  test('an unpackaged run registers nothing', async () => {
    const configDirectory = mkdtempSync(join(tmpdir(), 'countersign-config-'));
    const { shell } = await startShell({ configDirectory, isPackaged: false });
    shell.setOpenAtLogin(true);
    expect(existsSync(entry(configDirectory))).toBe(false);
  });

  test('a program path with a line break cannot add lines to the entry', async () => {
    const configDirectory = mkdtempSync(join(tmpdir(), 'countersign-config-'));
    const { shell, reported } = await startShell({ configDirectory, program: '/opt/x\nExec=evil' });
    shell.setOpenAtLogin(true);
    expect(existsSync(entry(configDirectory))).toBe(false);
    expect(reported).toHaveLength(1);
  });

  test('a folder that cannot be written is reported and breaks nothing', async () => {
    const { shell, reported } = await startShell({ configDirectory: '/dev/null' });
    shell.setOpenAtLogin(true);
    expect(reported).toEqual([expect.objectContaining({ code: 'ENOTDIR' })]);
  });

  test('an ordinary path is quoted plainly', () => {
    expect(quoteExecArgument('/usr/bin/countersign')).toBe('"/usr/bin/countersign"');
  });
});

describe('the browser', () => {
  test('is opened for addresses that are meant for it, through the system; one that is not there is no crash', async () => {
    const { shell, fake } = await startShell();
    expect(await shell.openExternal(new URL('https://login.example/authorize?state=x'))).toBe(true);
    expect(await shell.openExternal(new URL('https://login.example/again'))).toBe(false);
    expect(fake.openedOutside).toEqual(['https://login.example/authorize?state=x', 'https://login.example/again']);
  });

  test.for(['file:///bin/sh', 'http://login.example/', 'ms-settings:privacy', 'javascript:alert(1)', 'https://user:pass@login.example/', 'smb://10.0.0.1/share'])('%s is never handed to the system', async (address) => {
    const { shell, fake } = await startShell();
    expect(await shell.openExternal(new URL(address))).toBe(false);
    expect(fake.openedOutside).toEqual([]);
  });
});

test('the system’s lock of the screen is told while the shell is open', async () => {
  const { fake, shell } = await startShell();
  let locked = 0;
  const stop = shell.onScreenLock(() => (locked += 1));
  fake.powerMonitor.emit('lock-screen');
  stop();
  fake.powerMonitor.emit('lock-screen');
  expect(locked).toBe(1);
  await shell.close();
  expect(fake.powerMonitor.listenerCount('lock-screen')).toBe(0);
});

describe('Touch ID', () => {
  test('proves that the person is there, where it is set up and they do', async () => {
    const { fake, shell } = await startShell({ platform: 'darwin' });
    expect(shell.presence?.isReady()).toBe(true);
    expect(await shell.presence?.prove('approve what a Claw asks for')).toBe(true);
    expect(fake.touch.reasons).toEqual(['approve what a Claw asks for']);
    fake.touch.isRight = false;
    expect(await shell.presence?.prove('again')).toBe(false);
    fake.touch.isThere = false;
    expect(shell.presence?.isReady()).toBe(false);
  });

  test.for(['win32', 'linux'] as const)('is not looked for on %s', async (platform) => {
    expect((await startShell({ platform })).shell.presence).toBeUndefined();
  });
});

describe('the system’s languages', () => {
  test('are what Electron prefers, best first, and none before it is ready', async () => {
    const { shell, fake } = await startShell();
    fake.app.isSetUp = false;
    expect(shell.systemLanguages()).toEqual([]);
    fake.app.isSetUp = true;
    expect(shell.systemLanguages()).toEqual(['de-CH', 'en-GB']);
  });
});

const labels = (menu: readonly MenuItemConstructorOptions[] | undefined): readonly (string | undefined)[] => (menu ?? []).map(({ label }) => label);

describe('the application menu', () => {
  test('is in the person’s language, in full, and in the next one as soon as it is chosen', async () => {
    let language: Language = 'de';
    const { fake, push } = await startShell({ platform: 'darwin', text: createText(() => chooseLocale(language, [])) });
    expect(labels(fake.menus.at(-1))).toEqual(['Countersign', 'Bearbeiten', 'Darstellung', 'Fenster']);
    const items = (fake.menus.at(-1) ?? []).flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
    expect(items.filter(({ type, label, role }) => type !== 'separator' && (label === undefined || label.startsWith('menu.') || role === undefined))).toEqual([]);
    push('patch', { revision: 1, slices: { held: [] } });
    expect(fake.menus).toHaveLength(1);
    language = 'fr';
    push('patch', { revision: 2, slices: { locale: chooseLocale('fr', []) } });
    expect(labels(fake.menus.at(-1))).toEqual(['Countersign', 'Édition', 'Présentation', 'Fenêtre']);
  });

  test('has no reload, and no developer tools in an installed app', async () => {
    const { fake } = await startShell({ platform: 'linux' });
    expect(JSON.stringify(fake.menus)).not.toMatch(/reload|DevTools/);
  });
});
