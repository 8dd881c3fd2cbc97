import { Link } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { Disarmed } from '../look/disarmed.tsx';
import { cutAt } from './cut-at.ts';

/** Text, cut after `limit` UTF-16 units with "+N more" that shows the rest. */
export function ClampedText({ text, limit }: { readonly text: string; readonly limit: number }): ReactNode {
  const say = useText();
  const [isOpen, setOpen] = useState(false);
  // A cut that would hide next to nothing is not worth a click.
  if (isOpen || text.length <= limit * 1.1) return <Disarmed text={text} />;
  const cut = cutAt(text, limit);
  return (
    <>
      <Disarmed text={text.slice(0, cut)} />…{' '}
      <Link as="button" inline onClick={() => setOpen(true)}>
        {say('cardView.more.characters', { count: text.length - cut })}
      </Link>
    </>
  );
}
