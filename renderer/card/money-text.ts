import type { IntlShape } from 'react-intl';

/** `amount` is digits with a point, and may be larger than a number holds exactly. */
export function moneyText(intl: Pick<IntlShape, 'locale'>, amount: string, currency: string): string {
  const format = new Intl.NumberFormat(intl.locale, { style: 'currency', currency });
  // ECMA-402 formats numbers written as text to the last digit; the contract says that this is one.
  return format.format(amount as `${number}`);
}
