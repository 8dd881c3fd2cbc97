import { Link } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { useText } from '../app/intl.tsx';

export interface MoreListProps<T> {
  readonly items: readonly T[];
  /** How many are shown before "+N more". */
  readonly limit: number;
  readonly renderItem: (item: T, index: number) => ReactNode;
}

/** A list that shows its first few and says how many more there are. */
export function MoreList<T>({ items, limit, renderItem }: MoreListProps<T>): ReactNode {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  // "+1 more" would take the line that the one itself can have.
  const shown = isOpen || items.length <= limit + 1 ? items : items.slice(0, limit);
  const hidden = items.length - shown.length;
  return (
    <>
      <ul className="cs-fact-list">
        {shown.map((item, index) => (
          // A card is frozen: its items never move among each other.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>{renderItem(item, index)}</li>
        ))}
      </ul>
      {hidden > 0 && (
        <Link as="button" className="cs-small" onClick={() => setOpen(true)}>
          {text('cardView.more.items', { count: hidden })}
        </Link>
      )}
    </>
  );
}
