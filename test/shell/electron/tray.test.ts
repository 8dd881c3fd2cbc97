import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { actionId } from '../../../preload/contract.ts';
import type { TrayState } from '../../../main/shell/shell.ts';
import type { MenuItemConstructorOptions } from './fake-electron.ts';
import { startShell, type StartOptions } from './started-shell.ts';

const quiet: TrayState = { state: 'quiet', waiting: 0, secondSignatures: 0, isPaused: false, recent: [], held: [] };
const waiting: TrayState = { state: 'waiting', waiting: 2, secondSignatures: 0, isPaused: false, recent: ['Sent to 3 people', 'Read the inbox'], held: [] };

const shape = (menu: readonly MenuItemConstructorOptions[]): readonly string[] =>
  menu.map((item) => (item.type === 'separator' ? '—' : `${item.label}${item.enabled === false ? ' (off)' : ''}`));

async function trayOf(state: TrayState, options?: StartOptions) {
  const started = await startShell(options);
  started.shell.setTray(state);
  const tray = started.tray();
  const click = (label: string): void => {
    const item = tray.menu.find((candidate) => candidate.label === label);
    if (item?.click === undefined) throw new Error(`There is no "${label}" to click.`);
    // The shell's own click handlers take nothing from Electron.
    (item.click as () => void)();
  };
  return { ...started, tray, click };
}

describe('the tray', () => {
  test('its menu says what waits, opens, pauses, tells the last events, and quits', async () => {
    const { tray } = await trayOf(waiting);
    expect(shape(tray.menu)).toEqual([
      '2 waiting',
      'Open Countersign',
      '—',
      'Pause all Claws',
      '—',
      'Sent to 3 people (off)',
      'Read the inbox (off)',
      '—',
      'Quit Countersign',
    ]);
  });

  test('its menu says how many wait for a second signature', async () => {
    const { tray } = await trayOf({ ...waiting, secondSignatures: 1 });
    expect(shape(tray.menu)[0]).toBe('2 waiting, one for a second signature');
  });

  test('with nothing waiting the menu says so', async () => {
    const { tray } = await trayOf(quiet);
    expect(shape(tray.menu).slice(0, 2)).toEqual(['Nothing waiting (off)', 'Open Countersign']);
    expect(shape(tray.menu)).toContain('Nothing has happened yet (off)');
  });

  test('one click pauses at once, and the next lets Claws work again', async () => {
    const { shell, click, pauses } = await trayOf(waiting);
    click('Pause all Claws');
    expect(pauses).toEqual([true]);
    shell.setTray({ ...waiting, state: 'paused', isPaused: true });
    click('Let Claws work again');
    expect(pauses).toEqual([true, false]);
  });

  test('the waiting line opens the approval window without taking focus; Open opens the main window', async () => {
    const { click, window } = await trayOf(waiting);
    click('2 waiting');
    expect(window('approval').log).toContain('showInactive');
    click('Open Countersign');
    expect(window('main').isShown).toBe(true);
  });

  test('Quit asks the app to quit', async () => {
    const { click, quits } = await trayOf(quiet);
    click('Quit Countersign');
    expect(quits).toHaveLength(1);
  });

  test('what was approved a moment ago is undone with one click; more than three are undone in the window', async () => {
    const held = ['send', 'pay', 'delete', 'send more'].map((line) => ({ action: actionId.parse(randomUUID()), line: `Undo: ${line}` }));
    const { tray, click, undone } = await trayOf({ ...quiet, held });
    expect(shape(tray.menu).slice(0, 5)).toEqual(['Undo: send', 'Undo: pay', 'Undo: delete', '—', 'Nothing waiting (off)']);
    click('Undo: pay');
    expect(undone).toEqual([held[1]?.action]);
  });

  test('an event is one short line in which "&" is seen', async () => {
    const { tray } = await trayOf({ ...quiet, recent: [`Sent “R&D\nplan”`, `Read ${'👩‍👩‍👧'.repeat(80)}`, 'third', 'fourth'] });
    expect(shape(tray.menu)).toContain('Sent “R&&D plan” (off)');
    expect(tray.menu.some((item) => item.label === `Read ${'👩‍👩‍👧'.repeat(54)}…`)).toBe(true);
    expect(shape(tray.menu)).not.toContain('fourth (off)');
  });

  test('on macOS it is a template image with the count beside it', async () => {
    const { tray, shell } = await trayOf(waiting, { platform: 'darwin' });
    expect(tray.image).toMatchObject({ path: '/icons/tray/mac/waitingTemplate.png', isTemplate: true });
    expect(tray.title).toBe('2');
    shell.setTray(quiet);
    expect([tray.title, tray.image.path]).toEqual(['', '/icons/tray/mac/quietTemplate.png']);
  });

  test('on Windows it follows the taskbar, and the main window shows the state on its button', async () => {
    const { tray, fake, shell, window } = await trayOf(waiting, { platform: 'win32' });
    expect(tray.image.path).toBe('/icons/tray/windows/waiting-light.ico');
    fake.nativeTheme.shouldUseDarkColorsForSystemIntegratedUI = true;
    fake.nativeTheme.emit('updated');
    expect(tray.image.path).toBe('/icons/tray/windows/waiting-dark.ico');
    shell.showWindow('main');
    expect(window('main').overlay).toEqual({ image: expect.objectContaining({ path: '/icons/overlay/waiting.png' }), description: 'Countersign: 2 waiting' });
    shell.setTray(quiet);
    expect(window('main').overlay).toEqual({ image: null, description: '' });
  });

  test('on Windows a click on the icon opens what waits, else the app', async () => {
    const { tray, window, shell } = await trayOf(waiting, { platform: 'win32' });
    tray.emit('click');
    expect(window('approval').isShown).toBe(true);
    shell.setTray(quiet);
    tray.emit('click');
    expect(window('main').isShown).toBe(true);
  });

  test('on Linux the badge counts what waits', async () => {
    const { tray, fake } = await trayOf(waiting, { platform: 'linux' });
    expect(fake.app.badge).toBe(2);
    expect(tray.image.path).toBe('/icons/tray/linux/waiting.png');
  });

  test.each([
    ['quiet', 'Countersign: nothing is waiting'],
    ['waiting', 'Countersign: 2 waiting'],
    ['paused', 'Countersign: all Claws are paused'],
    ['attention', 'Countersign needs your attention'],
  ] as const)('%s is said in words too', async (state, words) => {
    const { tray } = await trayOf({ ...waiting, state });
    expect(tray.tooltip).toBe(words);
  });

  test('is gone after the shell is closed, and no longer follows the theme', async () => {
    const { tray, shell, fake } = await trayOf(quiet);
    await shell.close();
    expect(tray.isDestroyed).toBe(true);
    expect(fake.nativeTheme.listenerCount('updated')).toBe(0);
  });
});
