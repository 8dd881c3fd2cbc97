import type { Settings } from '../../preload/contract.ts';

export type WorkHours = Pick<Settings, 'workDays' | 'workStart' | 'workEnd'>;

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/**
 * Whether an instant lies outside of working hours, by this computer's own time zone. An end that is not after the start is
 * meant on the next day (a night shift, which belongs to the day it begins on); with both the same, the whole day is working time.
 *
 * @param at milliseconds since the Unix epoch.
 */
export function isOutOfHours(at: number, { workDays, workStart, workEnd }: WorkHours): boolean {
  const date = new Date(at);
  const now = date.getHours() * 60 + date.getMinutes();
  const [start, end] = [minutesOf(workStart), minutesOf(workEnd)];
  const isWorkday = (daysBack: number): boolean => workDays.includes(days[(date.getDay() - daysBack + 7) % 7] ?? 'sunday');
  if (start === end) return !isWorkday(0);
  if (start < end) return !(isWorkday(0) && now >= start && now < end);
  return !((isWorkday(0) && now >= start) || (isWorkday(1) && now < end));
}

/** Of a time as `07:30`. */
function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}
