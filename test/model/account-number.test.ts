import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findAccountNumbers } from '../../main/model/account-number.ts';

describe('account numbers in a text', () => {
  test.each(['DE89370400440532013000', 'Please pay to DE89 3704 0044 0532 0130 00 by Friday', 'IBAN:GB29-NWBK-6016-1331-9268-19.', 'fr14 2004 1010 0505 0001 3m02 606', 'NO93 8601 1117 947'])('a bank account: %s', (text) => {
    expect(findAccountNumbers(text)).toEqual(['iban']);
  });

  test.each(['4111 1111 1111 1111', 'card 5555-5555-5555-4444, exp 12/27', '378282246310005', '6011000990139424', '2223003122003222'])('a payment card: %s', (text) => {
    expect(findAccountNumbers(text)).toEqual(['card']);
  });

  test.each(['', 'DE89370400440532013001', 'ZZ89370400440532013000', '4111111111111112', '1764094000000', 'order 4006381333931', 'xDE89370400440532013000', '+49 30 123456-78', '2026-11-25T18:00:00', '9999 9999 9999 9995'])('none: %s', (text) => {
    expect(findAccountNumbers(text)).toEqual([]);
  });

  test('one wrong digit makes it none, anywhere', () => {
    const iban = 'DE89370400440532013000';
    fc.assert(
      fc.property(fc.integer({ min: 2, max: iban.length - 1 }), fc.integer({ min: 1, max: 9 }), (place, by) => {
        const digit = (Number(iban[place]) + by) % 10;
        expect(findAccountNumbers(iban.slice(0, place) + digit + iban.slice(place + 1))).not.toContain('iban');
      }),
    );
  });

  test('any text is looked through without taking long over it', () => {
    for (const text of ['1 '.repeat(500_000), 'AB12'.repeat(250_000), 'DE89 '.repeat(200_000)]) expect(findAccountNumbers(text)).toEqual([]);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(findAccountNumbers(text))));
  });
});
