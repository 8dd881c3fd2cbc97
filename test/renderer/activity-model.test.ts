import { describe, expect, test } from 'vitest';
import { actionId, type ActivityEntry, type ActivityPage, type Progress } from '../../preload/contract.ts';
import { everything, isEverything, toFilter } from '../../renderer/activity/filter.ts';
import { groupByDay, startOfDay } from '../../renderer/activity/group-days.ts';
import { appendPage, mergeFirstPage, openBelow, replaceEntries } from '../../renderer/activity/merge.ts';
import { layOutBars } from '../../renderer/activity/month-bars.ts';

function entry(number: number, at = 1000 - number, progress: Progress = 'done'): ActivityEntry {
  return {
    action: actionId.parse(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`),
    at,
    agent: null,
    connection: null,
    effect: 'read',
    sentence: { id: 'x', values: {} },
    details: [],
    progress,
  };
}

function page(numbers: readonly number[], next: string | null): ActivityPage {
  return { entries: numbers.map((number) => entry(number)), next };
}

const numbersOf = ({ entries }: { readonly entries: readonly ActivityEntry[] }): readonly number[] => entries.map(({ action }) => Number(action.slice(-12)));

describe('grouping by day', () => {
  const now = new Date(2026, 2, 30, 9).getTime();

  test('names today and yesterday, and dates the rest, in the order given', () => {
    const groups = groupByDay([entry(1, now), entry(2, startOfDay(now)), entry(3, startOfDay(now) - 1), entry(4, new Date(2026, 2, 3, 12).getTime())], now);
    expect(groups.map(({ name, entries }) => [name, entries.length])).toEqual([
      ['today', 2],
      ['yesterday', 1],
      ['date', 1],
    ]);
  });

  test('counts days by the calendar across a change of the clocks', () => {
    expect(startOfDay(now, -1)).toBe(new Date(2026, 2, 29).getTime());
    expect(startOfDay(now, -29)).toBe(new Date(2026, 2, 1).getTime());
  });
});

describe('the filter for a choice', () => {
  const now = new Date(2026, 10, 22, 9).getTime();

  test('everything asks for everything', () => {
    expect(toFilter(everything, now)).toEqual({ text: '', agent: null, connection: null, progress: null, from: null, to: null });
    expect(isEverything(everything)).toBe(true);
    expect(isEverything({ ...everything, text: '  ' })).toBe(true);
    expect(isEverything({ ...everything, progress: 'denied' })).toBe(false);
  });

  test('the last chosen day is included to its last millisecond', () => {
    const filter = toFilter({ ...everything, period: { kind: 'dates', from: '2026-11-01', to: '2026-11-02' } }, now);
    expect(filter.from).toBe(new Date(2026, 10, 1).getTime());
    expect(filter.to).toBe(new Date(2026, 10, 3).getTime() - 1);
  });

  test('an end that is not chosen, or half typed, stays open', () => {
    const filter = toFilter({ ...everything, period: { kind: 'dates', from: '2026-1', to: '' } }, now);
    expect([filter.from, filter.to]).toEqual([null, null]);
  });

  test('seven days include today', () => {
    expect(toFilter({ ...everything, period: { kind: 'week' } }, now).from).toBe(new Date(2026, 10, 16).getTime());
  });

  test('text is trimmed and never longer than the contract takes', () => {
    expect(toFilter({ ...everything, text: ` ${'a'.repeat(300)} ` }, now).text).toHaveLength(200);
  });
});

describe('keeping a list current', () => {
  const loaded = { entries: [5, 4, 3, 2].map((number) => entry(number)), next: 'after-2' };

  test('a further page is added without repeating an entry', () => {
    const more = appendPage(loaded, page([2, 1], null));
    expect(numbersOf(more)).toEqual([5, 4, 3, 2, 1]);
    expect(more.next).toBeNull();
  });

  test('new entries come in front; what was loaded further down stays, with its own continuation', () => {
    const merged = mergeFirstPage(loaded, page([7, 6, 5, 4], 'after-4'));
    expect(numbersOf(merged)).toEqual([7, 6, 5, 4, 3, 2]);
    expect(merged.next).toBe('after-2');
  });

  test('a known entry takes its new state', () => {
    const merged = mergeFirstPage(loaded, { entries: [entry(5, 0, 'denied'), entry(4)], next: 'after-4' });
    expect(merged.entries[0]?.progress).toBe('denied');
  });

  test('when more came than a page holds, the fresh page starts the list anew, so that no entry is silently missing', () => {
    const merged = mergeFirstPage(loaded, page([20, 19], 'after-19'));
    expect(numbersOf(merged)).toEqual([20, 19]);
    expect(merged.next).toBe('after-19');
  });

  test('a page that ends the record is the whole list', () => {
    expect(numbersOf(mergeFirstPage(loaded, page([6], null)))).toEqual([6]);
  });

  test('open entries below the first page are found, and replaced in place', () => {
    const withOpen = { entries: [entry(3), entry(2, 0, 'waiting'), entry(1, 0, 'done')], next: null };
    expect(numbersOf({ entries: openBelow(withOpen, page([3], 'after-3')) })).toEqual([2]);
    const settled = replaceEntries(withOpen, [entry(2, 0, 'timed_out')]);
    expect(settled.entries.map(({ progress }) => progress)).toEqual(['done', 'timed_out', 'done']);
  });
});

describe('the chart', () => {
  test('the busiest day fills the height, a single event still shows, a quiet day has nothing', () => {
    const [busy, single, quiet] = layOutBars(
      [
        { day: '2026-11-01', done: 90, asked: 4, stopped: 10 },
        { day: '2026-11-02', done: 0, asked: 0, stopped: 1 },
        { day: '2026-11-03', done: 0, asked: 0, stopped: 0 },
      ],
      50,
    );
    expect((busy?.done.size ?? 0) + (busy?.stopped.size ?? 0)).toBe(50);
    expect(single?.stopped.size).toBeGreaterThanOrEqual(3);
    expect(quiet).toEqual({ day: '2026-11-03', done: { from: 0, size: 0 }, stopped: { from: 0, size: 0 }, asked: null });
  });
});
