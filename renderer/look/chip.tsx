import { CheckmarkFilled } from '@fluentui/react-icons/svg/checkmark';
import { DismissFilled } from '@fluentui/react-icons/svg/dismiss';
import { WarningFilled } from '@fluentui/react-icons/svg/warning';
import type { ReactNode } from 'react';
import type { Mark, Tone } from '../../preload/contract.ts';
import { Say } from '../app/intl.tsx';

const icons: Record<Tone, ReactNode> = {
  neutral: null,
  good: <CheckmarkFilled aria-hidden />,
  mind: <WarningFilled aria-hidden />,
  stop: <DismissFilled aria-hidden />,
};

export interface ChipProps {
  readonly tone?: Tone;
  /** In place of the tone's own icon; null for none. */
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

/** A word on a rounded ground. Tone picks colour and icon; the word carries the meaning. */
export function Chip({ tone = 'neutral', icon, children }: ChipProps): ReactNode {
  return (
    <span className={`cs-chip cs-chip-${tone}`}>
      {icon === undefined ? icons[tone] : icon}
      <span className="cs-anywhere">{children}</span>
    </span>
  );
}

/** A chip for a contract `Mark`: "Outside your company", "First time". */
export function MarkChip({ mark }: { readonly mark: Mark }): ReactNode {
  return (
    <Chip tone={mark.tone}>
      <Say message={mark.text} />
    </Chip>
  );
}
