import type { AgentId } from '../../preload/contract.ts';

/** What was refused at the authorization server and is worth a line in the record. Never a token, never a code. */
export type TokenRefusal =
  | 'reused_refresh_token'
  | 'reused_code'
  | 'wider_scope'
  | 'foreign_audience'
  | 'wrong_verifier'
  | 'foreign_client'
  | 'expired_refresh_token'
  | 'unknown_refresh_token'
  | 'paused_agent'
  | 'bad_proof'
  | 'reused_proof';

export interface TokenEvent {
  readonly why: TokenRefusal;
  /** Null where nobody is known by it. */
  readonly agent: AgentId | null;
  /** Everything that came of the sign-in was taken back: somebody else may hold it. */
  readonly isSignedOut: boolean;
}
