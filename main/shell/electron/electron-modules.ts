import type * as Electron from 'electron';

/** The parts of Electron that this shell uses. The real ones are loaded in `index.ts` alone; tests hand in a fake. */
export type ElectronModules = Pick<
  typeof Electron,
  'app' | 'BrowserWindow' | 'Tray' | 'Menu' | 'nativeImage' | 'nativeTheme' | 'ipcMain' | 'protocol' | 'session' | 'screen' | 'shell' | 'dialog' | 'Notification' | 'powerMonitor' | 'systemPreferences'
>;

/** The identity that installers, notifications and the login entry share. */
export const applicationId = 'io.countersign.app';
export const productName = 'Countersign';

/** The files this shell needs, absolute. */
export interface ElectronShellFiles {
  /** The built renderer, with `index.html` and `approval.html`. */
  readonly renderer: string;
  /** The built preload script (CommonJS). */
  readonly preload: string;
  /** `assets/icons/rendered`. */
  readonly icons: string;
}

/** Takes an exception that has no one else to go to. Must not throw. */
export type Report = (error: unknown) => void;
