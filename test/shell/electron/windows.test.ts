import { describe, expect, test } from 'vitest';
import { startShell } from './started-shell.ts';
import { fakeTrayBounds } from './fake-electron.ts';

describe('windows', () => {
  test('every window is made sandboxed, isolated, without Node, webviews, drag navigation or spell checker', async () => {
    const { shell, fake } = await startShell();
    shell.showWindow('main');
    shell.showWindow('approval');
    expect(fake.windows).toHaveLength(2);
    for (const { options } of fake.windows) {
      expect(options.webPreferences).toMatchObject({
        preload: '/nowhere/preload/index.cjs',
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        webviewTag: false,
        navigateOnDragDrop: false,
        spellcheck: false,
        devTools: false,
        session: fake.sessions.get('countersign'),
      });
    }
  });

  test('developer tools exist in unpackaged runs alone', async () => {
    const { shell, fake } = await startShell({ isPackaged: false });
    shell.showWindow('main');
    expect(fake.windows[0]?.options.webPreferences?.devTools).toBe(true);
  });

  test('windows load our own pages', async () => {
    const { shell, fake } = await startShell();
    shell.showWindow('main');
    shell.showWindow('approval');
    expect(fake.windows.map((window) => window.url)).toEqual(['countersign://app/index.html', 'countersign://app/approval.html']);
  });

  test('the approval window is small, on top, and takes no focus', async () => {
    const { shell, window } = await startShell();
    shell.showWindow('approval');
    const approval = window('approval');
    expect(approval.options).toMatchObject({ width: 420, height: 620, alwaysOnTop: true, show: false, resizable: false });
    expect(approval.log).toContain('showInactive');
    expect(approval.log).not.toContain('show');
    expect(approval.log).not.toContain('focus');
    expect(approval.bounds).toEqual({ x: 1440 - 420 - 12, y: 25 + 12, width: 420, height: 620 });
  });

  test('the approval window opens at the tray icon where the system tells its place', async () => {
    const { shell, window } = await startShell({ platform: 'darwin' });
    fakeTrayBounds.current = { x: 900, y: 0, width: 30, height: 24 };
    shell.showWindow('approval');
    expect(window('approval').bounds).toEqual({ x: 900 + 15 - 210, y: 37, width: 420, height: 620 });
  });

  test('closing a window hides it, and it is the same one when shown again', async () => {
    const { shell, fake, window } = await startShell();
    shell.showWindow('main');
    window('main').close();
    expect(window('main').isShown).toBe(false);
    shell.showWindow('main');
    expect(fake.windows).toHaveLength(1);
    expect(window('main').isShown).toBe(true);
  });

  test('the main window opens where it was', async () => {
    const { shell, window } = await startShell({ remembered: { x: 40, y: 60, width: 900, height: 700, isMaximized: false } });
    shell.showWindow('main');
    expect(window('main').options).toMatchObject({ x: 40, y: 60, width: 900, height: 700, minWidth: 720, minHeight: 520 });
  });

  test('the main window remembers its place when it is moved', async () => {
    const { shell, window, places } = await startShell();
    shell.showWindow('main');
    window('main').setBounds({ x: 7, y: 30, width: 800, height: 600 });
    window('main').emit('moved');
    expect(places).toEqual([{ x: 7, y: 30, width: 800, height: 600, isMaximized: false }]);
  });

  test('the place is remembered on Linux, where no system says that a window was moved, when the app ends', async () => {
    const { shell, window, places } = await startShell();
    shell.showWindow('main');
    window('main').setBounds({ x: 9, y: 40, width: 810, height: 610 });
    await shell.close();
    expect(places).toEqual([{ x: 9, y: 40, width: 810, height: 610, isMaximized: false }]);
  });

  test.each([
    ['on a screen that is gone', { x: 5000, y: 60, width: 900, height: 700, isMaximized: false }],
    ['above the screen', { x: 40, y: -300, width: 900, height: 700, isMaximized: false }],
    ['too small', { x: 40, y: 60, width: 10, height: 10, isMaximized: false }],
    ['nonsense', { x: 'left' }],
    ['nothing', undefined],
  ])('a remembered place that is %s is not used', async (_name, remembered) => {
    const { shell, window } = await startShell({ remembered });
    shell.showWindow('main');
    expect(window('main').options).toMatchObject({ width: 1040, height: 720, center: true });
  });

  test('pushes reach a window once it has pulled its snapshot, and not before', async () => {
    const { shell, push, window, pullSnapshot } = await startShell();
    shell.showWindow('main');
    const page = window('main').webContents;
    push('patch', { revision: 1 });
    expect(page.sent).toEqual([]);
    await pullSnapshot(window('main'));
    push('patch', { revision: 2 });
    expect(page.sent).toEqual([{ channel: 'countersign:event', args: ['patch', { revision: 2 }] }]);
  });

  test('the screen asked for is shown, also when the page is still loading', async () => {
    const { shell, window, pullSnapshot } = await startShell();
    shell.showWindow('main', 'rules');
    const page = window('main').webContents;
    expect(page.sent).toEqual([]);
    await pullSnapshot(window('main'));
    shell.showWindow('main', 'activity');
    expect(page.sent.map(({ args }) => args)).toEqual([
      ['navigate', { screen: 'rules' }],
      ['navigate', { screen: 'activity' }],
    ]);
  });

  test('a page that crashes while someone looks at it comes back; one that dies at once does not loop', async () => {
    const { shell, fake, window, pullSnapshot } = await startShell();
    shell.showWindow('main');
    await pullSnapshot(window('main'));
    fake.windows[0]?.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(fake.windows).toHaveLength(2);
    fake.windows[1]?.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(fake.windows).toHaveLength(2);
    shell.showWindow('main');
    expect(fake.windows).toHaveLength(3);
  });

  test('on macOS there is a Dock icon only while the main window is open', async () => {
    const { shell, fake } = await startShell({ platform: 'darwin' });
    shell.showWindow('main');
    expect(fake.app.policy).toBe('regular');
    shell.hideWindow('main');
    expect(fake.app.policy).toBe('accessory');
  });
});
