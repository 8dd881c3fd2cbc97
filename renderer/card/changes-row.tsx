import { useId, type ReactNode } from 'react';
import type { ChangedFile, Row } from '../../preload/contract.ts';
import { useIntl } from 'react-intl';
import { Say, useText } from '../app/intl.tsx';
import { MarkChip } from '../look/chip.tsx';
import { Disarmed } from '../look/disarmed.tsx';
import { DiffText } from '../look/field-changes.tsx';
import { byteText } from '../look/byte-text.ts';
import './changes-row.css';
import { gravestFirst } from './gravest-first.ts';
import { MoreList } from './more-list.tsx';

type Changed = Extract<Row, { readonly kind: 'changes' }>;

/** Files whose differences are open from the start; the others open with one press. */
const mostOpen = 3;
/** Files that are listed before "and N more". */
const mostListed = 12;

/** Files that would be different in the folder, each with its lines. */
export function ChangesRow({ row }: { readonly row: Changed }): ReactNode {
  const label = useId();
  const isFew = row.files.length <= mostOpen;
  return (
    <section className="cs-changed-files" aria-labelledby={label}>
      <div className="cs-small cs-strong cs-block-label" id={label}>
        <Say message={row.label} />
      </div>
      <MoreList items={gravestFirst(row.files)} limit={mostListed} renderItem={(file) => <FileChanged file={file} isOpen={isFew} />} />
    </section>
  );
}

function FileChanged({ file, isOpen }: { readonly file: ChangedFile; readonly isOpen: boolean }): ReactNode {
  const text = useText();
  const intl = useIntl();
  const name = useId();
  const { path, change, bytes, marks, lines } = file;
  return (
    <details className="cs-changed-file" open={isOpen}>
      <summary>
        <span className={`cs-change cs-change-${change}`}>{text(`cardView.change.${change}`)}</span>
        <span className="cs-anywhere cs-mono cs-changed-path" id={name} dir="ltr">
          <Disarmed text={path} />
        </span>
        {marks.map((mark, index) => (
          // A card is frozen: its marks never move among each other.
          // oxlint-disable-next-line react/no-array-index-key
          <MarkChip key={index} mark={mark} />
        ))}
        {bytes !== null && <span className="cs-small cs-muted">{byteText(intl, bytes)}</span>}
      </summary>
      {lines === null ? <p className="cs-small cs-changed-hint">{text('cardView.change.notShown')}</p> : lines.length === 0 ? <p className="cs-small cs-changed-hint">{text('cardView.change.empty')}</p> : <DiffText lines={lines} label={name} />}
    </details>
  );
}
