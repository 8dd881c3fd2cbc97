/**
 * What a yes takes beside the button. One person: they prove that they are there. Two: both sign by their names, each with a
 * passcode of their own, which proves as much.
 */
export interface SigningNeed {
  readonly people: 1 | 2;
  /** One of the two has to be of each of these groups; empty for one person. */
  readonly groups: readonly string[];
}

/** Whether what was asked for is at least what is needed now. */
export function covers(asked: SigningNeed | null, needed: SigningNeed | null): boolean {
  if (needed === null) return true;
  return asked !== null && asked.people >= needed.people && needed.groups.every((group) => asked.groups.includes(group));
}
