/** Milliseconds for which nothing may have changed before the buttons work: longer than a click or key already on its way. */
export const armsAfter = 600;

/** Where the buttons are on the screen, in CSS pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A reading of less than this is rounding, not movement. */
const jitter = 2;

export function hasMoved(before: Place, now: Place): boolean {
  return Math.abs(before.x - now.x) > jitter || Math.abs(before.y - now.y) > jitter;
}
