import type { ConnectionId, Effect } from '../../preload/contract.ts';

export interface ConnectionReach {
  readonly connection: ConnectionId;
  /** Whether what only reads is within it. */
  readonly mayRead: boolean;
  /** Whether everything else is: what sends, pays, changes, deletes, and what nobody knows the effect of. */
  readonly mayAct: boolean;
}

/** How far a token reaches within what its agent may use: these connections alone, by id; null: all of it. */
export type Reach = readonly ConnectionReach[] | null;

export function reachesConnection(reach: Reach, connection: ConnectionId): boolean {
  return reach === null || reach.some((one) => one.connection === connection);
}

export function reachesEffect(reach: Reach, connection: ConnectionId, effect: Effect): boolean {
  return reach === null || reach.some((one) => one.connection === connection && (effect === 'read' ? one.mayRead : one.mayAct));
}

/** Whether all that the first reaches is within the second. */
export function isWithin(narrow: Reach, wide: Reach): boolean {
  if (wide === null) return true;
  if (narrow === null) return false;
  return narrow.every(({ connection, mayRead, mayAct }) => (!mayRead || reachesEffect(wide, connection, 'read')) && (!mayAct || reachesEffect(wide, connection, 'unknown')));
}

export function isSameReach(one: Reach, other: Reach): boolean {
  return isWithin(one, other) && isWithin(other, one);
}

/** What of it lies within one connection. */
export function within(reach: Reach, connection: ConnectionId): Reach {
  return reach === null ? [{ connection, mayRead: true, mayAct: true }] : reach.filter((one) => one.connection === connection);
}

/** The same reach as a short text, the same one for the same reach. */
export function reachKey(reach: Reach): string {
  return reach === null ? '*' : reach.map(({ connection, mayRead, mayAct }) => `${connection}:${mayRead ? 'r' : ''}${mayAct ? 'a' : ''}`).sort().join(' ');
}
