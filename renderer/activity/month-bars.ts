import type { ActivityDay } from '../../preload/contract.ts';

export interface Bar {
  readonly day: string;
  readonly done: Segment;
  readonly stopped: Segment;
  /** Where the mark for questions stands, from the bottom; null on a day without any. */
  readonly asked: number | null;
}

/** From the bottom, in the chart's own units. */
interface Segment {
  readonly from: number;
  readonly size: number;
}

/**
 * Bar sizes for a chart of `height` units: done at the bottom, stopped on top of it, and a mark for how many of them were
 * asked first. A day with a single event still shows.
 */
export function layOutBars(days: readonly ActivityDay[], height: number): readonly Bar[] {
  const most = Math.max(1, ...days.map(({ done, asked, stopped }) => Math.max(done + stopped, asked)));
  const scale = (count: number): number => (count === 0 ? 0 : Math.max(3, (count / most) * height));
  return days.map(({ day, done, asked, stopped }) => {
    const whole = scale(done + stopped);
    const stoppedSize = stopped === 0 ? 0 : done === 0 ? whole : Math.max(2, (whole * stopped) / (done + stopped));
    return {
      day,
      done: { from: 0, size: whole - stoppedSize },
      stopped: { from: whole - stoppedSize, size: stoppedSize },
      asked: asked === 0 ? null : Math.min(scale(asked), height),
    };
  });
}

export function totals(days: readonly ActivityDay[]): { readonly done: number; readonly asked: number; readonly stopped: number } {
  const sum = (pick: (day: ActivityDay) => number): number => days.reduce((total, day) => total + pick(day), 0);
  return { done: sum((day) => day.done), asked: sum((day) => day.asked), stopped: sum((day) => day.stopped) };
}
