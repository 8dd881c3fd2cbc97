import type { Approval, ApprovalId } from '../../preload/contract.ts';

/** What is shown in one place: a question, or several that may be answered together. */
export type Pile = { readonly kind: 'one'; readonly approval: Approval } | { readonly kind: 'stack'; readonly approvals: readonly [Approval, Approval, ...Approval[]] };

/** Waiting questions, those of one stack at the place of the oldest of them. A card that was taken off (`alone`) stands by itself. */
export function pileUp(waiting: readonly Approval[], alone: ApprovalId | null = null): readonly Pile[] {
  const byKey = new Map<string, Approval[]>();
  const piles: { readonly members: Approval[] }[] = [];
  for (const approval of waiting) {
    const key = approval.id === alone ? undefined : approval.stack?.key;
    const members = key === undefined ? undefined : byKey.get(key);
    if (members !== undefined) {
      members.push(approval);
      continue;
    }
    const fresh = [approval];
    if (key !== undefined) byKey.set(key, fresh);
    piles.push({ members: fresh });
  }
  return piles.flatMap(({ members: [first, second, ...others] }): Pile[] => {
    if (first === undefined) return [];
    return [second === undefined ? { kind: 'one', approval: first } : { kind: 'stack', approvals: [first, second, ...others] }];
  });
}

/** Whether that question lies in that pile. */
export function holds(pile: Pile, id: ApprovalId | null): boolean {
  return pile.kind === 'one' ? pile.approval.id === id : pile.approvals.some((approval) => approval.id === id);
}

/** What stays the same while cards join a pile and leave it. */
export function pileKey(pile: Pile): string {
  return pile.kind === 'one' ? pile.approval.id : (pile.approvals[0].stack?.key ?? pile.approvals[0].id);
}
