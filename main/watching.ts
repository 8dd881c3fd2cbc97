import { connectionId } from '../preload/contract.ts';
import type { ConnectionStore } from './connections/connection-store.ts';
import type { Watch } from './policy/watch.ts';
import type { SettingsService } from './settings/settings.ts';

/** Where reading is watched instead of asked about, and who chose it. */
export function watchOf(settings: Pick<SettingsService, 'get' | 'lockedKeys'>): Watch {
  return { connections: settings.get().watchReads, coversOrganization: settings.lockedKeys().includes('watchReads') };
}

/** Another connection may get the id of one that was removed: it is not watched because that one was. What the organization fixed stays. */
export function stopWatchingRemoved(settings: Pick<SettingsService, 'get' | 'update'>, connections: Pick<ConnectionStore, 'find'>): void {
  const watched = settings.get().watchReads;
  const isThere = (id: string): boolean => id === '*' || connections.find(connectionId.parse(id)) !== undefined;
  if (!watched.every(isThere)) settings.update({ watchReads: watched.filter(isThere) });
}
