import type { Message } from '../../preload/contract.ts';
import type { Upstream } from '../model/upstream.ts';

export type SignInCheck = { readonly ok: true } | { readonly ok: false; readonly problem: Message };

/** A built-in upstream: our own code that speaks to a service with the person's sign-in. */
export interface Connector extends Upstream {
  /** Signs in to everything the connector needs, and out again. Changes nothing. */
  checkSignIn(): Promise<SignInCheck>;
}
