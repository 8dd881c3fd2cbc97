import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIntl } from '@formatjs/intl';
import { hasMoved } from '../../renderer/card/arming.ts';
import { byteText } from '../../renderer/look/byte-text.ts';
import { clockText, secondsLeft } from '../../renderer/card/clock-text.ts';
import { cutAt } from '../../renderer/card/cut-at.ts';
import { gravestFirst } from '../../renderer/card/gravest-first.ts';
import { readDomain, readFolder } from '../../renderer/settings/list-entries.ts';
import { mark } from './fixture/words.ts';

describe('the countdown', () => {
  test.each([
    [0, '0:00'],
    [9, '0:09'],
    [272, '4:32'],
    [600, '10:00'],
    [3600, '1:00:00'],
    [3661, '1:01:01'],
  ])('%i seconds read %s', (seconds, text) => expect(clockText(seconds)).toBe(text));

  test('counts a begun second as whole and never goes below nothing', () => {
    expect(secondsLeft(10_001, 0)).toBe(11);
    expect(secondsLeft(1000, 5000)).toBe(0);
  });
});

describe('a cut', () => {
  test('does not fall into a disarmed token', () => expect('abc⟦U+202E⟧def'.slice(0, cutAt('abc⟦U+202E⟧def', 6))).toBe('abc'));

  test('loses nothing and never splits a character or a token', () => {
    const piece = fc.oneof(fc.constant('⟦U+202E⟧'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }), fc.constant('😀'));
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 40 }), fc.integer({ min: 9, max: 60 }), (pieces, limit) => {
        const text = pieces.join('');
        const cut = cutAt(text, limit);
        expect(text.slice(0, cut) + text.slice(cut)).toBe(text);
        expect(cut).toBeLessThanOrEqual(limit);
        expect(text.slice(0, cut).isWellFormed()).toBe(true);
        expect(text.slice(0, cut)).not.toMatch(/⟦U\+[0-9A-F]*$/u);
      }),
    );
  });
});

describe('what is hidden behind "+N more"', () => {
  test('is never graver than what is shown', () => {
    const people = [
      { address: 'a', marks: [] },
      { address: 'b', marks: [mark('Outside', 'mind')] },
      { address: 'c', marks: [mark('Lookalike', 'stop')] },
      { address: 'd', marks: [mark('Outside', 'mind'), mark('First time', 'mind')] },
      { address: 'e', marks: [] },
    ];
    expect(gravestFirst(people).map(({ address }) => address)).toEqual(['c', 'd', 'b', 'a', 'e']);
  });
});

test('sizes are told in the unit that fits', () => {
  const intl = createIntl({ locale: 'en' });
  expect([900, 48_200, 2_440_000, 18_400_000].map((bytes) => byteText(intl, bytes))).toEqual(['900 byte', '48 kB', '2.4 MB', '18 MB']);
});

test('rounding is not movement, a row that came in above is', () => {
  expect(hasMoved({ x: 10, y: 10 }, { x: 10.4, y: 11 })).toBe(false);
  expect(hasMoved({ x: 10, y: 10 }, { x: 10, y: 50 })).toBe(true);
});

describe('what is typed into a list of settings', () => {
  test.each([
    ['@Acme.Example', 'acme.example'],
    [' mail.acme.example. ', 'mail.acme.example'],
    ['acme', null],
    ['acme.example/path', null],
    ['dana@acme.example', null],
    ['', null],
  ])('the domain %j is kept as %j', (typed, kept) => expect(readDomain(typed)).toBe(kept));

  test.each([
    ['/Users/dana/Price lists', '/Users/dana/Price lists'],
    ['C:\\Prices', 'C:\\Prices'],
    ['\\\\server\\share', '\\\\server\\share'],
    ['Prices', null],
    ['~/Prices', null],
  ])('the folder %j is kept as %j', (typed, kept) => expect(readFolder(typed)).toBe(kept));
});
