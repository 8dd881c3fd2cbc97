import type { Clock } from '../model/clock.ts';
import { fileSource } from './file-source.ts';
import { linuxSource } from './linux.ts';
import { macosSource } from './macos.ts';
import type { ManagedSource } from './managed-source.ts';
import { windowsSource } from './windows.ts';

export interface SystemSourceOptions {
  readonly platform: NodeJS.Platform;
  readonly bundleId: string;
  /** `%SystemRoot%` on Windows. */
  readonly systemRoot: string | undefined;
  /** `COUNTERSIGN_MANAGED_SETTINGS`, which the caller passes in unpackaged runs only: whoever sets it replaces IT. */
  readonly overridePath: string | undefined;
  readonly clock: Clock;
}

/** The one source of this system, or the file that an unpackaged run names. */
export function systemSource({ platform, bundleId, systemRoot, overridePath, clock }: SystemSourceOptions): ManagedSource {
  if (overridePath !== undefined && overridePath !== '') {
    return fileSource({ path: overridePath, mustBeAdministrators: false, mustExist: true, clock });
  }
  if (platform === 'win32') return windowsSource({ systemRoot: systemRoot ?? 'C:\\Windows', clock });
  if (platform === 'darwin') return macosSource({ bundleId, clock });
  return linuxSource({ clock });
}
