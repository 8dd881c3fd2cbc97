import type { Message } from '../../preload/contract.ts';

export type CredentialKind = 'password' | 'oauth' | 'token';

export interface NewCredential {
  readonly id: string;
  /** The one place it may be sent to, compared as it is written: `https://crm.example`, `imaps://mail.example:993`. */
  readonly origin: string;
  readonly value: string;
  readonly kind: CredentialKind;
  /** The parts of the value that must never be seen. Default: the value as a whole. */
  readonly secrets?: readonly string[];
}

export type CredentialProblem = 'missing' | 'wrong_origin' | 'keychain' | 'damaged';

export type CredentialResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: CredentialProblem; readonly problem: Message };

export interface CredentialState {
  readonly kept: 'keychain' | 'session' | 'missing';
  /** When it was put; 0 when there is none. */
  readonly since: number;
  /** Set when the keychain could not be asked; `kept` is then what was last known. */
  readonly problem: Message | null;
}
