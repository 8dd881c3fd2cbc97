import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useSay, useText } from './intl.tsx';
import { useSnapshotStore } from './store.ts';

/** Tells screen readers, politely and without moving focus, that a question came or that an approved action can still be undone. */
export function Announcer(): ReactNode {
  const store = useSnapshotStore();
  const say = useSay();
  const text = useText();
  const [words, setWords] = useState('');
  const known = useRef<ReadonlySet<string> | null>(null);
  useEffect(() => {
    const look = (): void => {
      const { snapshot } = store.getState();
      if (snapshot === null) return;
      const waiting = snapshot.approvals.filter(({ answer }) => answer === null);
      const before = known.current;
      known.current = new Set([...waiting.map(({ id }) => id), ...snapshot.held.map(({ action }) => action)]);
      if (before === null) return;
      const news = [
        ...waiting.filter(({ id }) => !before.has(id)).map(({ card }) => text('announce.waiting', { summary: say(card.summary) })),
        ...snapshot.held.filter(({ action }) => !before.has(action)).map(({ summary }) => text('announce.held', { summary: say(summary) })),
      ];
      if (news.length > 0) setWords(news.join(' '));
    };
    look();
    return store.subscribe(look);
  }, [store, say, text]);
  return (
    <output className="cs-hidden" aria-live="polite">
      {words}
    </output>
  );
}
