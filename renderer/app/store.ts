import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Bridge, EventPayload, Snapshot } from '../../preload/contract.ts';

export interface SnapshotState {
  /** Null until the first answer of main. */
  readonly snapshot: Snapshot | null;
}
export type SnapshotStore = StoreApi<SnapshotState>;

type Patch = EventPayload<'patch'>;

/** Milliseconds between two attempts when main does not answer. */
const retryAfter = 1000;

/**
 * Keeps a store equal to main's truth: subscribes first, pulls one snapshot, applies patches in order. Patches that
 * arrive while a pull is under way are kept and applied over its answer. A revision that does not follow the last one
 * means that something was missed: the snapshot is pulled again.
 */
export function followMain(bridge: Bridge): { readonly store: SnapshotStore; readonly dispose: () => void } {
  const store = createStore<SnapshotState>(() => ({ snapshot: null }));
  let lastRevision: number | null = null;
  /** Patches waiting for the pull under way. */
  let early: Patch[] = [];
  let isPulling = false;
  let isDisposed = false;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const apply = ({ slices }: Patch): void =>
    store.setState(({ snapshot }) => {
      if (snapshot === null) return {};
      // Slices left undefined are unchanged; a spread of the rest keeps every key of the snapshot set.
      const present = Object.fromEntries(Object.entries(slices).filter(([, slice]) => slice !== undefined)) as Partial<Snapshot>;
      return { snapshot: { ...snapshot, ...present } };
    });

  const pull = async (first: readonly Patch[]): Promise<void> => {
    isPulling = true;
    early = [...first];
    try {
      const snapshot = await bridge.call('getSnapshot', undefined);
      if (isDisposed) return;
      store.setState({ snapshot });
      const kept = early;
      isPulling = false;
      for (const patch of kept) receive(patch);
    } catch {
      if (isDisposed) return;
      const kept = early;
      retry = setTimeout(() => void pull(kept), retryAfter);
    }
  };

  const receive = (patch: Patch): void => {
    if (isPulling) {
      early.push(patch);
      return;
    }
    const follows = lastRevision === null || patch.revision === lastRevision + 1;
    lastRevision = patch.revision;
    if (follows) apply(patch);
    else void pull([]);
  };

  const stopListening = bridge.on('patch', receive);
  void pull([]);
  return {
    store,
    dispose: () => {
      isDisposed = true;
      clearTimeout(retry);
      stopListening();
    },
  };
}

export const StoreContext = createContext<SnapshotStore | null>(null);

/** The store around this component. */
export function useSnapshotStore(): SnapshotStore {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('There is no store around this component.');
  return store;
}

/**
 * A part of the snapshot; renders again when that part changes (compared shallowly). Only below `AppProvider`'s
 * children, which are shown once the first snapshot is there.
 */
export function useSnapshot<T>(selector: (snapshot: Snapshot) => T): T {
  return useStore(
    useSnapshotStore(),
    useShallow(({ snapshot }) => {
      if (snapshot === null) throw new Error('The snapshot is not there yet.');
      return selector(snapshot);
    }),
  );
}
