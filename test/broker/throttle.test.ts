import { expect, test } from 'vitest';
import { reportInterval, throttled } from '../../main/broker/throttle.ts';

test('a flood of one refusal is one report; another kind is not lost in it', () => {
  const clock = { time: 0, now: () => clock.time };
  const reports: string[] = [];
  const report = throttled((why) => reports.push(why), clock);
  for (let count = 0; count < 1000; count += 1) report('foreign_origin');
  report('unknown_token');
  expect(reports).toEqual(['foreign_origin', 'unknown_token']);
  clock.time = reportInterval;
  report('foreign_origin');
  expect(reports).toEqual(['foreign_origin', 'unknown_token', 'foreign_origin']);
});
