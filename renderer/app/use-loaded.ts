import { useCallback, useEffect, useRef, useState } from 'react';
import type { Message, Result, Snapshot } from '../../preload/contract.ts';
import { useSnapshotStore } from './store.ts';

export interface LoadedAnswer<T> {
  /** Null until the first answer. Stays while it is asked again. */
  readonly value: T | null;
  readonly problem: Message | null;
  /** Asks once more. */
  readonly again: () => void;
}

interface Kept<T> extends Omit<LoadedAnswer<T>, 'again'> {
  readonly load: unknown;
}

/** Milliseconds in which several changes lead to one question. */
const gather = 150;

/**
 * Something asked from main when the component appears, and again a little after a part of the snapshot changed. Late
 * answers to earlier questions are dropped. `load` and `part` must keep their identity while they mean the same.
 */
export function useLoaded<T>(load: () => Promise<Result<T>>, part: (snapshot: Snapshot) => unknown): LoadedAnswer<T> {
  const store = useSnapshotStore();
  const [kept, setKept] = useState<Kept<T> | null>(null);
  const asking = useRef<(() => void) | null>(null);
  useEffect(() => {
    let turn = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = (): void => {
      const own = ++turn;
      void load().then((answer) => {
        if (own !== turn) return;
        setKept((before) =>
          answer.ok
            ? { load, value: answer.value, problem: null }
            : { load, value: before?.load === load ? before.value : null, problem: answer.problem },
        );
      });
    };
    const partNow = (): unknown => {
      const { snapshot } = store.getState();
      return snapshot === null ? null : part(snapshot);
    };
    let seen = partNow();
    asking.current = ask;
    ask();
    const stop = store.subscribe(() => {
      const now = partNow();
      if (Object.is(now, seen)) return;
      seen = now;
      clearTimeout(timer);
      timer = setTimeout(ask, gather);
    });
    return () => {
      turn = -1;
      asking.current = null;
      clearTimeout(timer);
      stop();
    };
  }, [store, load, part]);
  const again = useCallback(() => asking.current?.(), []);
  const isCurrent = kept !== null && kept.load === load;
  return { value: isCurrent ? kept.value : null, problem: isCurrent ? kept.problem : null, again };
}
