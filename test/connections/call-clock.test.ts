import { expect, test } from 'vitest';
import { CallClock } from '../../main/connections/call-clock.ts';
import { createManualClock } from './manual-clock.ts';

function start(limit: number, longest: number) {
  const clock = createManualClock();
  let ends = 0;
  return { clock, ends: () => ends, call: new CallClock({ clock, limit, longest, onEnd: () => (ends += 1) }) };
}

test('it ends once, after its limit', () => {
  const { clock, ends } = start(100, 1000);
  clock.advance(99);
  expect(ends()).toBe(0);
  clock.advance(1);
  clock.advance(1000);
  expect(ends()).toBe(1);
});

test('it stands still until the last pause ends, and goes on with what was left', () => {
  const { clock, ends, call } = start(100, 1000);
  clock.advance(60);
  const first = call.pause();
  const second = call.pause();
  clock.advance(5000);
  first();
  first();
  clock.advance(5000);
  expect(ends()).toBe(0);
  second();
  clock.advance(39);
  expect(ends()).toBe(0);
  clock.advance(1);
  expect(ends()).toBe(1);
});

test('signs of life begin it anew, but never beyond the longest', () => {
  const { clock, ends, call } = start(100, 250);
  for (let step = 0; step < 2; step += 1) {
    clock.advance(90);
    call.restart();
  }
  clock.advance(69);
  expect(ends()).toBe(0);
  clock.advance(1);
  expect(ends()).toBe(1);
});

test('a sign of life during a pause counts once it ends; a stopped clock never ends', () => {
  const { clock, ends, call } = start(100, 1000);
  clock.advance(90);
  const resume = call.pause();
  call.restart();
  clock.advance(500);
  resume();
  clock.advance(99);
  expect(ends()).toBe(0);
  call.stop();
  clock.advance(500);
  expect(ends()).toBe(0);
});
