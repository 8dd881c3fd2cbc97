import type { MenuItemConstructorOptions } from 'electron';
import { say } from '../../model/say.ts';
import type { ShellHost } from '../shell.ts';

type Role = NonNullable<MenuItemConstructorOptions['role']>;

/** `-` is a line between groups. */
const editing: readonly (Role | '-')[] = ['undo', 'redo', '-', 'cut', 'copy', 'paste', 'pasteAndMatchStyle', 'delete', 'selectAll'];
const viewing: readonly (Role | '-')[] = ['resetZoom', 'zoomIn', 'zoomOut', '-', 'togglefullscreen'];
const ofWindows: readonly (Role | '-')[] = ['minimize', 'zoom', 'close', '-', 'front'];
const ofApp: readonly (Role | '-')[] = ['about', '-', 'services', '-', 'hide', 'hideOthers', 'unhide', '-', 'quit'];

/**
 * The application menu in the person's language; Electron's own words for its roles are English. macOS shows it while the main
 * window is open; elsewhere it is hidden and gives the shortcuts for editing and for zooming, which people who read at 200% need.
 * There is no reload and, once packaged, no developer tools.
 */
export function applicationMenu(platform: NodeJS.Platform, isPackaged: boolean, host: Pick<ShellHost, 'text'>): MenuItemConstructorOptions[] {
  const item = (role: Role | '-'): MenuItemConstructorOptions => (role === '-' ? { type: 'separator' } : { role, label: host.text(say(role === 'quit' ? 'tray.menu.quit' : `menu.${role}`)) });
  const tools: readonly MenuItemConstructorOptions[] = isPackaged ? [] : [{ role: 'toggleDevTools' }];
  return [
    // macOS writes the app's name over the first one.
    ...(platform === 'darwin' ? [{ label: 'Countersign', submenu: ofApp.map(item) }] : []),
    { label: host.text(say('menu.edit')), submenu: editing.map(item) },
    { label: host.text(say('menu.view')), submenu: [...viewing.map(item), ...tools] },
    // The role makes it the one where macOS lists the windows.
    { role: 'window', label: host.text(say('menu.window')), submenu: (platform === 'darwin' ? ofWindows : ofWindows.slice(0, 3)).map(item) },
  ];
}
