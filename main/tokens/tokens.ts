import { hash, randomBytes } from 'node:crypto';
import type { AgentId, ConnectionId } from '../../preload/contract.ts';

/** Milliseconds a token is good for (10 minutes). */
export const tokenLifetime = 10 * 60_000;
/** Tokens one agent may hold; the oldest goes when one more is issued. */
export const tokensPerAgent = 32;

const form = /^cst_[A-Za-z0-9_-]{43}$/;

/** How far a token reaches within what its agent may use. */
export interface TokenScopes {
  /** The connections it is for; null: every one the agent may use. */
  readonly connections: readonly ConnectionId[] | null;
}

export interface IssuedToken {
  /** The only copy. `cst_` and 256 random bits in base64url. */
  readonly token: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

export type TokenAnswer = { readonly agent: AgentId; readonly scopes: TokenScopes } | { readonly refused: 'unknown' | 'expired' };

/** Bearer tokens for this app's own endpoint and for nothing else: they live in this process alone and end with it. */
export interface Tokens {
  issue(agent: AgentId, scopes?: TokenScopes): IssuedToken;
  /** `expired` is said only of a token that this app did issue, for as long as it remembers. */
  check(token: string): TokenAnswer;
  /** Takes back every token of an agent: it was forgotten or paused. */
  revokeAgent(agent: AgentId): void;
  /** Takes back every token there is: everything was paused. */
  revokeAll(): void;
}

export interface TokensParts {
  readonly clock: { now(): number };
  /** That many random bytes; the system's generator unless a test says otherwise. */
  readonly random?: (bytes: number) => Uint8Array;
}

interface Kept {
  readonly agent: AgentId;
  readonly scopes: TokenScopes;
  readonly expiresAt: number;
}

/**
 * Keeps SHA-256 hashes alone. A token is looked up by its hash, so how long a lookup takes tells nothing about any
 * other token.
 */
export function createTokens({ clock, random = randomBytes }: TokensParts): Tokens {
  const kept = new Map<string, Kept>();

  const removeWhere = (matches: (token: Kept) => boolean): void => {
    for (const [hash, token] of kept) if (matches(token)) kept.delete(hash);
  };

  const makeRoom = (agent: AgentId): void => {
    removeWhere((token) => token.expiresAt + tokenLifetime <= clock.now());
    const own = [...kept].filter(([, token]) => token.agent === agent);
    for (const [hash] of own.slice(0, Math.max(0, own.length - tokensPerAgent + 1))) kept.delete(hash);
  };

  return {
    issue(agent, scopes = { connections: null }) {
      makeRoom(agent);
      const token = `cst_${Buffer.from(random(32)).toString('base64url')}`;
      const expiresAt = clock.now() + tokenLifetime;
      kept.set(hashOf(token), { agent, scopes, expiresAt });
      return { token, expiresAt };
    },
    check(token) {
      const found = form.test(token) ? kept.get(hashOf(token)) : undefined;
      if (found === undefined) return { refused: 'unknown' };
      if (clock.now() >= found.expiresAt) return { refused: 'expired' };
      return { agent: found.agent, scopes: found.scopes };
    },
    revokeAgent: (agent) => removeWhere((token) => token.agent === agent),
    revokeAll: () => kept.clear(),
  };
}

function hashOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
