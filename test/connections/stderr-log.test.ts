import { array, assert, nat, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { StderrLog } from '../../main/connections/stderr-log.ts';

test('lines come out whole however the bytes were cut', () => {
  assert(
    property(array(string({ unit: 'grapheme' }).map((line) => line.replaceAll(/[\r\n]/g, '')), { minLength: 1 }), array(nat(7)), (lines, cuts) => {
      const bytes = Buffer.from(`${lines.join('\r\n')}\n`);
      const log = new StderrLog();
      let start = 0;
      for (const cut of [...cuts, bytes.length]) {
        log.write(bytes.subarray(start, start + cut));
        start += cut;
      }
      expect(log.lines()).toEqual(lines);
    }),
  );
});

test('a line is cut at 64 KiB, a flood without line ends too', () => {
  const log = new StderrLog();
  log.write(Buffer.from(`${'x'.repeat(100_000)}\nnext\n`));
  for (let index = 0; index < 100; index += 1) log.write(Buffer.from('y'.repeat(10_000)));
  log.end();
  expect(log.lines().map((line) => line.length)).toEqual([65_536, 4, 65_536]);
});

test('a line that is still growing is shown up to its last space, and whole once it has ended', () => {
  const log = new StderrLog();
  log.write(Buffer.from('first\nthe password is hunt'));
  expect(log.lines()).toEqual(['first', 'the password is']);
  log.write(Buffer.from('er22'));
  expect(log.lines()).toEqual(['first', 'the password is']);
  log.end();
  expect(log.lines()).toEqual(['first', 'the password is hunter22']);
});

test('the last 256 KiB are kept', () => {
  const log = new StderrLog();
  for (let index = 0; index < 100_000; index += 1) log.write(Buffer.from(`line ${index}\n`));
  const lines = log.lines();
  expect(lines.at(-1)).toBe('line 99999');
  const characters = lines.reduce((sum, line) => sum + line.length + 1, 0);
  expect(characters).toBeLessThanOrEqual(256 * 1024);
  expect(characters).toBeGreaterThan(190 * 1024);
});
