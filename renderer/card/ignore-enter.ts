import type { KeyboardEvent } from 'react';

/** Plain Enter never answers, not even on a focused button: only a click, Space, or Ctrl/Cmd+Enter (see the card) does. */
export function ignoreEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter') event.preventDefault();
}
