import { useState, type ReactNode } from 'react';
import { useText } from '../app/intl.tsx';

/** What few people ever change, folded away. `name` is whose settings they are; its children are there only while it is open. */
export function Advanced({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="cs-item-wide cs-advanced" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary aria-label={text('screens.advancedFor', { name })}>{text('screens.advanced')}</summary>
      {isOpen && (
        // A fieldset would draw its own box and legend; the summary above is the visible title.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        <div role="group" aria-label={text('screens.advancedFor', { name })} className="cs-advanced-body">
          {children}
        </div>
      )}
    </details>
  );
}
