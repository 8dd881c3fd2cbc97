import type { DaySpan } from './reader.ts';

/** The last `days` calendar days in this process's time zone, oldest first; each as long as it is (clocks go forward and back). */
export function lastDays(days: number, now: number): DaySpan[] {
  const today = new Date(now);
  const start = (daysAgo: number): Date => new Date(today.getFullYear(), today.getMonth(), today.getDate() - daysAgo);
  return Array.from({ length: days }, (_, index) => {
    const daysAgo = days - 1 - index;
    const from = start(daysAgo);
    return { day: dayName(from), from: from.getTime(), to: start(daysAgo - 1).getTime() };
  });
}

function dayName(date: Date): string {
  return `${String(date.getFullYear()).padStart(4, '0')}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
