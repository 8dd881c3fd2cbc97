import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { toFieldChange } from '../../main/model/field-change.ts';
import { valueAt, withValueAt } from '../../main/model/json-pointer.ts';
import { diffLines, wholeDiff } from '../../main/model/line-diff.ts';
import { say } from '../../main/model/say.ts';

const escape = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');
const label = say('card.row.to');

test('the lines of a diff are both texts, whatever they are', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', 'c', '', ' '), { maxLength: 12 });
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const lines = wholeDiff(before, after);
      expect(lines.filter(({ kind }) => kind !== 'added').map(({ text }) => text)).toEqual(before);
      expect(lines.filter(({ kind }) => kind !== 'removed').map(({ text }) => text)).toEqual(after);
    }),
  );
});

test('nothing is told as changed that stayed', () => {
  expect(wholeDiff(['a', 'b', 'c', 'd'], ['a', 'x', 'c', 'd', 'e']).map(({ kind }) => kind)).toEqual(['same', 'removed', 'added', 'same', 'same', 'added']);
});

test('lines that are the same are folded, a single one is shown', () => {
  const lines = ['1', '2', '3', '4', '5', '6'];
  expect(diffLines(lines.join('\n'), lines.with(3, 'four').join('\n'))).toEqual([
    { kind: 'skipped', count: 3 },
    { kind: 'removed', text: '4' },
    { kind: 'added', text: 'four' },
    { kind: 'skipped', count: 2 },
  ]);
  expect(diffLines('1\n2\n3', '1\n2\nthree').map(({ kind }) => kind)).toEqual(['skipped', 'removed', 'added']);
  expect(diffLines('1\n2', 'one\n2').map(({ kind }) => kind)).toEqual(['removed', 'added', 'same']);
  expect(diffLines('same\ntext', 'same\ntext')).toEqual([{ kind: 'skipped', count: 2 }]);
});

test('texts too long to be compared line by line are told whole', () => {
  const [before, after] = [Array.from({ length: 2500 }, (_unused, line) => `old ${line}`), Array.from({ length: 2500 }, (_unused, line) => `new ${line}`)];
  expect(wholeDiff(before, after)).toHaveLength(5000);
});

test('text that lies is disarmed on both sides', () => {
  expect(toFieldChange({ at: '/subject', kind: 'line', label, before: 'a\u202Eb', after: 'a\nb' })).toEqual({ kind: 'line', label, before: 'a⟦U+202E⟧b', after: 'a⟦U+000A⟧b' });
  expect(toFieldChange({ at: '/to', kind: 'people', label, before: ['a\u200B@b.example'], after: null })).toMatchObject({ removed: ['a⟦U+200B⟧@b.example'], added: [] });
});

test('the same people in another order are told as a line', () => {
  expect(toFieldChange({ at: '/to', kind: 'people', label, before: ['a', 'b'], after: ['b', 'a'] })).toEqual({ kind: 'line', label, before: 'a, b', after: 'b, a' });
});

test('a field that was not there has nothing before', () => {
  expect(toFieldChange({ at: '/subject', kind: 'line', label, before: null, after: 'New' })).toMatchObject({ before: null, after: 'New' });
});

test('a value put at a pointer is found there, and all else stays', () => {
  const key = fc.oneof(fc.constantFrom('a', '__proto__', 'constructor', 'x/y', 'x~y', ''), fc.string({ maxLength: 3 }));
  fc.assert(
    fc.property(fc.dictionary(key, fc.oneof(fc.string(), fc.dictionary(key, fc.string()))), fc.array(key, { minLength: 1, maxLength: 3 }), fc.string(), (value, steps, next) => {
      const pointer = steps.map((step) => `/${escape(step)}`).join('');
      const changed = withValueAt(value, pointer, next);
      expect(valueAt(changed, pointer)).toBe(next);
      for (const [other, kept] of Object.entries(value)) if (other !== steps[0]) expect(valueAt(changed, `/${escape(other)}`)).toEqual(kept);
      expect(valueAt(withValueAt(changed, pointer, undefined), pointer)).toBeUndefined();
    }),
  );
});
