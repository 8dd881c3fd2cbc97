import { join } from 'node:path';
import { calls, events } from '../../../preload/contract.ts';
import { Emitter, type Dispose } from '../../model/disposable.ts';
import { isForBrowser } from '../external-address.ts';
import { createPageServer } from '../page-server.ts';
import type { Shell, ShellHost } from '../shell.ts';
import { applicationMenu } from './app-menu.ts';
import { applicationId, type ElectronModules, type ElectronShellFiles, type Report } from './electron-modules.ts';
import { hardenAllContents, hardenedWebPreferences, hardenSession } from './hardening.ts';
import { answerCalls } from './ipc.ts';
import { setOpenAtLogin } from './login.ts';
import { createNotifier, type Notifier } from './notifications.ts';
import { servePages } from './protocol.ts';
import { onOpenedAgain } from './single-instance.ts';
import { proxyOfAnswer } from './system-proxy.ts';
import { touchId } from './touch-id.ts';
import { createTray, type ShellTray } from './tray.ts';
import type { WindowPlaceStore } from './window-place.ts';
import { createWindows, type ShellWindows } from './windows.ts';

export interface ElectronShellOptions {
  readonly files: ElectronShellFiles;
  readonly places: WindowPlaceStore;
  readonly platform: NodeJS.Platform;
  /** What starts the app: `$APPIMAGE` where set, else the executable. */
  readonly program: string;
  /** `$XDG_CONFIG_HOME`, or `~/.config`. Used on Linux alone. */
  readonly configDirectory: string;
  readonly report: Report;
}

/** A tray app lives on without windows. Electron quits by itself when nobody listens to `window-all-closed`. */
const stayWithoutWindows = (): void => undefined;

/** What exists between `start` and `close`. */
interface Running {
  readonly tray: ShellTray;
  readonly windows: ShellWindows;
  readonly notifier: Notifier;
}

/**
 * The product's screen. The scheme must be registered and the instance claimed before (`openElectronShell` does both).
 * Calls before `start` or after `close` do nothing. After `close` the caller ends the process.
 */
export function createElectronShell(electron: ElectronModules, options: ElectronShellOptions): Shell {
  const { app } = electron;
  const { files, platform } = options;
  const quits = new Emitter<void>();
  const locks = new Emitter<void>();
  const onLock = (): void => locks.emit();
  const disposers: Dispose[] = [];
  let running: Running | undefined;
  let isClosing = false;
  let languages: readonly string[] | undefined;

  const makeWindows = (shellTray: () => ShellTray | undefined): ShellWindows => {
    // In memory: nothing of a page stays on the disk. Apart from the default session, which nobody uses.
    const session = electron.session.fromPartition('countersign');
    hardenSession(session, app.isPackaged);
    hardenSession(electron.session.defaultSession, app.isPackaged);
    disposers.push(servePages(session, createPageServer({ root: files.renderer })));
    return createWindows({
      electron,
      platform,
      places: options.places,
      icon: join(files.icons, 'linux', '256x256.png'),
      webPreferences: hardenedWebPreferences({
        preload: files.preload,
        session,
        isPackaged: app.isPackaged,
        preloadArguments: [`--countersign-calls=${Object.keys(calls).join(',')}`, `--countersign-events=${Object.keys(events).join(',')}`],
      }),
      trayBounds: () => shellTray()?.bounds(),
      onMainCreated: (window) => shellTray()?.paintOverlay(window),
    });
  };

  const start = async (host: ShellHost): Promise<void> => {
    await app.whenReady();
    if (platform === 'win32') app.setAppUserModelId(applicationId);
    const setMenu = (): void => electron.Menu.setApplicationMenu(electron.Menu.buildFromTemplate(applicationMenu(platform, app.isPackaged, host)));
    setMenu();
    disposers.push(hardenAllContents(app));
    let tray: ShellTray | undefined;
    const windows = makeWindows(() => tray);
    tray = createTray({
      electron,
      platform,
      icons: files.icons,
      host,
      actions: { openApproval: () => windows.show('approval'), openMain: () => windows.show('main') },
      mainWindow: () => windows.main(),
    });
    const notifier = createNotifier(electron, platform, (window) => windows.show(window));
    running = { tray, windows, notifier };
    // It may be used only once the app is ready. On Linux nobody tells.
    electron.powerMonitor.on('lock-screen', onLock);
    disposers.push(
      answerCalls(electron.ipcMain, { dispatch: host.dispatch, report: options.report, onReady: (id) => windows.markReady(id) }),
      host.onEvent((name, payload) => {
        windows.push(name, payload);
        if ('slices' in payload && payload.slices.locale !== undefined) setMenu();
      }),
      onOpenedAgain(app, () => windows.show('main')),
      () => electron.powerMonitor.off('lock-screen', onLock),
    );
  };

  const beforeQuit = (event: { preventDefault(): void }): void => {
    if (isClosing) return;
    // Held actions and open questions are ended by the app first; it then closes this shell and ends the process.
    event.preventDefault();
    quits.emit();
  };
  app.on('before-quit', beforeQuit);
  app.on('window-all-closed', stayWithoutWindows);

  return {
    kind: 'electron',
    canAsk: true,
    // Electron knows them only once it is ready. Systems want programs started anew after they changed.
    systemLanguages: () => (app.isReady() ? (languages ??= app.getPreferredSystemLanguages()) : []),
    start,
    setTray: (state) => running?.tray.set(state),
    showWindow: (window, screen) => running?.windows.show(window, screen),
    hideWindow: (window) => running?.windows.hide(window),
    notify: (notification) => running?.notifier.notify(notification),
    async confirmQuit({ message, detail, stay, quit }) {
      const buttons = [stay, quit];
      const { response } = await electron.dialog.showMessageBox({ type: 'warning', message, detail, buttons, defaultId: 0, cancelId: 0, noLink: true });
      return response === 1;
    },
    setOpenAtLogin(isOpenAtLogin) {
      // An unpackaged run would register Electron itself, without the app.
      if (!app.isPackaged) return;
      try {
        setOpenAtLogin(isOpenAtLogin, { app, platform, program: options.program, configDirectory: options.configDirectory });
      } catch (error) {
        options.report(error);
      }
    },
    async openExternal(url) {
      if (!isForBrowser(url)) return false;
      try {
        await electron.shell.openExternal(url.href);
        return true;
      } catch (error) {
        options.report(error);
        return false;
      }
    },
    ...(platform === 'darwin' ? { presence: touchId(electron.systemPreferences) } : {}),
    async findProxy(url) {
      await app.whenReady();
      return proxyOfAnswer(await electron.session.defaultSession.resolveProxy(url.href));
    },
    onQuit: (listener) => quits.on(listener),
    onScreenLock: (listener) => locks.on(listener),
    close() {
      isClosing = true;
      for (const dispose of disposers.splice(0).toReversed()) dispose();
      running?.notifier.close();
      running?.windows.close();
      running?.tray.close();
      running = undefined;
      app.off('before-quit', beforeQuit);
      app.off('window-all-closed', stayWithoutWindows);
      return Promise.resolve();
    },
  };
}
