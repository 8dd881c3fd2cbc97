import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { armsAfter, hasMoved, type Place } from './arming.ts';

/** Milliseconds between two looks at where the buttons are. */
const looksEvery = 100;

export interface Arming {
  /** For showing only. A handler asks `isArmedNow`, which also sees movement since the last look. */
  readonly isArmed: boolean;
  readonly isArmedNow: () => boolean;
}

/**
 * Buttons that arm `armsAfter` milliseconds after they are shown, and again after the content changed (`content` is
 * another value), the window gained focus, or the buttons moved. What was clicked or typed for something
 * else does not land on them.
 */
export function useArming(buttons: RefObject<HTMLElement | null>, content: string): Arming {
  // A token for each change of the content, so that even content that changes back has to arm again.
  const shown = useMemo(() => Symbol(content), [content]);
  const [armed, setArmed] = useState<symbol | null>(null);
  const armedSince = useRef(Number.POSITIVE_INFINITY);
  const place = useRef<Place | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const startOver = useCallback(() => {
    clearTimeout(timer.current);
    armedSince.current = Number.POSITIVE_INFINITY;
    timer.current = setTimeout(() => {
      armedSince.current = performance.now();
      setArmed(shown);
    }, armsAfter);
  }, [shown]);

  const disarm = useCallback(() => {
    setArmed(null);
    startOver();
  }, [startOver]);

  const look = useCallback((): void => {
    const box = buttons.current?.getBoundingClientRect();
    if (box === undefined) return;
    const now: Place = { x: box.x, y: box.y };
    const before = place.current;
    place.current = now;
    if (before !== null && hasMoved(before, now)) disarm();
  }, [buttons, disarm]);

  useEffect(() => {
    startOver();
    const onVisibility = (): void => {
      if (document.visibilityState === 'visible') disarm();
    };
    window.addEventListener('focus', disarm);
    document.addEventListener('visibilitychange', onVisibility);
    const looking = setInterval(look, looksEvery);
    return () => {
      clearTimeout(timer.current);
      clearInterval(looking);
      window.removeEventListener('focus', disarm);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [startOver, disarm, look]);

  const isArmedNow = useCallback(() => {
    look();
    return armedSince.current <= performance.now();
  }, [look]);

  return { isArmed: armed === shown, isArmedNow };
}
