import { Children, Fragment, type ReactNode } from 'react';

/** The top of a screen: its one h1, a line under it, and what can be done there. */
export function ScreenHeader({ title, subtitle, children }: { readonly title: string; readonly subtitle?: string; readonly children?: ReactNode }): ReactNode {
  return (
    <header className="cs-header">
      <div className="cs-grow">
        <h1>{title}</h1>
        {subtitle !== undefined && <p className="cs-muted">{subtitle}</p>}
      </div>
      {children !== undefined && <div className="cs-header-actions">{children}</div>}
    </header>
  );
}

/** A quiet heading over a group of things (an h2). */
export function SectionTitle({ children }: { readonly children: ReactNode }): ReactNode {
  return <h2 className="cs-section-title">{children}</h2>;
}

/** A bordered surface. `isPadded` adds the usual inner space. */
export function Panel({ children, isPadded = true, className = '' }: { readonly children: ReactNode; readonly isPadded?: boolean; readonly className?: string }): ReactNode {
  return <div className={`cs-panel ${isPadded ? 'cs-panel-body' : ''} ${className}`}>{children}</div>;
}

/** What an empty screen says: why it is empty, and the one thing to do. Children are the buttons. */
export function EmptyState({ picture, title, children, actions }: { readonly picture?: ReactNode; readonly title: string; readonly children?: ReactNode; readonly actions?: ReactNode }): ReactNode {
  return (
    <div className="cs-empty">
      {picture !== undefined && (
        <div className="cs-empty-picture" aria-hidden>
          {picture}
        </div>
      )}
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {actions !== undefined && <div className="cs-empty-actions">{actions}</div>}
    </div>
  );
}

/** Short texts on one line with a middle dot between; the dot is drawn, not read. Each child is one text in its own element. */
export function Joined({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <span>
      {Children.toArray(children).map((child, index) => (
        // Each child of toArray has a key of its own; the separator goes with the text after it.
        // oxlint-disable-next-line react/no-array-index-key
        <Fragment key={index}>
          {index > 0 && (
            <>
              {' '}
              <span aria-hidden className="cs-dot">
                ·
              </span>{' '}
            </>
          )}
          {child}
        </Fragment>
      ))}
    </span>
  );
}
