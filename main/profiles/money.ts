/** An amount of a currency (ISO 4217), in its smallest unit. */
export interface Money {
  readonly minor: number;
  readonly currency: string;
  /** In whole units, with a point: `1250.00`. */
  readonly amount: string;
  /** Digits after the point. */
  readonly digits: number;
}

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

export function digitsOf(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * @param amount a number, or a decimal number as text without grouping; below 10^15 of the smallest unit.
 * @param serviceDigits how many digits of `amount` stand after the point; null: `amount` is in whole units.
 * @returns undefined when it is no such amount, or has a fraction of the currency's smallest unit.
 */
export function moneyOf(amount: unknown, currency: unknown, serviceDigits: number | null): Money | undefined {
  if (typeof currency !== 'string' || !/^[A-Za-z]{3}$/.test(currency)) return undefined;
  const code = currency.toUpperCase();
  if (!currencies.has(code)) return undefined;
  const text = typeof amount === 'number' ? String(amount) : amount;
  const match = typeof text === 'string' ? /^(-?)(\d{1,15})(?:\.(\d{1,10}))?$/.exec(text) : null;
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  const digits = digitsOf(code);
  // What is given in another unit than the currency's own is moved there; nothing may be cut off.
  const shifted = serviceDigits === null ? { whole, fraction } : shift(whole + fraction, serviceDigits + fraction.length);
  const kept = shifted.fraction.slice(0, digits).padEnd(digits, '0');
  if (/[1-9]/.test(shifted.fraction.slice(digits))) return undefined;
  const minor = Number(`${sign}${shifted.whole}${kept}`);
  if (!Number.isSafeInteger(minor) || Math.abs(minor) >= 1e15) return undefined;
  const plain = shifted.whole.replace(/^0+(?=\d)/, '');
  return { minor: minor === 0 ? 0 : minor, currency: code, amount: `${sign}${plain}${digits === 0 ? '' : `.${kept}`}`, digits };
}

function shift(digits: string, after: number): { readonly whole: string; readonly fraction: string } {
  const padded = digits.padStart(after + 1, '0');
  return { whole: padded.slice(0, padded.length - after), fraction: padded.slice(padded.length - after) };
}
