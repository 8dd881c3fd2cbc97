import { join } from 'node:path';
import type { TrayState } from '../shell.ts';

/**
 * The tray's picture for a state. macOS: a template image, which the system colors (`@2x` is found by its name). Windows:
 * an icon for the taskbar's own brightness. Linux: a colored one, because nothing says how bright a panel is.
 */
export function trayIcon(icons: string, state: TrayState['state'], platform: NodeJS.Platform, isTaskbarDark: boolean): string {
  if (platform === 'darwin') return join(icons, 'tray', 'mac', `${state}Template.png`);
  if (platform === 'win32') return join(icons, 'tray', 'windows', `${state}-${isTaskbarDark ? 'dark' : 'light'}.ico`);
  return join(icons, 'tray', 'linux', `${state}.png`);
}

/** The small picture on the main window's taskbar button (Windows); undefined when there is nothing to say. */
export function overlayIcon(icons: string, state: TrayState['state']): string | undefined {
  return state === 'quiet' ? undefined : join(icons, 'overlay', `${state}.png`);
}
