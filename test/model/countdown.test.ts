import { expect, test } from 'vitest';
import { startCountdown } from '../../main/model/countdown.ts';
import { ManualClock } from '../gate/harness.ts';

function start(milliseconds: number) {
  const clock = new ManualClock();
  const told: string[] = [];
  const countdown = startCountdown({ clock, milliseconds, over: () => told.push('over'), looked: (slept) => told.push(slept === 0 ? 'looked' : `slept ${slept}`) });
  return { clock, told, countdown };
}

test('a countdown looks every second and is over once, to the millisecond', () => {
  const { clock, told, countdown } = start(2500);
  clock.pass(2499);
  expect(countdown.left()).toBe(1);
  clock.pass(1);
  expect(told).toEqual(['looked', 'looked', 'over']);
  clock.pass(10_000);
  expect(told).toHaveLength(3);
});

test('sleep uses nothing up, whenever it comes', () => {
  for (const awake of [0, 400, 1600, 2499]) {
    const { clock, told, countdown } = start(2500);
    clock.pass(awake);
    const left = countdown.left();
    clock.sleep(3_600_000);
    expect(countdown.left()).toBeGreaterThanOrEqual(left);
    clock.pass(left);
    expect(told).not.toContain('over');
    clock.pass(1000);
    expect(told.at(-1)).toBe('over');
  }
});

test('it can begin again, from a look too, and be stopped', () => {
  const { clock, told, countdown } = start(2000);
  clock.pass(1500);
  countdown.restart(3000);
  clock.pass(2999);
  expect(told).not.toContain('over');
  countdown.stop();
  clock.pass(60_000);
  expect(told).not.toContain('over');
});

test('nothing left is over at once, but not before it was returned', () => {
  const { clock, told } = start(-5);
  expect(told).toEqual([]);
  clock.pass(0);
  expect(told).toEqual(['over']);
});
