import { createPrivateKey, X509Certificate } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Duplex } from 'node:stream';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';

/** What proves who this app is in a TLS handshake (RFC 8446, section 4.4.2). */
export interface ClientCertificate {
  readonly context: SecureContext;
  /** When it ends. */
  readonly validUntil: number;
  /** The private key in the forms that somebody could repeat it in. */
  readonly secrets: readonly string[];
}

export type CertificateProblem = 'unreadable' | 'key_unreadable' | 'not_a_certificate' | 'no_key' | 'other_key' | 'passphrase_needed' | 'wrong_passphrase' | 'expired' | 'not_yet_valid';

export type CertificateResult = { readonly ok: true; readonly value: ClientCertificate } | { readonly ok: false; readonly problem: CertificateProblem };

export interface CertificateFiles {
  /** PEM with the certificate and its chain, or PKCS#12 (RFC 7292) with the key too. */
  readonly certificateFile: string;
  /** PEM. Without it the key is in the certificate's file. */
  readonly keyFile?: string | undefined;
}

/** Bytes of one file. */
const largestFile = 1024 * 1024;
/** Characters of a line of the key that is worth looking for. */
const shortestLine = 32;

/** Reads a certificate with its key, and makes sure that they can be used at `now`. `passphrase`: of the key, or of the PKCS#12 file. */
export async function loadClientCertificate({ certificateFile, keyFile }: CertificateFiles, passphrase: string | undefined, now: number): Promise<CertificateResult> {
  const bytes = await readSmall(certificateFile);
  if (bytes === undefined) return refuse('unreadable');
  const text = bytes.toString('latin1');
  if (!text.includes('-----BEGIN ')) return keyFile === undefined ? readBundle(bytes, passphrase, now) : refuse('not_a_certificate');
  const key = keyFile === undefined ? text : (await readSmall(keyFile))?.toString('latin1');
  return key === undefined ? refuse('key_unreadable') : readPem(text, key, passphrase, now);
}

function readPem(certificate: string, key: string, passphrase: string | undefined, now: number): CertificateResult {
  const own = attempt(() => new X509Certificate(certificate));
  if (own === undefined) return refuse('not_a_certificate');
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key)) return refuse('no_key');
  const isEncrypted = key.includes('ENCRYPTED');
  if (isEncrypted && passphrase === undefined) return refuse('passphrase_needed');
  const privateKey = attempt(() => createPrivateKey({ key, ...(isEncrypted && { passphrase }) }));
  if (privateKey === undefined) return refuse(isEncrypted ? 'wrong_passphrase' : 'no_key');
  if (!own.checkPrivateKey(privateKey)) return refuse('other_key');
  // Taken out of its file once: each connection would do it again, which is slow on purpose.
  const plain = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const context = attempt(() => createSecureContext({ cert: certificate, key: plain }));
  if (context === undefined) return refuse('not_a_certificate');
  const isSame = !isEncrypted && keyOf(key) === keyOf(plain);
  return usable(own, context, [...secretsIn(plain), ...(isSame || isEncrypted ? [] : secretsIn(key))], now);
}

function readBundle(bytes: Buffer, passphrase: string | undefined, now: number): CertificateResult {
  let context: SecureContext;
  try {
    context = createSecureContext({ pfx: bytes, ...(passphrase !== undefined && { passphrase }) });
  } catch (error) {
    // OpenSSL's words, and BoringSSL's.
    const isPassphrase = error instanceof Error && /mac verify|incorrect.?password/i.test(error.message);
    if (!isPassphrase) return refuse('not_a_certificate');
    return refuse(passphrase === undefined ? 'passphrase_needed' : 'wrong_passphrase');
  }
  const own = certificateIn(context);
  return own === undefined ? refuse('no_key') : usable(own, context, [bytes.toString('base64')], now);
}

/** Node tells a context's own certificate of a socket alone; this one leads nowhere. */
function certificateIn(context: SecureContext): X509Certificate | undefined {
  const socket = new TLSSocket(new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() }), { secureContext: context });
  socket.on('error', () => undefined);
  try {
    return socket.getX509Certificate();
  } finally {
    socket.destroy();
  }
}

function usable(own: X509Certificate, context: SecureContext, secrets: readonly string[], now: number): CertificateResult {
  const [from, until] = [Date.parse(own.validFrom), Date.parse(own.validTo)];
  if (now >= until) return refuse('expired');
  if (now < from) return refuse('not_yet_valid');
  return { ok: true, value: { context, validUntil: until, secrets } };
}

function secretsIn(pem: string): readonly string[] {
  const key = keyOf(pem);
  return [key.replaceAll(/\s/g, ''), ...key.split(/\s+/).filter((line) => line.length >= shortestLine)];
}

/** The base64 between the lines that say what it is. */
function keyOf(pem: string): string {
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----([\s\S]*?)-----END/.exec(pem)?.[1]?.trim() ?? '';
}

function refuse(problem: CertificateProblem): CertificateResult {
  return { ok: false, problem };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Undefined for what cannot be read, is no file, or is far too large to be one of these. */
async function readSmall(file: string): Promise<Buffer | undefined> {
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat().then((found) => (found.isFile() ? found : { size: Infinity }));
    return size > largestFile ? undefined : await handle.readFile();
  } catch {
    return undefined;
  }
}
