import { useId, type ReactNode } from 'react';
import type { DiffLine, FieldChange } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { Disarmed } from './disarmed.tsx';
import './field-changes.css';

/** What was changed, field by field. A sign and a word carry the meaning, colour only helps. */
export function FieldChanges({ changes }: { readonly changes: readonly FieldChange[] }): ReactNode {
  return (
    <dl className="cs-changes">
      {changes.map((change, index) => (
        // A card is frozen: its changes never move among each other.
        // oxlint-disable-next-line react/no-array-index-key
        <Changed key={index} change={change} />
      ))}
    </dl>
  );
}

function Changed({ change }: { readonly change: FieldChange }): ReactNode {
  const label = useId();
  return (
    <div>
      <dt id={label}>
        <Say message={change.label} />
      </dt>
      <dd>
        <Change change={change} label={label} />
      </dd>
    </div>
  );
}

function Change({ change, label }: { readonly change: FieldChange; readonly label: string }): ReactNode {
  switch (change.kind) {
    case 'line':
      return (
        <ul className="cs-diff">
          <Line kind="removed" name="diff.before" text={change.before} />
          <Line kind="added" name="diff.after" text={change.after} />
        </ul>
      );
    case 'people':
      return (
        <Scrolling label={label}>
          {change.removed.map((address, index) => (
            // oxlint-disable-next-line react/no-array-index-key
            <Line key={`- ${index}`} kind="removed" name="diff.removedName" text={address} />
          ))}
          {change.added.map((address, index) => (
            // oxlint-disable-next-line react/no-array-index-key
            <Line key={`+ ${index}`} kind="added" name="diff.addedName" text={address} />
          ))}
        </Scrolling>
      );
    case 'text':
      return <DiffText lines={change.lines} label={label} />;
  }
}

/** Two texts line by line. `label`: the id of what names it. */
export function DiffText({ lines, label }: { readonly lines: readonly DiffLine[]; readonly label: string }): ReactNode {
  return (
    <Scrolling label={label}>
      {lines.map((line, index) =>
        line.kind === 'skipped' ? (
          // oxlint-disable-next-line react/no-array-index-key
          <Skipped key={index} count={line.count} />
        ) : (
          // oxlint-disable-next-line react/no-array-index-key
          <Line key={index} kind={line.kind} name={names[line.kind]} text={line.text} isWhole />
        ),
      )}
    </Scrolling>
  );
}

const names = { removed: 'diff.removedName', added: 'diff.addedName', same: null } as const;
const signs = { removed: '−', added: '+', same: '' } as const;

/** It scrolls by itself, so the keyboard must reach it. */
function Scrolling({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/prefer-tag-over-role
    <div className="cs-diff-scroll" role="group" aria-labelledby={label} tabIndex={0}>
      <ul className="cs-diff">{children}</ul>
    </div>
  );
}

interface LineProps {
  readonly kind: keyof typeof signs;
  readonly name: string | null;
  readonly text: string | null;
  /** A line of a text, whose blanks count. */
  readonly isWhole?: boolean;
}

function Line({ kind, name, text: shown, isWhole = false }: LineProps): ReactNode {
  const text = useText();
  const words = shown === null || shown === '' ? <i className="cs-diff-empty">{isWhole ? '\u00A0' : text('diff.empty')}</i> : <Disarmed text={shown} />;
  return (
    <li className={`cs-diff-line cs-diff-${kind} ${isWhole ? 'cs-diff-whole' : ''}`}>
      <span className="cs-diff-sign" aria-hidden>
        {signs[kind]}
      </span>
      <span className="cs-anywhere" dir="auto">
        {name !== null && <span className="cs-hidden">{text(name)}</span>}
        {kind === 'removed' ? <del>{words}</del> : kind === 'added' ? <ins>{words}</ins> : words}
      </span>
    </li>
  );
}

function Skipped({ count }: { readonly count: number }): ReactNode {
  const text = useText();
  return <li className="cs-diff-skipped cs-small">{text('diff.skipped', { count })}</li>;
}
