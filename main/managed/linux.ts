import type { Clock } from '../model/clock.ts';
import { fileSource, type ManagedFiles } from './file-source.ts';
import type { ManagedSource } from './managed-source.ts';

export const linuxPath = '/etc/countersign/managed.json';

/** Linux: a JSON file that only root may write. */
export function linuxSource({ clock, files }: { readonly clock: Clock; readonly files?: ManagedFiles }): ManagedSource {
  return fileSource({ path: linuxPath, mustBeAdministrators: true, mustExist: false, clock, ...(files === undefined ? {} : { files }) });
}
