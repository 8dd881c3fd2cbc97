import type { BrowserWindow, Tray } from 'electron';
import type { Dispose } from '../../model/disposable.ts';
import { say } from '../../model/say.ts';
import type { ShellHost, TrayState } from '../shell.ts';
import type { ElectronModules } from './electron-modules.ts';
import { overlayIcon, trayIcon } from './tray-icons.ts';
import { trayMenu, type TrayActions } from './tray-menu.ts';

export interface ShellTray {
  set(state: TrayState): void;
  /** Paints the taskbar button of a window that was made after the last `set` (Windows). */
  paintOverlay(window: BrowserWindow): void;
  /** Where the icon is on the screen, where the system tells. */
  bounds(): { readonly x: number; readonly y: number; readonly width: number; readonly height: number } | undefined;
  close(): void;
}

export interface ShellTrayOptions {
  readonly electron: Pick<ElectronModules, 'app' | 'Tray' | 'Menu' | 'nativeImage' | 'nativeTheme'>;
  readonly platform: NodeJS.Platform;
  readonly icons: string;
  readonly host: Pick<ShellHost, 'text' | 'setPaused' | 'undo' | 'quit'>;
  readonly actions: TrayActions;
  /** The main window while it exists; Windows shows the state on its taskbar button. */
  readonly mainWindow: () => BrowserWindow | undefined;
}

const atFirst: TrayState = { state: 'quiet', waiting: 0, secondSignatures: 0, isPaused: false, recent: [], held: [] };

/** The tray icon with its state, count and menu. */
export function createTray(options: ShellTrayOptions): ShellTray {
  const { electron, platform, icons, host, actions } = options;
  let current = atFirst;

  const image = (path: string): Electron.NativeImage => electron.nativeImage.createFromPath(path);
  const picture = (): Electron.NativeImage => {
    const icon = image(trayIcon(icons, current.state, platform, electron.nativeTheme.shouldUseDarkColorsForSystemIntegratedUI));
    if (platform === 'darwin') icon.setTemplateImage(true);
    return icon;
  };
  const summary = (): string => host.text(say(`tray.state.${current.state}`, { count: current.waiting }));

  const tray: Tray = new electron.Tray(picture());

  const paintOverlay = (window: BrowserWindow): void => {
    if (platform !== 'win32') return;
    const overlay = overlayIcon(icons, current.state);
    window.setOverlayIcon(overlay === undefined ? null : image(overlay), overlay === undefined ? '' : summary());
  };

  const paint = (): void => {
    tray.setImage(picture());
    tray.setToolTip(summary());
    // The count beside the icon; macOS alone has room for it. The other systems show it in the tooltip and the badge.
    if (platform === 'darwin') tray.setTitle(current.waiting > 0 ? String(current.waiting) : '', { fontType: 'monospacedDigit' });
    else if (platform === 'linux') electron.app.setBadgeCount(current.waiting);
    const window = options.mainWindow();
    if (window !== undefined) paintOverlay(window);
    // Linux shows a changed menu only when the whole menu is set anew (Electron, `tray.setContextMenu`).
    tray.setContextMenu(electron.Menu.buildFromTemplate(trayMenu(current, host, actions)));
  };

  const open = (): void => (current.waiting > 0 ? actions.openApproval() : actions.openMain());
  // macOS opens the menu on click; Linux never reports one.
  if (platform === 'win32') tray.on('click', open);
  const repaint = (): void => paint();
  electron.nativeTheme.on('updated', repaint);
  const forgetTheme: Dispose = () => electron.nativeTheme.off('updated', repaint);
  paint();

  return {
    set(state) {
      current = state;
      paint();
    },
    paintOverlay,
    bounds() {
      const bounds = tray.getBounds();
      return bounds.width > 0 && bounds.height > 0 ? bounds : undefined;
    },
    close() {
      forgetTheme();
      tray.destroy();
    },
  };
}
