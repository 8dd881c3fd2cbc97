import { useEffect, useState } from 'react';

/** Where the keyboard is now; for an item of a menu, the button that opened the menu, because the item is about to go. */
function focusedNow(): HTMLElement | null {
  const focused = document.activeElement;
  const opener = focused?.closest('[role=menu]')?.getAttribute('aria-labelledby');
  const element = opener === undefined || opener === null ? focused : document.querySelector(`#${CSS.escape(opener)}`);
  return element instanceof HTMLElement && element !== document.body ? element : null;
}

/** Times to look whether the focus is lost: an overlay may keep it while it slides out. */
const looks = 10;
/** Milliseconds between two looks. */
const looksEvery = 50;

function giveBack(before: HTMLElement, looksLeft: number): void {
  setTimeout(
    () => {
      const isLost = document.activeElement === null || document.activeElement === document.body;
      if (isLost && before.isConnected) before.focus();
      else if (!isLost && looksLeft > 1) giveBack(before, looksLeft - 1);
    },
    looksLeft === looks ? 0 : looksEvery,
  );
}

/**
 * Gives the focus back to where it was when something opened over the page, once that has closed or is no longer
 * rendered. (Fluent's own restorer puts focusable, hidden elements at both ends of the page as long as one of its targets is shown.)
 */
export function useReturnFocus(isOpen: boolean): void {
  // Looked at while rendering: by the time of an effect the dialog has taken the focus.
  const [kept, setKept] = useState(() => ({ isOpen, before: isOpen ? focusedNow() : null }));
  if (kept.isOpen !== isOpen) setKept({ isOpen, before: isOpen ? focusedNow() : null });
  const { before } = kept;
  useEffect(() => {
    if (before === null) return undefined;
    return () => giveBack(before, looks);
  }, [before]);
}
