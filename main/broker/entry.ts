import type { Caller } from './catalog.ts';
import type { RequestId } from './json-rpc.ts';

/** Why someone was turned away at the door. */
export type EntryRefusal =
  | 'wrong_host'
  | 'foreign_origin'
  | 'no_token'
  | 'unknown_token'
  | 'expired_token'
  | 'paused_agent'
  | 'foreign_session'
  | 'unsafe_socket_folder'
  | 'pairing_refused';

/** What a bearer token opens. */
export type TokenCheck =
  | { readonly kind: 'caller'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly why: 'unknown_token' | 'expired_token' | 'paused_agent' };

/** A refusal on its way to a client: an HTTP status with a JSON-RPC error, in words that say what to do. */
export interface Refusal {
  readonly status: number;
  readonly code: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The request that is refused, where it could be read. */
  readonly id?: RequestId;
  /** Set when it is worth a line in the record. */
  readonly why?: EntryRefusal;
}

const tokenHint = 'Get a fresh token with: countersign token --agent ID';

export function tokenRefusal(why: 'no_token' | 'unknown_token' | 'expired_token' | 'paused_agent'): Refusal {
  switch (why) {
    case 'no_token':
      return { status: 401, code: -32001, text: `A bearer token is needed. ${tokenHint}`, headers: { 'www-authenticate': 'Bearer realm="countersign"' }, why };
    case 'unknown_token':
    case 'expired_token': {
      const text = why === 'expired_token' ? 'This token has expired.' : 'This token is not known or was taken back.';
      const challenge = `Bearer realm="countersign", error="invalid_token", error_description="${text}"`;
      return { status: 401, code: -32001, text: `${text} ${tokenHint}`, headers: { 'www-authenticate': challenge }, why };
    }
    case 'paused_agent':
      return { status: 403, code: -32003, text: 'The person has paused this Claw in Countersign. Nothing was done. Wait until they resume it.', why };
  }
}
