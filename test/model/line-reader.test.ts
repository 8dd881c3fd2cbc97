import { assert, array, nat, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { LineReader, LineTooLongError } from '../../main/model/line-reader.ts';

test('lines come out whole however the bytes were cut', () => {
  assert(
    property(array(string({ unit: 'grapheme' }).map((line) => line.replaceAll(/[\r\n]/g, ''))), array(nat(20)), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const reader = new LineReader(1_000_000);
      const read: string[] = [];
      let start = 0;
      for (const cut of [...cuts, bytes.length]) {
        read.push(...reader.read(bytes.subarray(start, start + cut)));
        start += cut;
      }
      expect(read).toEqual(lines);
    }),
  );
});

test('an end as Windows writes it is cut off, a line beyond the limit is refused', () => {
  expect(new LineReader(10).read(Buffer.from('a\r\nb\r\n'))).toEqual(['a', 'b']);
  const reader = new LineReader(10);
  expect(reader.read(Buffer.from('123456'))).toEqual([]);
  expect(reader.read(Buffer.from('7890\n'))).toEqual(['1234567890']);
  expect(() => reader.read(Buffer.from('12345678901'))).toThrow(LineTooLongError);
});
