import { useEffect, useState, type RefObject } from 'react';

/** Whether there is more in an element than it shows: then it has to take the focus, to be scrolled by keyboard too. */
export function useScrolls(place: RefObject<HTMLElement | null>): boolean {
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const look = (): void => setScrolls(element.scrollHeight > element.clientHeight);
    const sizes = new ResizeObserver(look);
    const observe = (): void => {
      sizes.disconnect();
      for (const one of [element, ...element.children]) sizes.observe(one);
    };
    const parts = new MutationObserver(observe);
    parts.observe(element, { childList: true });
    observe();
    return () => {
      parts.disconnect();
      sizes.disconnect();
    };
  }, [place]);
  return scrolls;
}
