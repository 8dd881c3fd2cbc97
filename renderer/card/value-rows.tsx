import type { ReactNode } from 'react';
import { useIntl } from 'react-intl';
import type { Row } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { MarkChip } from '../look/chip.tsx';
import { Disarmed } from '../look/disarmed.tsx';
import { ClampedText } from './clamped-text.tsx';
import { gravestFirst } from './gravest-first.ts';
import { moneyText } from './money-text.ts';
import { MoreList } from './more-list.tsx';

type RowOf<K extends Row['kind']> = Extract<Row, { readonly kind: K }>;

const limits = { items: 5, text: 160 } as const;

export function ListRow({ row }: { readonly row: RowOf<'list'> }): ReactNode {
  return (
    <MoreList
      items={gravestFirst(row.items)}
      limit={limits.items}
      renderItem={({ text, marks }) => (
        <span className="cs-fact-line">
          <span className="cs-anywhere" dir="auto">
            <ClampedText text={text} limit={limits.text} />
          </span>
          {marks.map((mark, index) => (
            // A card is frozen: its marks never move among each other.
            // oxlint-disable-next-line react/no-array-index-key
            <MarkChip key={index} mark={mark} />
          ))}
        </span>
      )}
    />
  );
}

/** The amount as the person's locale writes it; the code beside it, because many currencies share a sign. */
export function MoneyRow({ row }: { readonly row: RowOf<'money'> }): ReactNode {
  const intl = useIntl();
  return (
    <span className="cs-fact-line">
      <span className="cs-money">{moneyText(intl, row.amount, row.currency)}</span>
      <span className="cs-muted">{row.currency}</span>
    </span>
  );
}

/** In the person's own time and words; what will be sent stands beside it, because that is what counts. */
export function InstantRow({ row }: { readonly row: RowOf<'instant'> }): ReactNode {
  const intl = useIntl();
  const text = useText();
  if (row.at === null) return <Disarmed text={row.text} />;
  const zone = row.precision === 'moment' ? {} : { timeZone: 'UTC' };
  const date = intl.formatDate(row.at, { dateStyle: 'full', ...zone });
  const shown = row.precision === 'day' ? date : text('cardView.instant', { date, time: intl.formatTime(row.at, { timeStyle: 'short', ...zone }) });
  return (
    <span className="cs-fact-line">
      <span>{shown}</span>
      <span className="cs-muted cs-small cs-anywhere" dir="ltr">
        <ClampedText text={row.text} limit={60} />
      </span>
    </span>
  );
}
