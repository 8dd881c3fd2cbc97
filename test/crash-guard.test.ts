import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { guardAgainstCrashes } from '../main/crash-guard.ts';

function guarded() {
  const source = new EventEmitter();
  const reports: string[] = [];
  let stops = 0;
  const end = guardAgainstCrashes({ source, report: (problem) => reports.push(problem), stop: () => (stops += 1) });
  return { source, reports, stops: () => stops, end };
}

test('a rejection that nobody caught is told and ends nothing', () => {
  const { source, reports, stops } = guarded();
  source.emit('unhandledRejection', new TypeError('cut off'));
  expect(reports).toEqual([expect.stringContaining('TypeError at ')]);
  expect(stops()).toBe(0);
});

test('an exception that nobody caught stops the app in good order', () => {
  const { source, reports, stops } = guarded();
  source.emit('uncaughtException', new Error('bug'));
  expect(reports).toHaveLength(1);
  expect(stops()).toBe(1);
});

test('what an error says is not told: it may hold a secret', () => {
  const { source, reports } = guarded();
  source.emit('unhandledRejection', new Error('password hunter2 refused'));
  source.emit('uncaughtException', 'hunter2');
  expect(reports.join()).not.toContain('hunter2');
});

test('ends with its disposer', () => {
  const { source, end } = guarded();
  end();
  expect(source.listenerCount('unhandledRejection') + source.listenerCount('uncaughtException')).toBe(0);
});
