import { statSync } from 'node:fs';
import { join } from 'node:path';

const executables: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'electron',
  win32: 'electron.exe',
  darwin: 'Electron.app/Contents/MacOS/Electron',
};

export interface ElectronBinary {
  /** The folder of Electron's distribution, as its zip unpacks. */
  readonly directory: string;
  readonly executable: string;
}

/** Electron's program in an unpacked distribution for `platform`; undefined when it is not there. */
export function electronIn(directory: string, platform: NodeJS.Platform): ElectronBinary | undefined {
  const name = executables[platform];
  if (name === undefined || statSync(join(directory, name), { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  return { directory, executable: join(directory, name) };
}

/**
 * Finds an Electron binary without ever downloading one: `COUNTERSIGN_ELECTRON_DIST`, then `ELECTRON_OVERRIDE_DIST_PATH`,
 * then what the `electron` package has under `root`. A variable that is set decides, also when nothing is there.
 */
export function findElectron(root: string, environment: NodeJS.ProcessEnv, platform: NodeJS.Platform): ElectronBinary | undefined {
  const directory =
    environment['COUNTERSIGN_ELECTRON_DIST'] ?? environment['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(root, 'node_modules', 'electron', 'dist');
  return electronIn(directory, platform);
}
