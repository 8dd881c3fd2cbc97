import type { Caller } from './catalog.ts';
import type { RequestId } from './json-rpc.ts';

/** Why someone was turned away at the door. */
export type EntryRefusal =
  | 'wrong_host'
  | 'foreign_origin'
  | 'no_token'
  | 'unknown_token'
  | 'expired_token'
  | 'taken_back_token'
  | 'foreign_audience'
  | 'insufficient_scope'
  | 'missing_proof'
  | 'bad_proof'
  | 'reused_proof'
  | 'paused_agent'
  | 'all_paused'
  | 'foreign_session'
  | 'unsafe_socket_folder'
  | 'pairing_refused';

/** What a bearer token opens. */
export type TokenCheck =
  | { readonly kind: 'caller'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly why: TokenRefusal };

export type TokenRefusal = Exclude<EntryRefusal, 'wrong_host' | 'foreign_origin' | 'no_token' | 'insufficient_scope' | 'foreign_session' | 'unsafe_socket_folder' | 'pairing_refused'>;

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

const tokenHint = 'Sign in (see resource_metadata in WWW-Authenticate), or get a token with: countersign token --agent ID';

/** What is said with 401: what is wrong with the token. Without quotes, as it goes into a header. */
const wrongToken: { readonly [W in Exclude<TokenRefusal, 'paused_agent' | 'all_paused'>]: string } = {
  unknown_token: 'This token is not known or was taken back.',
  expired_token: 'This token has expired.',
  taken_back_token: 'This token was taken back: what the Claw may do has changed, or it was paused or signed out.',
  foreign_audience: 'This token is for another address of Countersign.',
  missing_proof: 'This token is bound to a key, and the proof of it is missing.',
  bad_proof: 'The proof of the token’s key does not fit this request.',
  reused_proof: 'The proof of the token’s key was used before.',
};

/** Where a client learns how to sign in, and the algorithms a proof of possession may have. */
export interface Challenge {
  readonly resourceMetadata: string;
  readonly proofAlgorithms: readonly string[];
}

export function tokenRefusal(why: 'no_token' | TokenRefusal, challenge: Challenge): Refusal {
  switch (why) {
    case 'paused_agent':
      return { status: 403, code: -32003, text: 'The person has paused this Claw in Countersign. Nothing was done. Wait until they resume it.', why };
    case 'all_paused':
      return { status: 403, code: -32003, text: 'The person has paused all Claws in Countersign. Nothing was done. Wait until they resume; do not look for another way.', why };
    case 'no_token':
      return { status: 401, code: -32001, text: `A bearer token is needed. ${tokenHint}`, headers: challenges(challenge), why };
    case 'bad_proof':
    case 'reused_proof':
      return wrong(why, 'invalid_dpop_proof', challenge);
    case 'unknown_token':
    case 'expired_token':
    case 'taken_back_token':
    case 'foreign_audience':
    case 'missing_proof':
      return wrong(why, 'invalid_token', challenge);
  }
}

function wrong(why: keyof typeof wrongToken, error: string, challenge: Challenge): Refusal {
  return { status: 401, code: -32001, text: `${wrongToken[why]} ${tokenHint}`, headers: challenges(challenge, error, wrongToken[why].replaceAll('’', "'")), why };
}

/** The token is good and does not reach this connection (RFC 6750, section 3.1): a client may ask the person for more. */
export function scopeRefusal(scope: string, { resourceMetadata }: Challenge): Refusal {
  const header = `Bearer realm="countersign", error="insufficient_scope", scope="${scope}", resource_metadata="${resourceMetadata}"`;
  return { status: 403, code: -32003, text: 'This token does not reach that connection. Nothing was done. Sign in again for the scope that WWW-Authenticate names.', headers: { 'www-authenticate': header }, why: 'insufficient_scope' };
}

/** Bearer first: some clients read the first challenge alone (RFC 9728, section 5.1; RFC 9449, section 7.1). */
function challenges({ resourceMetadata, proofAlgorithms }: Challenge, error?: string, description?: string): Readonly<Record<string, string>> {
  const told = error === undefined ? '' : `, error="${error}", error_description="${description ?? ''}"`;
  return { 'www-authenticate': `Bearer realm="countersign"${told}, resource_metadata="${resourceMetadata}", DPoP algs="${proofAlgorithms.join(' ')}"` };
}
