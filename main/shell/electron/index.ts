import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { Shell } from '../shell.ts';
import { prepareElectron } from './before-ready.ts';
import type { ElectronModules, ElectronShellFiles, Report } from './electron-modules.ts';
import { createElectronShell } from './electron-shell.ts';
import { wasStartedAtLogin } from './login.ts';
import type { WindowPlaceStore } from './window-place.ts';

export { electronOrigin } from './protocol.ts';
export type { ElectronShellFiles } from './electron-modules.ts';
export type { WindowPlace, WindowPlaceStore } from './window-place.ts';

export interface OpenElectronShellOptions {
  readonly files: ElectronShellFiles;
  readonly places: WindowPlaceStore;
  /** The app's state directory; Chromium keeps what little it keeps in `browser/` there. One instance runs per directory. */
  readonly stateDirectory: string;
  readonly report: Report;
}

export type OpenedElectronShell =
  /** `wasStartedAtLogin`, to be asked after the shell's `start`: the person did not open the app, so no window is shown. */
  | { readonly kind: 'opened'; readonly shell: Shell; readonly wasStartedAtLogin: () => boolean }
  /** Another one runs and now shows its window; this process should end quietly. */
  | { readonly kind: 'already-running' }
  /** This process is not Electron. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/**
 * Where the shell's files are. `root` has `out/` in it: the project, or the archive of an installed app, which has its
 * assets beside it.
 */
export function electronShellFiles(root: string): ElectronShellFiles {
  const assets = root.endsWith('.asar') ? join(dirname(root), 'assets') : join(root, 'assets');
  return {
    renderer: join(root, 'out', 'renderer'),
    preload: join(root, 'out', 'preload', 'index.cjs'),
    icons: join(assets, 'icons', 'rendered'),
  };
}

/** XDG Base Directory Specification: a relative path in the variable is to be ignored. */
function xdgConfigHome(environment: NodeJS.ProcessEnv): string {
  const given = environment['XDG_CONFIG_HOME'];
  return given !== undefined && isAbsolute(given) ? given : join(homedir(), '.config');
}

/**
 * Opens the Electron shell in a process that Electron started. Must be awaited at the top level of the main module: the
 * scheme and the state directory have to be set before Electron is `ready`. The shell's `start` must NOT be awaited there:
 * `ready` comes only once the main module has been evaluated, and `start` waits for it (electron/electron#40719).
 */
export async function openElectronShell(options: OpenElectronShellOptions): Promise<OpenedElectronShell> {
  if (process.versions['electron'] === undefined) return { kind: 'unavailable', reason: 'This process was not started by Electron.' };
  const electron: ElectronModules = await import('electron');
  if (!prepareElectron(electron, options.stateDirectory)) return { kind: 'already-running' };
  const shell = createElectronShell(electron, {
    files: options.files,
    places: options.places,
    platform: process.platform,
    program: process.env['APPIMAGE'] ?? process.execPath,
    configDirectory: xdgConfigHome(process.env),
    report: options.report,
  });
  return { kind: 'opened', shell, wasStartedAtLogin: () => wasStartedAtLogin(electron.app, process.platform, process.argv) };
}
