/** Objects and arrays within each other that a request may have; more is refused. */
export const depthLimit = 64;

/** Whether a value has objects and arrays within each other more than `limit` deep. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return limit === 0 || Object.values(value).some((inner) => isDeeperThan(inner, limit - 1));
}
