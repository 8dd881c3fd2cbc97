import { expect, test } from 'vitest';
import { steadyClock, systemClock } from '../../main/model/clock.ts';
import { ManualClock } from '../gate/harness.ts';

test('the time that has elapsed goes on', async () => {
  const from = systemClock.elapsed();
  await new Promise((resolve) => systemClock.after(60, () => resolve(undefined)));
  expect(systemClock.elapsed()).toBeGreaterThan(from);
});

test('a steady clock tells the wall’s time of its beginning and what has passed since', () => {
  const clock = new ManualClock();
  const steady = steadyClock(clock);
  const from = clock.now();
  clock.pass(5000);
  clock.setWall(-86_400_000);
  clock.sleep(1000);
  expect(steady.now()).toBe(from + 6000);
  expect(steady.elapsed()).toBe(clock.elapsed());
});
