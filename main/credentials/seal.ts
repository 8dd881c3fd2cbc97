import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import canonicalize from 'canonicalize';

/** AES-256-GCM (NIST SP 800-38D): 96-bit random nonce, 128-bit tag. */
const algorithm = 'aes-256-gcm';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** What a sealed value belongs to; a value moved to another credential or origin does not open. */
export interface SealedFor {
  readonly credential: string;
  readonly origin: string;
  /** What was sealed: a bare value (the first versions), or a value with the secrets in it. */
  readonly form?: 'with_secrets';
}

export function createKey(): string {
  return randomBytes(keyBytes).toString('base64');
}

/** Undefined when the text is not a 256-bit key in base64. */
export function readKey(text: string): Buffer | undefined {
  const key = Buffer.from(text, 'base64');
  return key.length === keyBytes ? key : undefined;
}

/** Returns nonce, ciphertext and tag in one. */
export function seal(value: string, key: Buffer, sealedFor: SealedFor): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(boundTo(sealedFor));
  return Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined when it was changed, sealed with another key, or for another credential or origin. */
export function unseal(sealed: Uint8Array, key: Buffer, sealedFor: SealedFor): string | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const end = sealed.length - tagBytes;
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(boundTo(sealedFor));
  decipher.setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, end)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

/** RFC 8785, so that the same owner always gives the same bytes. */
function boundTo({ credential, origin, form }: SealedFor): Buffer {
  return Buffer.from(canonicalize({ credential, origin, ...(form && { form }) }) ?? '', 'utf8');
}
