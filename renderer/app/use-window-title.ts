import { useEffect } from 'react';
import { useText } from './intl.tsx';
import { useSnapshot } from './store.ts';

/** Names the window after what it shows, with the number of waiting questions before it: "(2) Inbox – Countersign". */
export function useWindowTitle(what: string): void {
  const text = useText();
  const count = useSnapshot(({ approvals }) => approvals.filter(({ answer }) => answer === null).length);
  useEffect(() => {
    document.title = text('app.windowTitle', { screen: what, count });
  }, [text, what, count]);
}
