import { ErrorCircleRegular } from '@fluentui/react-icons/svg/error-circle';
import { InfoRegular } from '@fluentui/react-icons/svg/info';
import { CheckmarkCircleRegular } from '@fluentui/react-icons/svg/checkmark-circle';
import { WarningRegular } from '@fluentui/react-icons/svg/warning';
import { useEffect, useRef, type ReactNode } from 'react';
import type { Message, Tone } from '../../preload/contract.ts';
import { Say } from '../app/intl.tsx';

const icons: Record<Tone, ReactNode> = {
  neutral: <InfoRegular aria-hidden fontSize={18} />,
  good: <CheckmarkCircleRegular aria-hidden fontSize={18} />,
  mind: <WarningRegular aria-hidden fontSize={18} />,
  stop: <ErrorCircleRegular aria-hidden fontSize={18} />,
};

/** A sentence or two on its own ground, with the icon of its tone. */
export function Note({ tone = 'neutral', children }: { readonly tone?: Tone; readonly children: ReactNode }): ReactNode {
  return (
    <div className={`cs-note cs-note-${tone}`}>
      {icons[tone]}
      <div className="cs-grow cs-anywhere">{children}</div>
    </div>
  );
}

/** What went wrong, as main said it; announced at once, and scrolled to where it is out of sight. Shows nothing for null. */
export function ErrorNote({ problem }: { readonly problem: Message | null }): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problem !== null) place.current?.scrollIntoView({ block: 'nearest' });
  }, [problem]);
  return (
    <div role="alert" className="cs-alert" ref={place}>
      {problem !== null && (
        <Note tone="stop">
          <Say message={problem} />
        </Note>
      )}
    </div>
  );
}
