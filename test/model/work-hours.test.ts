import { describe, expect, test } from 'vitest';
import { isOutOfHours, type WorkHours } from '../../main/model/work-hours.ts';

const week: WorkHours = { workDays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], workStart: '07:00', workEnd: '20:00' };
/** November 2026, on this computer's clock; the 23rd is a Monday. */
const at = (day: number, hour: number, minute = 0): number => new Date(2026, 10, day, hour, minute).getTime();

describe('working hours', () => {
  test.each([
    [at(23, 7), false],
    [at(23, 6, 59), true],
    [at(23, 19, 59), false],
    [at(23, 20), true],
    [at(28, 12), true],
    [at(29, 12), true],
  ])('by day and time of this computer', (when, isOut) => expect(isOutOfHours(when, week)).toBe(isOut));

  test('a night shift belongs to the day it begins on', () => {
    const night: WorkHours = { workDays: ['friday'], workStart: '22:00', workEnd: '06:00' };
    expect([at(27, 23), at(28, 5), at(28, 6), at(28, 23), at(27, 5)].map((when) => isOutOfHours(when, night))).toEqual([false, false, true, true, true]);
  });

  test('no days: always outside; the same time twice: the whole day', () => {
    expect(isOutOfHours(at(23, 12), { ...week, workDays: [] })).toBe(true);
    expect(isOutOfHours(at(23, 3), { ...week, workEnd: '07:00' })).toBe(false);
  });
});
