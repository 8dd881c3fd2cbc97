import { randomUUID } from 'node:crypto';
import type { Approver, ApproverId, CallInput, Message, PresenceShown, Result, Signers } from '../../preload/contract.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';
import { mostApprovers } from './approvers.ts';
import { account } from './passcodes.ts';
import { holderOf, type PresenceCheck, type SignatureParts } from './signatures.ts';

export type SigningChange =
  | { readonly kind: 'passcode_set' | 'passcode_changed' | 'passcode_reset' }
  | { readonly kind: 'approver_added' | 'approver_removed'; readonly approver: Approver };

export interface SetUpParts extends SignatureParts {
  readonly presence: PresenceCheck;
  /** False where the organization forbids to start over without the passcode. */
  readonly mayReset: () => boolean;
}

type Failed = Extract<Result<never>, { readonly ok: false }>;

/** Characters. */
const shortestPasscode = 6;
const done: Result<null> = { ok: true, value: null };
/** How long a passcode that took the place of a forgotten one does not count: who finds the computer unlocked gains nothing. */
const resetWaitMs = 24 * 3_600_000;

/** Sets up who can sign on this computer, and how. */
export class SigningSetUp {
  readonly #parts: SetUpParts;
  readonly #changed = new Emitter<SigningChange>();

  constructor(parts: SetUpParts) {
    this.#parts = parts;
  }

  view(): Signers {
    const { approvers, passcodes, presence, mayReset } = this.#parts;
    return {
      hasTouchId: presence.isSystemReady,
      hasPasscode: passcodes.has(account),
      shortestPasscode,
      waitsUntil: passcodes.waitsUntil(account),
      mayReset: mayReset(),
      areManaged: approvers.isManaged,
      approvers: approvers.list().map((approver) => ({ ...approver, hasPasscode: passcodes.has(holderOf(approver.id)) })),
    };
  }

  /** Changing it takes the old one. Where there is none the system has to prove who sets it, if it can. */
  async setPasscode({ current, next }: CallInput<'setPasscode'>): Promise<Result<null>> {
    const { passcodes, presence } = this.#parts;
    if (isTooShort(next)) return tooShort;
    const isChange = passcodes.has(account);
    if (isChange && current?.by !== 'passcode') return failed('signing.problem.needsOld');
    if (isChange || presence.isSystemReady) {
      const proven = await presence.check(current ?? { by: 'system' });
      if (!proven.ok) return proven;
    }
    // Somebody else may have been faster: theirs is the one that counts.
    if (passcodes.has(account) !== isChange) return failed('signing.problem.needsOld');
    await passcodes.set(account, next);
    this.#changed.emit({ kind: isChange ? 'passcode_changed' : 'passcode_set' });
    return done;
  }

  async resetPasscode(): Promise<Result<null>> {
    const { passcodes, presence, mayReset, now } = this.#parts;
    if (!mayReset()) return failed('signing.problem.resetForbidden');
    if (!passcodes.has(account)) return failed('signing.problem.noPasscode');
    if (presence.isSystemReady) {
      const proven = await presence.check({ by: 'system' });
      if (!proven.ok) return proven;
    } else {
      passcodes.holdBack(account, now() + resetWaitMs);
    }
    passcodes.remove(account);
    this.#changed.emit({ kind: 'passcode_reset' });
    return done;
  }

  async addApprover({ presence: shown, approver: id, name, passcode }: CallInput<'addApprover'>): Promise<Result<null>> {
    const { approvers, passcodes } = this.#parts;
    const problem = this.#cannotAdd(id, name);
    if (problem !== null) return { ok: false, problem };
    if (isTooShort(passcode)) return tooShort;
    if (shown.by === 'passcode' && shown.passcode === passcode) return failed('signing.problem.sameAsYours');
    const proven = await this.#prove(shown);
    if (!proven.ok) return proven;
    // The passcode first: nobody is on the list without one, also after a stop in between.
    const fresh = randomUUID();
    await passcodes.set(holderOf(id ?? fresh), passcode);
    const later = this.#cannotAdd(id, name, true);
    if (later !== null) {
      passcodes.remove(holderOf(id ?? fresh));
      return { ok: false, problem: later };
    }
    const approver = id === null ? approvers.add(fresh, name) : approvers.find(id);
    if (approver !== undefined) this.#changed.emit({ kind: 'approver_added', approver });
    return done;
  }

  async removeApprover({ presence: shown, approver: id }: CallInput<'removeApprover'>): Promise<Result<null>> {
    const proven = await this.#prove(shown);
    if (!proven.ok) return proven;
    const { approvers, passcodes } = this.#parts;
    const approver = approvers.find(id);
    if (approver === undefined) return failed('signing.problem.approverGone');
    passcodes.remove(holderOf(id));
    approvers.remove(id);
    this.#changed.emit({ kind: 'approver_removed', approver });
    return done;
  }

  onChange(listener: (change: SigningChange) => void): Dispose {
    return this.#changed.on(listener);
  }

  #prove(shown: PresenceShown): Promise<Result<unknown>> | Failed {
    return this.#parts.presence.isSetUp ? this.#parts.presence.check(shown) : failed('signing.problem.noPasscode');
  }

  /** `isKept`: the passcode of the one who is being added is there already. */
  #cannotAdd(id: ApproverId | null, name: string, isKept = false): Message | null {
    const { approvers, passcodes } = this.#parts;
    if (id !== null) {
      if (approvers.find(id) === undefined) return say('signing.problem.approverGone');
      return passcodes.has(holderOf(id)) && !isKept ? say('signing.problem.hasPasscode') : null;
    }
    if (approvers.isManaged) return say('signing.problem.managed');
    if (name === '') return say('signing.problem.name');
    if (approvers.isTaken(name)) return say('signing.problem.nameTaken', { name });
    return approvers.list().length >= mostApprovers ? say('signing.problem.tooMany', { most: mostApprovers }) : null;
  }
}

function isTooShort(passcode: string): boolean {
  return Array.from(passcode).length < shortestPasscode;
}

function failed(problem: string, values: Record<string, string | number> = {}): Failed {
  return { ok: false, problem: say(problem, values) };
}

const tooShort = failed('signing.problem.tooShort', { least: shortestPasscode });
