import type { ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { useNow } from './use-now.ts';

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

export type TimeStyle = 'time' | 'date' | 'dateTime' | 'relative';

/** An instant (milliseconds since the epoch) in the person's locale; `relative` ("2 minutes ago") keeps itself current. */
export function TimeText({ at, show = 'time' }: { readonly at: number; readonly show?: TimeStyle }): ReactNode {
  const intl = useIntl();
  const machine = new Date(at).toISOString();
  if (show === 'relative') return <RelativeTime at={at} machine={machine} />;
  const text =
    show === 'time'
      ? intl.formatTime(at, { hour: 'numeric', minute: '2-digit' })
      : show === 'date'
        ? intl.formatDate(at, { dateStyle: 'long' })
        : intl.formatDate(at, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <time dateTime={machine} className="cs-tabular" title={intl.formatDate(at, { dateStyle: 'full', timeStyle: 'medium' })}>
      {text}
    </time>
  );
}

function RelativeTime({ at, machine }: { readonly at: number; readonly machine: string }): ReactNode {
  const intl = useIntl();
  const now = useNow(30_000);
  const past = at - now;
  const [unit, size] = units.find(([, size]) => Math.abs(past) >= size) ?? (['second', 1000] as const);
  // Under a minute "now" is said instead of a number that would have to tick.
  const amount = unit === 'second' ? 0 : Math.round(past / size);
  return (
    <time dateTime={machine} title={intl.formatDate(at, { dateStyle: 'full', timeStyle: 'medium' })}>
      {intl.formatRelativeTime(amount, unit, { numeric: 'auto' })}
    </time>
  );
}
