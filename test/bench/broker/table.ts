import type { BrokerResults, Measured } from './figures.ts';
import type { GrowthStep } from './growth.ts';
import { median, percentile } from './statistics.ts';
import type { VariantName } from './variants.ts';

const columns = ['', 'p50', 'p95', 'p99', 'p50 2026 era', 'p50 raw client', 'calls/s at 16', 'the same, raw', 'memory MiB'];

/** For people: all that was measured (milliseconds, unless a column says otherwise), and how it stands to the targets. */
export function tableOf({ variants, growth }: BrokerResults): string {
  const rows = [...variants.values()].map((measured) => rowOf(measured));
  const steps = growth.map(({ label, smallP50, p50 }) => [label, milliseconds(smallP50), milliseconds(p50), `${(p50 / smallP50).toFixed(2)}×`]);
  return [
    ...(rows.length === 0 ? [] : [aligned([columns, ...rows])]),
    ...(steps.length === 0 ? [] : [aligned([['growth, raw client', 'smallest', 'p50', 'ratio'], ...steps])]),
    aligned(targets({ variants, growth })),
  ].join('\n\n');
}

function rowOf({ label, sdk, modernSdk, raw, rps16, rawRps16, memory }: Measured): readonly string[] {
  const shares = [0.5, 0.95, 0.99].map((share) => milliseconds(percentile(sdk, share)));
  return [label, ...shares, milliseconds(median(modernSdk)), milliseconds(median(raw)), whole(rps16), whole(rawRps16), whole(memory)];
}

/** One line a target: what is compared, the figure, what it should be. Only what was measured. */
function targets({ variants, growth }: BrokerResults): readonly (readonly string[])[] {
  const compare = (name: VariantName, line: (other: Measured, own: Measured) => readonly string[]): readonly (readonly string[])[] => {
    const [other, own] = [variants.get(name), variants.get('countersign')];
    return other === undefined || own === undefined ? [] : [line(other, own)];
  };
  return [
    ...compare('mcpProxy', share),
    ...compare('supergateway', share),
    ...compare('mcpProxy', (other, own) => [`calls/s at 16 against ${other.label}`, `${(own.rps16 / other.rps16).toFixed(2)}×`, 'at least 2.00×']),
    ...compare('mcpProxy', (other, own) => ['the same, raw client', `${(own.rawRps16 / other.rawRps16).toFixed(2)}×`, '']),
    ...compare('directStdio', (other, own) => ['added to direct stdio, raw client', `${(median(own.raw) - median(other.raw)).toFixed(3)} ms`, 'at most 0.500 ms']),
    ...growth.slice(-1).map((step: GrowthStep) => ['growth, all of it', `${(step.p50 / step.smallP50).toFixed(2)}×`, 'at most 1.30×']),
  ];
}

function share(other: Measured, own: Measured): readonly string[] {
  return [`p50 against ${other.label}`, `${(median(own.sdk) / median(other.sdk)).toFixed(2)}×`, 'at most 0.60×'];
}

function milliseconds(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(3);
}

function whole(value: number): string {
  return Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en');
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')).join('\n');
}
