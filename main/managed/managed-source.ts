import { isDeepStrictEqual } from 'node:util';
import type { Message } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import type { Dispose } from '../model/disposable.ts';
import type { ManagedSettings } from './managed-settings.ts';

/**
 * What the organization delivered.
 * - `absent`: nothing; the person decides alone.
 * - `invalid`: something that does not fit, or that someone other than an administrator could have written.
 * - `unreadable`: something is there and could not be read.
 *
 * With `invalid` and `unreadable` the app must refuse every action and show the problem: what the organization forbids is
 * not known (fail closed).
 */
export type ManagedRead =
  | { readonly state: 'absent' }
  | { readonly state: 'invalid'; readonly problem: Message }
  | { readonly state: 'unreadable'; readonly problem: Message }
  /** `remarks`: keys that are not known to this version; they were left out and are shown to IT. */
  | { readonly state: 'ok'; readonly settings: ManagedSettings; readonly remarks: readonly Message[] };

/** Where one system keeps managed settings. `read` never rejects. */
export interface ManagedSource {
  read(): Promise<ManagedRead>;
  /** Calls back with every reading that differs from the one before. */
  watch(listener: (read: ManagedRead) => void): Dispose;
}

/**
 * A source that watches by reading again: it works for a file that does not exist yet, for a registry key, and when an MDM
 * replaces whole folders, where change notifications of the systems do not. A change between `read` and `watch` is told.
 */
export function sourceOf(readOnce: () => Promise<ManagedRead>, everyMilliseconds: number, clock: Clock): ManagedSource {
  let lastRead: ManagedRead | undefined;

  return {
    async read() {
      lastRead = await readOnce();
      return lastRead;
    },

    watch(listener) {
      let seen = lastRead;
      let isOver = false;
      let stop: Dispose | undefined;
      async function look(): Promise<void> {
        const now = await readOnce();
        if (isOver) return;
        const isChange = seen !== undefined && !isDeepStrictEqual(seen, now);
        seen = now;
        stop = clock.after(everyMilliseconds, () => void look());
        if (isChange) listener(now);
      }
      void look();
      return () => {
        isOver = true;
        stop?.();
      };
    },
  };
}
