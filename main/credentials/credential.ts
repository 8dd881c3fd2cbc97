import type { Message } from '../../preload/contract.ts';

export type CredentialKind = 'password' | 'oauth' | 'token';

export interface NewCredential {
  readonly id: string;
  /** The one place it may be sent to, compared as it is written: `https://crm.example`, `imaps://mail.example:993`. */
  readonly origin: string;
  readonly value: string;
  readonly kind: CredentialKind;
  /** The secrets within the value, where it is more than one (tokens in JSON): each is scrubbed for itself. */
  readonly secrets?: readonly string[];
}

/** `keychain`: it does not answer. `locked`: a person can unlock it. */
export type CredentialProblem = 'missing' | 'wrong_origin' | 'keychain' | 'locked' | 'damaged';

export type CredentialResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: CredentialProblem; readonly problem: Message };

export interface LastUse {
  readonly at: number;
  /** Who it was used for; null: this app itself, to check a sign-in or to renew it. */
  readonly by: string | null;
}

export interface CredentialState {
  /** `missing` also when what was kept cannot be opened any more: only a fresh sign-in helps. */
  readonly kept: 'keychain' | 'session' | 'locked' | 'missing';
  /** When it was put; 0 when there is none. */
  readonly since: number;
  readonly lastUse: LastUse | null;
  /** Set when the keychain could not be asked, or what was kept cannot be opened. */
  readonly problem: Message | null;
}
