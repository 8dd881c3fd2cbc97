import type { DatabaseSync } from 'node:sqlite';
import type { Approval, ApprovalId, Digest, Result, SignatureShown } from '../preload/contract.ts';
import type { Approvals } from './approvals/approvals.ts';
import type { Proof, Proofs } from './approvals/proofs.ts';
import { steadyClock, type Clock } from './model/clock.ts';
import type { SystemPresence } from './model/presence.ts';
import type { Organization } from './organization.ts';
import { Approvers } from './signatures/approvers.ts';
import { Passcodes } from './signatures/passcodes.ts';
import { ApproverCheck, PresenceCheck, type Signed } from './signatures/signatures.ts';
import { SigningSetUp } from './signatures/signing-set-up.ts';
import { say } from './model/say.ts';
import type { FormatText } from './text/text.ts';

export interface SigningParts {
  readonly database: DatabaseSync;
  readonly clock: Clock;
  readonly approvals: Pick<Approvals, 'openCard'>;
  readonly proofs: Pick<Proofs, 'issue'>;
  readonly organization: Organization;
  readonly system: SystemPresence | null;
  readonly text: FormatText;
}

/** Ties who can sign to what has to be signed: what somebody shows becomes a proof for one card, as it is shown. */
export class Signing {
  readonly setUp: SigningSetUp;
  readonly approvers: Approvers;
  readonly #parts: SigningParts;
  readonly #presence: PresenceCheck;
  readonly #byName: ApproverCheck;

  constructor(parts: SigningParts) {
    const { database, organization, system, text } = parts;
    // Another time on the wall makes no wait shorter.
    const clock = steadyClock(parts.clock);
    this.#parts = parts;
    this.approvers = new Approvers(database, clock, organization.approvers);
    const shared = { passcodes: new Passcodes(database, clock), approvers: this.approvers, system, text, now: () => clock.now() };
    this.#presence = new PresenceCheck(shared);
    this.#byName = new ApproverCheck(shared);
    this.setUp = new SigningSetUp({ ...shared, presence: this.#presence, mayReset: () => organization.mayResetPasscode });
  }

  /** The proof that goes with a yes; undefined where the card needs none, or nothing was shown. */
  async prove(id: ApprovalId, digest: Digest, shown: SignatureShown | undefined): Promise<Result<Proof | undefined>> {
    const open = this.#parts.approvals.openCard(id, digest);
    if (!open.ok) return open;
    if (shown === undefined || open.value.signing === undefined) return { ok: true, value: undefined };
    const signed = await this.#check(open.value, shown);
    return signed.ok ? { ok: true, value: this.#parts.proofs.issue({ id, digest }, signed.value) } : signed;
  }

  /** What the card needs decides who looks at it, not what the call says of itself. */
  #check({ signing }: Approval, shown: SignatureShown): Promise<Result<Signed>> {
    if (signing?.people === 2) return shown.by === 'approver' ? this.#byName.check(shown) : Promise.resolve({ ok: false, problem: say('signing.problem.needsName') });
    return shown.by === 'approver' ? Promise.resolve({ ok: false, problem: say('signing.problem.needsAccount') }) : this.#presence.check(shown);
  }
}
