import { ClockRegular } from '@fluentui/react-icons/svg/clock';
import type { ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { Chip } from '../look/chip.tsx';
import { useNow } from '../look/use-now.ts';
import { clockText, secondsLeft } from './clock-text.ts';

/** Seconds from which the chip asks for attention. */
const hurriesAt = 30;

/** How long the person has; unanswered means refused. */
export function Countdown({ expiresAt }: { readonly expiresAt: number }): ReactNode {
  const text = useText();
  const seconds = secondsLeft(expiresAt, useNow(250));
  const isHurried = seconds <= hurriesAt;
  return (
    <div className="cs-countdown cs-tabular" role="timer" title={text('cardView.countdown.hint')}>
      <Chip tone={isHurried ? 'mind' : 'neutral'} icon={<ClockRegular aria-hidden />}>
        <span className="cs-hidden">{text('cardView.countdown.label')} </span>
        {seconds > 0 ? clockText(seconds) : text('cardView.countdown.over')}
      </Chip>
    </div>
  );
}
