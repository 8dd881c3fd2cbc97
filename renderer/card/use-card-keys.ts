import { useRef, type FocusEvent, type KeyboardEvent } from 'react';
import { armsAfter } from './arming.ts';

export interface CardKeysOptions {
  /** Ctrl or Cmd with Enter. */
  readonly onApprove: () => void;
  /** Esc; null: it is not this card's. */
  readonly onEscape: (() => void) | null;
}

export interface CardKeys {
  readonly onFocus: (event: FocusEvent) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** The keys that answer a card. What was typed before the focus came into it, or was on its way then, was meant for something else. */
export function useCardKeys({ onApprove, onEscape }: CardKeysOptions): CardKeys {
  const focusedSince = useRef(Number.POSITIVE_INFINITY);
  return {
    onFocus(event) {
      const cameFrom = event.relatedTarget;
      if (!(cameFrom instanceof Node) || !event.currentTarget.contains(cameFrom)) focusedSince.current = performance.now();
    },
    onKeyDown(event) {
      // React also brings keys from dialogs and menus that the card opened; they are theirs: Esc closes a menu, and asks nothing.
      const isElsewhere = !(event.target instanceof Node) || !event.currentTarget.contains(event.target);
      if (isElsewhere || event.nativeEvent.isComposing) return;
      if (event.repeat || performance.now() - focusedSince.current < armsAfter) {
        // Space and Enter would press the button or tick the box that has the focus.
        if (event.key === ' ' || event.key === 'Enter') event.preventDefault();
        return;
      }
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        onApprove();
      } else if (event.key === 'Escape' && onEscape !== null) {
        event.preventDefault();
        onEscape();
      }
    },
  };
}
