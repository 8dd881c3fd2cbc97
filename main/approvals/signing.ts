import type { Approval, Digest, Message, Signature } from '../../preload/contract.ts';
import type { SigningNeed } from '../model/signing.ts';
import { say } from '../model/say.ts';
import type { Signer } from './proofs.ts';

type Signing = NonNullable<Approval['signing']>;

/** One more signature; pure. A problem: this person's does not count here. */
export function sign(signing: Signing, { approver, how }: Signer, digest: Digest, at: number): { readonly signing: Signing; readonly isComplete: boolean } | { readonly problem: Message } {
  if (signing.people === 2 && approver === null) return { problem: say('signing.problem.needsName') };
  // What was signed in another form is no signature of this one.
  const before = signing.signed.filter((other) => other.digest === digest);
  if (approver !== null && before.some((other) => other.approver === approver.id)) return { problem: say('signing.problem.samePerson', { name: approver.name }) };
  const signature: Signature = { approver: approver?.id ?? null, name: approver?.name ?? null, groups: [...(approver?.groups ?? [])], how, at, digest };
  const signed = [...before, signature];
  const missing = missingGroups(signing, signed);
  const isLast = signed.length >= signing.people;
  if (isLast && missing.length > 0) return { problem: say('signing.problem.group', { group: missing.join(', ') }) };
  return { signing: { ...signing, signed }, isComplete: isLast };
}

/** Whether the signatures under exactly that digest are all that is needed. */
export function isSigned({ people, groups }: SigningNeed, signed: readonly Signature[], digest: Digest): boolean {
  const valid = signed.filter((signature) => signature.digest === digest);
  const names = new Set(valid.map(({ approver }) => approver));
  return people === 1 ? valid.length > 0 : names.size >= 2 && !names.has(null) && missingGroups({ groups }, valid).length === 0;
}

function missingGroups({ groups }: Pick<SigningNeed, 'groups'>, signed: readonly Pick<Signature, 'groups'>[]): readonly string[] {
  return groups.filter((group) => !signed.some((signature) => signature.groups.includes(group)));
}
