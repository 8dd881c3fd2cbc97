import type { IntlShape } from 'react-intl';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A size in the person's locale: "48 kB", "2.4 MB". Steps of 1000, as the units' names say. */
export function byteText(intl: Pick<IntlShape, 'formatNumber'>, bytes: number): string {
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  return intl.formatNumber(value, { style: 'unit', unit: units[step] ?? 'byte', maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 });
}
