import type { Approver, Message, PresenceShown, Result, SignatureShown as Shown } from '../../preload/contract.ts';
import type { SystemPresence } from '../model/presence.ts';
import { say } from '../model/say.ts';
import type { Approvers } from './approvers.ts';
import { account, type Holder, type PasscodeCheck, type Passcodes } from './passcodes.ts';

/** Who signs, and how they showed it. */
export interface Signed {
  readonly approver: Approver | null;
  readonly how: 'passcode' | 'touch_id';
}

/**
 * Finds out whether somebody is who they say. Passkeys, or an answer from another computer, are other ways to do the same: they
 * look at what was shown and say who it is, or what is wrong.
 */
export interface SignatureCheck<Proven, Given> {
  check(shown: Given): Promise<Result<Proven>>;
}

type Failed = Extract<Result<never>, { readonly ok: false }>;

export interface SignatureParts {
  readonly passcodes: Passcodes;
  readonly approvers: Approvers;
  /** Absent where the system has none. */
  readonly system: SystemPresence | null;
  readonly text: (message: Message) => string;
  readonly now: () => number;
}

/** The person of this account proves that they are there: through the system, or with the account's passcode. */
export class PresenceCheck implements SignatureCheck<Signed, PresenceShown> {
  readonly #parts: SignatureParts;

  constructor(parts: SignatureParts) {
    this.#parts = parts;
  }

  /** Whether there is any way. */
  get isSetUp(): boolean {
    return this.#parts.passcodes.has(account) || this.isSystemReady;
  }

  get isSystemReady(): boolean {
    return this.#parts.system?.isReady() === true;
  }

  async check(shown: PresenceShown): Promise<Result<Signed>> {
    const { passcodes, system, text, now } = this.#parts;
    if (shown.by === 'system') {
      if (system === null || !system.isReady()) return failed('signing.problem.noSystem');
      return (await system.prove(text(say('signing.touchId.reason')))) ? signed(null, system.how) : failed('signing.problem.system');
    }
    if (!passcodes.has(account)) return failed('signing.problem.noPasscode');
    const checked = await passcodes.check(account, shown.passcode);
    return checked.kind === 'right' ? signed(null, 'passcode') : wrong(checked, 'passcode', now());
  }
}

/** An approver signs with their name and their own passcode. A name nobody has takes as long, and is told the same. */
export class ApproverCheck implements SignatureCheck<Signed, Extract<Shown, { readonly by: 'approver' }>> {
  readonly #parts: SignatureParts;

  constructor(parts: SignatureParts) {
    this.#parts = parts;
  }

  async check({ approver: id, passcode }: Extract<Shown, { readonly by: 'approver' }>): Promise<Result<Signed>> {
    const { passcodes, approvers, now } = this.#parts;
    const approver = approvers.find(id);
    const checked = await passcodes.check(approver === undefined ? null : holderOf(approver.id), passcode);
    // Taken from the directory only now: whoever was removed meanwhile signs nothing.
    const known = approvers.find(id);
    return checked.kind === 'right' && known !== undefined ? signed(known, 'passcode') : wrong(checked, 'approver', now());
  }
}

/** An approver's passcode is kept apart from the account's, whatever their id is. */
export function holderOf(id: string): Holder {
  return `approver:${id}`;
}

function signed(approver: Signed['approver'], how: Signed['how']): Result<Signed> {
  return { ok: true, value: { approver, how } };
}

function failed(problem: string, values: Record<string, string | number> = {}): Failed {
  return { ok: false, problem: say(problem, values) };
}

/** How a passcode that was not right is told: with the tries that are left, or how long to wait. */
function wrong(checked: PasscodeCheck, what: 'passcode' | 'approver', now: number): Failed {
  if (checked.kind === 'wait') return failed('signing.problem.wait', { minutes: Math.max(1, Math.ceil((checked.until - now) / 60_000)) });
  return failed('signing.problem.wrong', { what, left: checked.kind === 'wrong' ? checked.triesLeft : 0 });
}
