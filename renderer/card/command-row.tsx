import { Link } from '@fluentui/react-components';
import { useId, useState, type ReactNode } from 'react';
import type { Row } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { Disarmed } from '../look/disarmed.tsx';
import { cutAt } from './cut-at.ts';

type Command = Extract<Row, { readonly kind: 'command' }>;

const limit = 6000;

/** A shell line or script in its colours. Long lines wrap, so that nothing of it hides beside what is seen; it scrolls by itself. */
export function CommandRow({ row }: { readonly row: Command }): ReactNode {
  const say = useText();
  const label = useId();
  const [isOpen, setOpen] = useState(false);
  const length = row.segments.reduce((sum, { text }) => sum + text.length, 0);
  const isCut = !isOpen && length > limit * 1.1;
  const [shown, left] = isCut ? within(row.segments) : [row.segments, 0];
  return (
    <>
      <div className="cs-small cs-strong cs-block-label" id={label}>
        <Say message={row.label} />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/prefer-tag-over-role */}
      <div className={`cs-message cs-command ${length <= 120 && !row.segments.some(({ text }) => text.includes('\n')) ? 'cs-message-short' : ''}`} role="group" aria-labelledby={label} tabIndex={0} dir="ltr">
        {shown.map(({ kind, text }, index) => (
          // A card is frozen: the parts of its line never move among each other.
          // oxlint-disable-next-line react/no-array-index-key
          <span className={`cs-command-${kind}`} key={index}>
            <Disarmed text={text} />
          </span>
        ))}
        {isCut && (
          <>
            …{' '}
            <Link as="button" inline onClick={() => setOpen(true)}>
              {say('cardView.more.characters', { count: left })}
            </Link>
          </>
        )}
      </div>
    </>
  );
}

/** The first parts, `limit` UTF-16 units in all, and how many are left out. */
function within(segments: Command['segments']): readonly [Command['segments'], number] {
  const shown: Command['segments'] = [];
  let room = limit;
  let left = 0;
  for (const { kind, text } of segments) {
    const cut = room <= 0 ? 0 : text.length <= room ? text.length : cutAt(text, room);
    if (cut > 0) shown.push({ kind, text: text.slice(0, cut) });
    room = cut < text.length ? 0 : room - cut;
    left += text.length - cut;
  }
  return [shown, left];
}
