import { useCallback, useState } from 'react';
import type { Approval, ApproverId, SignatureShown, Signers } from '../../preload/contract.ts';
import { useSnapshot } from '../app/store.ts';
import { presenceFrom } from '../signing/presence-field.tsx';

type Entry = Signers['approvers'][number];

/** What a card that has to be signed asks for beside its button. */
export type SigningState =
  | { readonly kind: 'none' }
  /** Nobody can sign yet: one thing has to be set up first. */
  | { readonly kind: 'needsPasscode' }
  | { readonly kind: 'needsApprovers'; readonly ready: number; readonly groups: readonly string[] }
  | { readonly kind: 'presence'; readonly hasTouchId: boolean; readonly hasPasscode: boolean }
  | { readonly kind: 'names'; readonly choices: readonly Entry[]; readonly first: { readonly name: string; readonly at: number } | null; readonly groups: readonly string[] };

/** What main needs to know is looked at again there; this is what can be shown. */
export function signingState({ signing }: Pick<Approval, 'signing'>, signers: Signers): SigningState {
  if (signing === undefined) return { kind: 'none' };
  const { hasTouchId, hasPasscode } = signers;
  if (signing.people === 1) return hasTouchId || hasPasscode ? { kind: 'presence', hasTouchId, hasPasscode } : { kind: 'needsPasscode' };
  const ready = signers.approvers.filter((approver) => approver.hasPasscode);
  const missing = signing.groups.filter((group) => !signing.signed.some((signature) => signature.groups.includes(group)));
  const first = signing.signed[0];
  const others = ready.filter(({ id }) => id !== first?.approver);
  // The last one has to be of every group that the first is not of.
  const choices = first === undefined ? ready : others.filter(({ groups }) => missing.every((group) => groups.includes(group)));
  const isPossible = first === undefined ? ready.length >= 2 && missing.every((group) => ready.some(({ groups }) => groups.includes(group))) : choices.length > 0;
  if (!isPossible) return { kind: 'needsApprovers', ready: ready.length, groups: missing };
  return { kind: 'names', choices, first: first === undefined ? null : { name: first.name ?? '', at: first.at }, groups: missing };
}

export interface CardSigning {
  readonly state: SigningState;
  /** Null: nothing that could be given on; with `none` nothing has to be. */
  readonly shown: SignatureShown | null;
  readonly passcode: string;
  readonly approver: ApproverId | null;
  /** How often it was not right; each time the field takes the keyboard. */
  readonly wrongTries: number;
  readonly setPasscode: (passcode: string) => void;
  readonly setApprover: (approver: ApproverId | null) => void;
  /** It was not right: what was typed goes. */
  readonly startOver: () => void;
}

export function useSigning(approval: Approval): CardSigning {
  const signers = useSnapshot((snapshot) => snapshot.signers);
  const [passcode, setPasscode] = useState('');
  const [approver, setApprover] = useState<ApproverId | null>(null);
  const [wrongTries, setWrongTries] = useState(0);
  const state = signingState(approval, signers);
  const startOver = useCallback(() => {
    setPasscode('');
    setWrongTries((count) => count + 1);
  }, []);
  const shown = ((): SignatureShown | null => {
    if (state.kind === 'presence') return presenceFrom(state, passcode);
    return state.kind === 'names' && approver !== null && passcode !== '' ? { by: 'approver', approver, passcode } : null;
  })();
  return { state, shown, passcode, approver, wrongTries, setPasscode, setApprover, startOver };
}
