import type { SigningNeed } from '../model/signing.ts';

/** What a policy's annotations say of signing; `wrong`: which one cannot be read, and what it should be. */
export type SigningRead = { readonly signing: SigningNeed | null } | { readonly wrong: string };

/** Characters of a group's name. */
const longestGroup = 60;

/**
 * Reads `@requireReauth`, `@requireApprovers("2")` and `@approverGroup("…")`. A value that cannot be read is told: somebody relies on it.
 *
 * @param annotations null for an annotation without a value.
 */
export function readSigning(annotations: ReadonlyMap<string, string | null>, isPermit: boolean): SigningRead {
  const reauth = annotations.has('requireReauth');
  const approvers = annotations.get('requireApprovers');
  const group = annotations.get('approverGroup');
  if (!reauth && approvers === undefined && group === undefined) return { signing: null };
  if (!isPermit) return { wrong: '@requireReauth, @requireApprovers and @approverGroup belong to a permit: a forbid asks nobody' };
  if (approvers !== undefined && approvers?.trim() !== '2') return { wrong: '@requireApprovers should be "2"' };
  if (group === undefined) return { signing: { people: approvers === undefined ? 1 : 2, groups: [] } };
  if (approvers === undefined) return { wrong: '@approverGroup belongs beside @requireApprovers("2")' };
  const name = group?.trim() ?? '';
  if (name === '' || name.length > longestGroup) return { wrong: `@approverGroup should be the name of a group, of at most ${longestGroup} characters` };
  return { signing: { people: 2, groups: [name] } };
}

/** All of it together: the most people, from every group. Null when nothing is needed. */
export function strictest(needs: readonly (SigningNeed | null)[]): SigningNeed | null {
  const given = needs.filter((need) => need !== null);
  if (given.length === 0) return null;
  return { people: given.some(({ people }) => people === 2) ? 2 : 1, groups: [...new Set(given.flatMap(({ groups }) => groups))].sort() };
}
