import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'electron';
import { applicationId, productName } from './electron-modules.ts';

/** Given on the command line when the system starts the app at login: no window then, the tray alone. */
const hiddenArgument = '--hidden';

export interface LoginOptions {
  readonly app: Pick<App, 'setLoginItemSettings'>;
  readonly platform: NodeJS.Platform;
  /** The program to start: the AppImage where there is one, else the executable. */
  readonly program: string;
  /** `$XDG_CONFIG_HOME`, or `~/.config`. */
  readonly configDirectory: string;
}

/** Whether the system started the app because the person signed in. macOS passes no argument and is asked instead. */
export function wasStartedAtLogin(app: Pick<App, 'getLoginItemSettings'>, platform: NodeJS.Platform, argv: readonly string[]): boolean {
  return argv.includes(hiddenArgument) || (platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin);
}

/** Quotes one argument of `Exec` (Desktop Entry Specification 1.5, "The Exec key": quoting, field codes, then string escapes). */
export function quoteExecArgument(argument: string): string {
  const quoted = argument.replaceAll(/(["`$\\])/gu, String.raw`\$1`).replaceAll('%', '%%');
  return `"${quoted.replaceAll('\\', '\\\\')}"`;
}

function desktopEntry(program: string): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${productName}`,
    `Exec=${quoteExecArgument(program)} ${hiddenArgument}`,
    `Icon=${applicationId}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

/**
 * Starts the app when the person signs in, or no longer. Linux: a file in the XDG autostart folder (Desktop Application
 * Autostart Specification), replaced in one step. Throws the file system's error when that folder cannot be written.
 */
export function setOpenAtLogin(isOpenAtLogin: boolean, options: LoginOptions): void {
  if (options.platform !== 'linux') {
    options.app.setLoginItemSettings({ openAtLogin: isOpenAtLogin, args: [hiddenArgument] });
    return;
  }
  const folder = join(options.configDirectory, 'autostart');
  const file = join(folder, `${applicationId}.desktop`);
  if (!isOpenAtLogin) {
    rmSync(file, { force: true });
    return;
  }
  if (/[\r\n]/u.test(options.program)) throw new Error('A program whose path has a line break cannot be started at login.');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${String(process.pid)}.tmp`;
  writeFileSync(draft, desktopEntry(options.program), { mode: 0o600 });
  renameSync(draft, file);
}
