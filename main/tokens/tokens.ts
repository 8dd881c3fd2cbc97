import { hash, randomBytes } from 'node:crypto';
import type { AgentId, ConnectionId } from '../../preload/contract.ts';
import type { Reach } from '../model/reach.ts';

/** Milliseconds a token is good for (10 minutes). */
export const tokenLifetime = 10 * 60_000;
/** Tokens one agent may hold; the oldest goes when one more is issued. */
export const tokensPerAgent = 32;

const form = /^cst_[A-Za-z0-9_-]{43}$/;

/** What a token opens. */
export interface TokenGrant {
  readonly agent: AgentId;
  readonly reach: Reach;
  /** The one connection whose address it is for (RFC 8707); null: every address of the endpoint. */
  readonly audience: ConnectionId | null;
  /** The sign-in it came of; null: of `countersign token`. What came of one sign-in ends together. */
  readonly family: string | null;
  /** The client that signed in. */
  readonly client: string | null;
  /** The thumbprint (RFC 7638) of the key whose proof has to come with it (RFC 9449); null: it opens by itself. */
  readonly boundTo: string | null;
}

export interface IssuedToken {
  /** The only copy. `cst_` and 256 random bits in base64url. */
  readonly token: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

/** Why a token was taken back before its time. */
export type TakenBack = 'paused' | 'locked' | 'rules_changed' | 'signed_out';

export type TokenAnswer =
  | (TokenGrant & { readonly expiresAt: number })
  | { readonly refused: 'unknown' | 'expired' }
  | { readonly refused: 'taken_back'; readonly why: TakenBack; readonly agent: AgentId };

export type Issue = Partial<Omit<TokenGrant, 'agent'>> & {
  /** It does not outlive the token that it was exchanged for. Milliseconds since the Unix epoch. */
  readonly notAfter?: number;
};

/** Bearer tokens for this app's own endpoint and for nothing else: they live in this process alone and end with it. */
export interface Tokens {
  issue(agent: AgentId, more?: Issue): IssuedToken;
  /** `expired` and `taken_back` are said only of a token that this app did issue, for as long as it remembers. */
  check(token: string): TokenAnswer;
  revoke(token: string): void;
  /** Takes back what came of one sign-in. */
  revokeFamily(family: string): void;
  /** Takes back every token of an agent; null: it was forgotten, and nothing is remembered of it. */
  revokeAgent(agent: AgentId, why: TakenBack | null): void;
  /** Takes back every token there is. */
  revokeAll(why: TakenBack): void;
}

export interface TokensParts {
  readonly clock: { now(): number };
  /** That many random bytes; the system's generator unless a test says otherwise. */
  readonly random?: (bytes: number) => Uint8Array;
}

interface Kept {
  readonly grant: TokenGrant;
  readonly expiresAt: number;
  takenBack: TakenBack | null;
}

/**
 * Keeps SHA-256 hashes alone. A token is looked up by its hash, so how long a lookup takes tells nothing about any
 * other token, and how many there are makes none slower.
 */
export function createTokens({ clock, random = randomBytes }: TokensParts): Tokens {
  const kept = new Map<string, Kept>();
  const byAgent = new Map<AgentId, Set<string>>();
  let sweptAt = clock.now();

  const drop = (hash: string): void => {
    const agent = kept.get(hash)?.grant.agent;
    kept.delete(hash);
    const own = agent === undefined ? undefined : byAgent.get(agent);
    own?.delete(hash);
    if (agent !== undefined && own?.size === 0) byAgent.delete(agent);
  };

  /** What expired is remembered for as long as it was good, so that its holder is told the truth. */
  const sweep = (): void => {
    if (Math.abs(clock.now() - sweptAt) < tokenLifetime / 10) return;
    sweptAt = clock.now();
    for (const [hash, { expiresAt }] of kept) if (expiresAt + tokenLifetime <= sweptAt) drop(hash);
  };

  const takeBack = (why: TakenBack, matches: (grant: TokenGrant) => boolean): void => {
    for (const token of kept.values()) if (matches(token.grant)) token.takenBack ??= why;
  };

  return {
    issue(agent, { notAfter = Infinity, ...more } = {}) {
      sweep();
      const own = byAgent.get(agent) ?? new Set<string>();
      for (const hash of [...own].slice(0, Math.max(0, own.size - tokensPerAgent + 1))) drop(hash);
      const token = `cst_${Buffer.from(random(32)).toString('base64url')}`;
      const expiresAt = Math.min(clock.now() + tokenLifetime, notAfter);
      const grant: TokenGrant = { agent, reach: null, audience: null, family: null, client: null, boundTo: null, ...more };
      kept.set(hashOf(token), { grant, expiresAt, takenBack: null });
      byAgent.set(agent, own.add(hashOf(token)));
      return { token, expiresAt };
    },
    check(token) {
      const found = form.test(token) ? kept.get(hashOf(token)) : undefined;
      if (found === undefined) return { refused: 'unknown' };
      if (found.takenBack !== null) return { refused: 'taken_back', why: found.takenBack, agent: found.grant.agent };
      if (clock.now() >= found.expiresAt) return { refused: 'expired' };
      return { ...found.grant, expiresAt: found.expiresAt };
    },
    revoke(token) {
      const found = kept.get(hashOf(token));
      if (found !== undefined) found.takenBack ??= 'signed_out';
    },
    revokeFamily: (family) => takeBack('signed_out', (grant) => grant.family === family),
    revokeAgent(agent, why) {
      if (why !== null) return takeBack(why, (grant) => grant.agent === agent);
      for (const hash of byAgent.get(agent) ?? []) drop(hash);
    },
    revokeAll: (why) => takeBack(why, () => true),
  };
}

export function hashOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
