import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify, type JWTVerifyResult } from 'jose';
import { z } from 'zod';

/** Algorithms a proof may be signed with; asymmetric ones alone (RFC 9449, section 4.3). */
export const proofAlgorithms: readonly string[] = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'];

/** Seconds by which a proof's clock may be off, either way. */
const tolerance = 60;
/** Characters of a proof; the longest RSA key that anyone uses fits. */
const longestProof = 8192;
/** Proofs that are remembered; beyond it nothing is accepted until some have aged. */
export const mostProofs = 100_000;
/** Bits of an RSA key (RFC 7518, section 3.3). */
const leastRsaBits = 2048;

export interface ProofRequest {
  readonly proof: string;
  readonly method: string;
  /** Every form of the address that the request was made to, without query and fragment. */
  readonly addresses: readonly string[];
  /** The access token that comes with it; undefined at the token endpoint, where none does. */
  readonly token?: string;
}

export type ProofAnswer = { readonly kind: 'proven'; readonly thumbprint: string } | { readonly kind: 'refused'; readonly why: 'bad_proof' | 'reused_proof' };

const claims = z.object({ jti: z.string().min(1).max(512), htm: z.string(), htu: z.string(), iat: z.number(), ath: z.string().optional() });

/** Checks proofs of possession (RFC 9449) and remembers them: each opens once. */
export class Proofs {
  readonly #clock: { now(): number };
  readonly #seen = new Map<string, number>();

  constructor(clock: { now(): number }) {
    this.#clock = clock;
  }

  /** Never rejects. */
  async check({ proof, method, addresses, token }: ProofRequest): Promise<ProofAnswer> {
    const verified = proof.length <= longestProof ? await verify(proof, this.#clock.now()) : undefined;
    const parsed = claims.safeParse(verified?.payload);
    if (verified === undefined || !parsed.success) return bad;
    const { jti, htm, htu, iat, ath } = parsed.data;
    const now = this.#clock.now() / 1000;
    if (htm !== method || !addresses.includes(normalAddress(htu)) || Math.abs(now - iat) > tolerance) return bad;
    if (token !== undefined && ath !== createHash('sha256').update(token).digest('base64url')) return bad;
    const thumbprint = await thumbprintOf(verified);
    if (thumbprint === undefined) return bad;
    return this.#isNew(`${thumbprint} ${createHash('sha256').update(jti).digest('base64url')}`, now) ? { kind: 'proven', thumbprint } : { kind: 'refused', why: 'reused_proof' };
  }

  /** A proof is remembered for as long as it could be shown again. */
  #isNew(key: string, now: number): boolean {
    if (this.#seen.has(key)) return false;
    if (this.#seen.size >= mostProofs) for (const [old, until] of this.#seen) if (until < now) this.#seen.delete(old);
    if (this.#seen.size >= mostProofs) return false;
    this.#seen.set(key, now + 2 * tolerance + 1);
    // Those that come first were remembered first.
    for (const [old, until] of this.#seen) {
      if (until >= now) break;
      this.#seen.delete(old);
    }
    return true;
  }
}

const bad: ProofAnswer = { kind: 'refused', why: 'bad_proof' };

async function verify(proof: string, now: number): Promise<JWTVerifyResult | undefined> {
  try {
    // `EmbeddedJWK` takes public keys alone.
    const verified = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', algorithms: [...proofAlgorithms], currentDate: new Date(now) });
    return isStrong(verified) ? verified : undefined;
  } catch {
    return undefined;
  }
}

function isStrong({ protectedHeader: { jwk } }: JWTVerifyResult): boolean {
  return jwk !== undefined && (jwk.kty !== 'RSA' || Buffer.from(jwk.n ?? '', 'base64url').length * 8 >= leastRsaBits);
}

async function thumbprintOf({ protectedHeader: { jwk } }: JWTVerifyResult): Promise<string | undefined> {
  return jwk === undefined ? undefined : calculateJwkThumbprint(jwk, 'sha256').catch(() => undefined);
}

/** Without query and fragment, scheme and host in their normal form (RFC 9449, section 4.3). */
function normalAddress(address: string): string {
  if (!URL.canParse(address)) return '';
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
