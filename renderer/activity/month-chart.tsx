import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import { ChevronUpRegular } from '@fluentui/react-icons/svg/chevron-up';
import type { ReactNode } from 'react';
import { FormattedDate, FormattedNumber } from 'react-intl';
import type { ActivityDay } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { layOutBars, totals } from './month-bars.ts';

const step = 8;
const barWidth = 6;
const height = 44;

export interface MonthChartProps {
  readonly days: readonly ActivityDay[];
  readonly areNumbersShown: boolean;
  readonly onToggleNumbers: () => void;
}

/** The last 30 days as bars; a press shows the same as a table. */
export function MonthChart({ days, areNumbersShown, onToggleNumbers }: MonthChartProps): ReactNode {
  const text = useText();
  const sums = totals(days);
  if (sums.done + sums.asked + sums.stopped === 0) return null;
  return (
    <button type="button" className="cs-chart" aria-expanded={areNumbersShown} aria-label={text('activityScreen.chart.open', sums)} onClick={onToggleNumbers}>
      <Bars days={days} />
      <span className="cs-chart-caption">
        {text('activityScreen.chart.title')}
        {areNumbersShown ? <ChevronUpRegular aria-hidden fontSize={12} /> : <ChevronDownRegular aria-hidden fontSize={12} />}
      </span>
    </button>
  );
}

/** The numbers behind the bars, newest day first. */
export function MonthNumbers({ days }: { readonly days: readonly ActivityDay[] }): ReactNode {
  const text = useText();
  return (
    <section className="cs-chart-numbers cs-panel cs-panel-body" aria-label={text('activityScreen.chart.title')}>
      <DayTable days={days} />
    </section>
  );
}

function Bars({ days }: { readonly days: readonly ActivityDay[] }): ReactNode {
  const width = days.length * step - (step - barWidth);
  return (
    <svg aria-hidden width={width} height={height} viewBox={`0 0 ${width} ${height}`} className="cs-chart-bars">
      {layOutBars(days, height).map((bar, index) => {
        const x = index * step;
        const whole = bar.done.size + bar.stopped.size;
        return (
          <g key={bar.day}>
            {whole === 0 && <rect x={x} y={height - 2} width={barWidth} height={2} rx={1} className="cs-chart-none" />}
            {bar.done.size > 0 && <rect x={x} y={height - bar.done.size} width={barWidth} height={bar.done.size} rx={1.5} className="cs-chart-done" />}
            {bar.stopped.size > 0 && <rect x={x} y={height - whole} width={barWidth} height={Math.max(2, bar.stopped.size - (bar.done.size > 0 ? 1 : 0))} rx={1.5} className="cs-chart-stopped" />}
            {bar.asked !== null && <rect x={x - 1} y={Math.max(0, height - bar.asked)} width={barWidth + 2} height={2} className="cs-chart-asked" />}
          </g>
        );
      })}
    </svg>
  );
}

function Key({ kind }: { readonly kind: 'done' | 'asked' | 'stopped' }): ReactNode {
  return (
    <svg aria-hidden width={10} height={10} className="cs-chart-key">
      <rect x={kind === 'asked' ? 0 : 2} y={kind === 'asked' ? 4 : 0} width={kind === 'asked' ? 10 : 6} height={kind === 'asked' ? 2 : 10} rx={1} className={`cs-chart-${kind}`} />
    </svg>
  );
}

function DayTable({ days }: { readonly days: readonly ActivityDay[] }): ReactNode {
  const text = useText();
  const busy = days.filter(({ done, asked, stopped }) => done + asked + stopped > 0).toReversed();
  const kinds = ['done', 'asked', 'stopped'] as const;
  return (
    <>
      <table className="cs-table cs-tabular">
        <caption>
          <strong>{text('activityScreen.chart.title')}</strong>
          <span className="cs-muted">{text('activityScreen.chart.summary', totals(days))}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">{text('activityScreen.chart.day')}</th>
            {kinds.map((kind) => (
              <th key={kind} scope="col">
                <Key kind={kind} /> {text(`activityScreen.chart.${kind}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {busy.map((day) => (
            <tr key={day.day}>
              <th scope="row">
                <FormattedDate value={`${day.day}T12:00`} weekday="short" day="numeric" month="short" />
              </th>
              {kinds.map((kind) => (
                <td key={kind}>
                  <FormattedNumber value={day[kind]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {busy.length < days.length && <p className="cs-muted cs-small">{text('activityScreen.chart.quietDays', { count: days.length - busy.length })}</p>}
    </>
  );
}
