import type { BrowserWindow, BrowserWindowConstructorOptions, WebPreferences } from 'electron';
import type { EventName, EventPayload, Screen } from '../../../preload/contract.ts';
import { productName, type ElectronModules } from './electron-modules.ts';
import type { WindowName } from '../shell.ts';
import { eventChannel } from './ipc.ts';
import { electronOrigin } from './protocol.ts';
import { approvalWindowPlace, approvalWindowSize, mainWindowSize, usablePlace, type Box, type WindowPlaceStore } from './window-place.ts';

export interface ShellWindowsOptions {
  readonly electron: Pick<ElectronModules, 'app' | 'BrowserWindow' | 'screen' | 'nativeTheme'>;
  readonly platform: NodeJS.Platform;
  readonly webPreferences: WebPreferences;
  readonly icon: string;
  readonly places: WindowPlaceStore;
  readonly trayBounds: () => Box | undefined;
  readonly onMainCreated: (window: BrowserWindow) => void;
}

export interface ShellWindows {
  show(name: WindowName, screen?: Screen): void;
  hide(name: WindowName): void;
  /** The renderer of this web contents has pulled its snapshot; it gets every push from now on. */
  markReady(webContentsId: number): void;
  push<N extends EventName>(name: N, payload: EventPayload<N>): void;
  main(): BrowserWindow | undefined;
  close(): void;
}

interface OpenWindow {
  readonly name: WindowName;
  readonly window: BrowserWindow;
  isReady: boolean;
  /** The screen to show as soon as the renderer listens. */
  screen: Screen | undefined;
}

const pages: Record<WindowName, string> = { main: 'index.html', approval: 'approval.html' };

/** The main window and the approval window, made when first shown and hidden instead of closed. */
export function createWindows(options: ShellWindowsOptions): ShellWindows {
  const { electron, platform } = options;
  const open = new Map<WindowName, OpenWindow>();
  let isClosing = false;

  const shared = (): BrowserWindowConstructorOptions => ({
    show: false,
    title: productName,
    icon: options.icon,
    autoHideMenuBar: true,
    // Painted before the page is: no white flash in the dark.
    backgroundColor: electron.nativeTheme.shouldUseDarkColors ? '#14171f' : '#fbfbfd',
    webPreferences: options.webPreferences,
  });

  const remember = (window: BrowserWindow): void => {
    if (!window.isDestroyed()) options.places.write({ ...window.getNormalBounds(), isMaximized: window.isMaximized() });
  };

  const createMain = (): BrowserWindow => {
    const place = usablePlace(options.places.read(), electron.screen.getAllDisplays().map((display) => display.workArea));
    const { x, y, width, height } = place ?? { x: undefined, y: undefined, ...mainWindowSize };
    const window = new electron.BrowserWindow({
      ...shared(),
      width,
      height,
      ...(x === undefined || y === undefined ? { center: true } : { x, y }),
      minWidth: mainWindowSize.minWidth,
      minHeight: mainWindowSize.minHeight,
    });
    if (place?.isMaximized === true) window.maximize();
    // Linux has no `moved` and `resized`; it remembers when the window is hidden and when the app ends.
    for (const moment of ['resized', 'moved', 'maximize', 'unmaximize', 'hide'] as const) {
      // One listener for events whose overloads differ in their parameters, of which it uses none.
      window.on(moment as 'moved', () => remember(window));
    }
    return window;
  };

  const createApproval = (): BrowserWindow => {
    const window = new electron.BrowserWindow({
      ...shared(),
      ...approvalWindowSize,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      skipTaskbar: true,
      alwaysOnTop: true,
    });
    window.setAlwaysOnTop(true, 'floating');
    window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true, skipTransformProcessType: true });
    return window;
  };

  /** macOS: an app with only a menu bar icon has no Dock icon; with its main window open it has one. */
  const showInDock = (isShown: boolean): void => {
    if (platform === 'darwin') electron.app.setActivationPolicy(isShown ? 'regular' : 'accessory');
  };

  const hide = (name: WindowName): void => {
    open.get(name)?.window.hide();
    if (name === 'main') showInDock(false);
  };

  const send = (target: OpenWindow, name: EventName, payload: unknown): void => {
    if (!target.window.isDestroyed()) target.window.webContents.send(eventChannel, name, payload);
  };

  const create = (name: WindowName): OpenWindow => {
    const window = name === 'main' ? createMain() : createApproval();
    const made: OpenWindow = { name, window, isReady: false, screen: undefined };
    open.set(name, made);
    window.on('close', (event) => {
      if (isClosing) return;
      event.preventDefault();
      hide(name);
    });
    window.on('closed', () => {
      if (open.get(name) === made) open.delete(name);
    });
    window.webContents.on('render-process-gone', () => {
      // A page that had worked is put up again; one that dies while it starts is not, or it would die for ever.
      const reopen = made.isReady && window.isVisible();
      open.delete(name);
      window.destroy();
      if (reopen) show(name, made.screen);
    });
    if (name === 'main') options.onMainCreated(window);
    // A page that cannot be loaded raises `did-fail-load`; there is nothing to do about it here, and the rejection is the same news.
    window.loadURL(`${electronOrigin}/${pages[name]}`).catch(() => undefined);
    return made;
  };

  const showApproval = (window: BrowserWindow): void => {
    const icon = options.trayBounds();
    const display =
      icon === undefined
        ? electron.screen.getDisplayNearestPoint(electron.screen.getCursorScreenPoint())
        : electron.screen.getDisplayMatching({ ...icon });
    if (!window.isVisible()) window.setBounds(approvalWindowPlace(display.workArea, icon));
    // Whoever types in another window goes on typing there: no key meant for it may reach a card.
    window.showInactive();
    window.moveTop();
  };

  const show = (name: WindowName, screen?: Screen): void => {
    if (isClosing) return;
    const target = open.get(name) ?? create(name);
    if (screen !== undefined) {
      if (target.isReady) send(target, 'navigate', { screen });
      target.screen = screen;
    }
    if (name === 'approval') {
      showApproval(target.window);
      return;
    }
    showInDock(true);
    if (target.window.isMinimized()) target.window.restore();
    target.window.show();
    target.window.focus();
  };

  return {
    show,
    hide,
    markReady(webContentsId) {
      for (const target of open.values()) {
        if (target.window.isDestroyed() || target.window.webContents.id !== webContentsId) continue;
        const isFirst = !target.isReady;
        target.isReady = true;
        if (isFirst && target.screen !== undefined) send(target, 'navigate', { screen: target.screen });
      }
    },
    push(name, payload) {
      for (const target of open.values()) if (target.isReady) send(target, name, payload);
    },
    main: () => open.get('main')?.window,
    close() {
      isClosing = true;
      const main = open.get('main');
      if (main !== undefined) remember(main.window);
      for (const { window } of open.values()) window.destroy();
      open.clear();
    },
  };
}
