import { AttachRegular } from '@fluentui/react-icons/svg/attach';
import { LinkRegular } from '@fluentui/react-icons/svg/link';
import { useId, type ReactNode } from 'react';
import { useIntl } from 'react-intl';
import type { Mark, Row } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { MarkChip } from '../look/chip.tsx';
import { Disarmed } from '../look/disarmed.tsx';
import { byteText } from '../look/byte-text.ts';
import { ClampedText } from './clamped-text.tsx';
import { gravestFirst } from './gravest-first.ts';
import { MoreList } from './more-list.tsx';

type RowOf<K extends Row['kind']> = Extract<Row, { readonly kind: K }>;

const limits = { people: 3, files: 3, links: 3, sentences: 8, text: 160, body: 6000 } as const;

function Marks({ marks }: { readonly marks: readonly Mark[] }): ReactNode {
  // A card is frozen: its marks never move among each other.
  // oxlint-disable-next-line react/no-array-index-key
  return marks.map((mark, index) => <MarkChip key={index} mark={mark} />);
}

export function SentencesRow({ row }: { readonly row: RowOf<'sentences'> }): ReactNode {
  return (
    <MoreList
      items={row.sentences}
      limit={limits.sentences}
      renderItem={(sentence) => (
        <span className="cs-anywhere" dir="auto">
          <Say message={sentence} />
        </span>
      )}
    />
  );
}

export function PeopleRow({ row }: { readonly row: RowOf<'people'> }): ReactNode {
  return (
    <MoreList
      items={gravestFirst(row.people)}
      limit={limits.people}
      renderItem={({ address, name, marks }) => (
        <span className="cs-fact-line">
          <span className="cs-anywhere" dir="auto">
            <Disarmed text={address} />
          </span>
          {name !== null && name !== '' && (
            <span className="cs-muted cs-anywhere" dir="auto">
              <ClampedText text={name} limit={60} />
            </span>
          )}
          <Marks marks={marks} />
        </span>
      )}
    />
  );
}

export function TextRow({ row }: { readonly row: RowOf<'text'> }): ReactNode {
  return (
    <span className={row.isStrong ? 'cs-strong cs-anywhere' : 'cs-anywhere'} dir="auto">
      <ClampedText text={row.text} limit={limits.text} />
    </span>
  );
}

export function AccountRow({ row }: { readonly row: RowOf<'account'> }): ReactNode {
  return (
    <span className="cs-fact-line">
      <span className="cs-anywhere">
        <Disarmed text={row.address} />
      </span>
      <span className="cs-muted cs-anywhere">
        <Disarmed text={row.connection} />
      </span>
    </span>
  );
}

export function FilesRow({ row }: { readonly row: RowOf<'files'> }): ReactNode {
  const intl = useIntl();
  const text = useText();
  return (
    <MoreList
      items={gravestFirst(row.files)}
      limit={limits.files}
      renderItem={({ name, bytes, folder, marks }) => (
        <span className="cs-fact-line">
          <AttachRegular aria-hidden fontSize={16} className="cs-fact-icon" />
          <span className="cs-anywhere" dir="auto">
            <Disarmed text={name} />
          </span>
          <span className="cs-muted cs-anywhere">
            <Disarmed text={bytes === null ? folder : text('cardView.file', { size: byteText(intl, bytes), folder })} />
          </span>
          <Marks marks={marks} />
        </span>
      )}
    />
  );
}

/** A line or two keep their whole room; anything longer gives way when room is short, and scrolls by itself. */
function messageClass(text: string): string {
  return text.length <= 80 && !text.includes('\n') ? 'cs-message cs-message-short' : 'cs-message';
}

/** The text exactly as it will be sent. It scrolls by itself, so the keyboard must reach it. */
export function MessageRow({ row }: { readonly row: RowOf<'message'> }): ReactNode {
  const text = useText();
  const label = useId();
  return (
    <>
      {/* A message needs no word for what it is; one text among others does. */}
      <div className={row.label.id === 'card.row.message' ? 'cs-hidden' : 'cs-small cs-strong cs-block-label'} id={label}>
        <Say message={row.label} />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/prefer-tag-over-role */}
      <div className={messageClass(row.text)} role="group" aria-labelledby={label} tabIndex={0} dir="auto">
        <ClampedText text={row.text} limit={limits.body} />
      </div>
      {row.links.length > 0 && (
        <div className="cs-links">
          <p className="cs-small cs-muted">{text('cardView.links', { count: row.links.length })}</p>
          <MoreList
            items={gravestFirst(row.links)}
            limit={limits.links}
            renderItem={(link) => (
              <span className="cs-fact-line cs-small">
                <LinkRegular aria-hidden fontSize={14} className="cs-fact-icon" />
                <span className="cs-anywhere" dir="auto">
                  <ClampedText text={link.text} limit={80} />
                </span>
                <span className="cs-fact-line">
                  <span className="cs-muted">{text('cardView.linkLeadsTo')}</span>
                  <bdi className="cs-strong cs-anywhere">
                    <Disarmed text={link.host} />
                  </bdi>
                </span>
                <Marks marks={link.marks} />
              </span>
            )}
          />
        </div>
      )}
    </>
  );
}

export function ArgumentsRow({ row }: { readonly row: RowOf<'arguments'> }): ReactNode {
  const label = useId();
  return (
    <>
      <div className="cs-small cs-strong cs-block-label" id={label}>
        <Say message={row.label} />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/prefer-tag-over-role */}
      <div className="cs-message cs-mono" role="group" aria-labelledby={label} tabIndex={0} dir="ltr">
        <ClampedText text={row.json} limit={limits.body} />
      </div>
    </>
  );
}
