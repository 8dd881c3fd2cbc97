import type { ReactNode } from 'react';
import type { Row } from '../../preload/contract.ts';
import { Say } from '../app/intl.tsx';
import { ChangesRow } from './changes-row.tsx';
import { CommandRow } from './command-row.tsx';
import { AccountRow, ArgumentsRow, FilesRow, MessageRow, PeopleRow, SentencesRow, TextRow } from './fact-rows.tsx';
import { InstantRow, ListRow, MoneyRow } from './value-rows.tsx';

/** A command first, because it is what is asked about; then labelled rows; then the other blocks (message, changed files, exact arguments). Blocks have the full width. */
export function CardRows({ rows }: { readonly rows: readonly Row[] }): ReactNode {
  const commands = rows.filter((row) => row.kind === 'command');
  const facts = rows.filter(({ kind }) => kind !== 'command' && !isBlock(kind));
  const blocks = rows.filter(({ kind }) => isBlock(kind));
  return (
    <>
      <Blocks rows={commands} />
      {facts.length > 0 && (
        <dl className="cs-facts">
          {facts.map((row, index) => (
            // A card is frozen: its rows never move among each other.
            // oxlint-disable-next-line react/no-array-index-key
            <div key={index}>
              <dt>
                <Say message={row.label} />
              </dt>
              <dd>
                <Fact row={row} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      <Blocks rows={blocks} />
    </>
  );
}

function isBlock(kind: Row['kind']): boolean {
  return kind === 'message' || kind === 'arguments' || kind === 'changes';
}

function Blocks({ rows }: { readonly rows: readonly Row[] }): ReactNode {
  return rows.map((row, index) => (
    // oxlint-disable-next-line react/no-array-index-key
    <div className="cs-block" key={index}>
      <Fact row={row} />
    </div>
  ));
}

function Fact({ row }: { readonly row: Row }): ReactNode {
  switch (row.kind) {
    case 'people':
      return <PeopleRow row={row} />;
    case 'text':
      return <TextRow row={row} />;
    case 'account':
      return <AccountRow row={row} />;
    case 'files':
      return <FilesRow row={row} />;
    case 'message':
      return <MessageRow row={row} />;
    case 'list':
      return <ListRow row={row} />;
    case 'money':
      return <MoneyRow row={row} />;
    case 'instant':
      return <InstantRow row={row} />;
    case 'sentences':
      return <SentencesRow row={row} />;
    case 'command':
      return <CommandRow row={row} />;
    case 'changes':
      return <ChangesRow row={row} />;
    case 'arguments':
      return <ArgumentsRow row={row} />;
  }
}
