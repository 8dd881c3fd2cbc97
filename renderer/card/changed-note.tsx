import { Button } from '@fluentui/react-components';
import { ArrowUndoRegular } from '@fluentui/react-icons/svg/arrow-undo';
import { EditRegular } from '@fluentui/react-icons/svg/edit';
import type { ReactNode } from 'react';
import type { Approval } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { FieldChanges } from '../look/field-changes.tsx';

export interface ChangedNoteProps {
  readonly id?: string;
  readonly approval: Approval;
  readonly isBusy?: boolean;
  /** Absent: it is too late to. */
  readonly onRestore?: () => void;
}

/** What the person changed of what the Claw asked for, above the card of what will be done. */
export function ChangedNote({ id, approval, isBusy = false, onRestore }: ChangedNoteProps): ReactNode {
  const text = useText();
  const { edit } = approval;
  if (edit === undefined || edit.changes.length === 0) return null;
  return (
    <section className="cs-changed" aria-label={text('cardView.changed')}>
      <div className="cs-changed-head">
        <EditRegular aria-hidden fontSize={18} />
        <h3>{text('cardView.changed')}</h3>
        {onRestore !== undefined && (
          <Button size="small" appearance="subtle" icon={<ArrowUndoRegular />} disabledFocusable={isBusy} onClick={onRestore}>
            {text('cardView.changed.restore')}
          </Button>
        )}
      </div>
      <div id={id}>
        <FieldChanges changes={edit.changes} />
      </div>
      {onRestore !== undefined && <p className="cs-small cs-changed-note">{text('cardView.changed.note', { agent: approval.agent.name })}</p>}
    </section>
  );
}
