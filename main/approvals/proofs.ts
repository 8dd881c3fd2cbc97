import type { Approver, ApprovalId, Digest } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';

/** Who signs: one of the approvers, by name; or whoever this account belongs to. */
export interface Signer {
  readonly approver: Pick<Approver, 'id' | 'name' | 'groups'> | null;
  readonly how: 'passcode' | 'touch_id';
}

/** What stands for somebody's presence at one card. It holds nothing: what it is worth, only `Proofs` knows. */
export interface Proof {
  readonly kind: 'proof';
}

export interface ProofOf {
  readonly id: ApprovalId;
  readonly digest: Digest;
}

interface Issued extends ProofOf {
  readonly signer: Signer;
  readonly until: number;
}

/** Milliseconds a proof may be used: it is given on to the card at once. */
const lifetimeMs = 10_000;

/** Proofs that somebody was there, each for one card as it is shown, for a moment, and for one use. Made in main alone; no call can carry one. */
export class Proofs {
  readonly #clock: Clock;
  readonly #issued = new WeakMap<Proof, Issued>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue({ id, digest }: ProofOf, signer: Signer): Proof {
    const proof: Proof = Object.freeze({ kind: 'proof' });
    this.#issued.set(proof, { id, digest, signer, until: this.#clock.now() + lifetimeMs });
    return proof;
  }

  /** Who it stands for; undefined for another card, another digest, too late, or the second time. */
  take(proof: Proof, { id, digest }: ProofOf): Signer | undefined {
    const issued = this.#issued.get(proof);
    this.#issued.delete(proof);
    const isFor = issued?.id === id && issued.digest === digest && this.#clock.now() < issued.until;
    return isFor ? issued.signer : undefined;
  }
}
