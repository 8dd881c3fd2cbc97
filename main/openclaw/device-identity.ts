import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { GatewayClientOptions } from '@openclaw/gateway-client';

type DeviceIdentity = NonNullable<GatewayClientOptions['deviceIdentity']>;
type HostDeps = NonNullable<GatewayClientOptions['hostDeps']>;

/** A new Ed25519 key (RFC 8032) by which a gateway knows this app again, as PEM (PKCS #8). */
export function newDeviceKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** OpenClaw's gateway protocol, device identity: the id is the SHA-256 of the raw public key, lower-case hex. */
export function identityOf(privateKeyPem: string): DeviceIdentity {
  const publicKeyPem = createPublicKey(createPrivateKey(privateKeyPem)).export({ type: 'spki', format: 'pem' }).toString();
  return { deviceId: createHash('sha256').update(rawPublicKey(publicKeyPem)).digest('hex'), privateKeyPem, publicKeyPem };
}

export const signing: Pick<HostDeps, 'signDevicePayload' | 'publicKeyRawBase64UrlFromPem'> = {
  signDevicePayload: (privateKeyPem, payload) => sign(null, Buffer.from(payload), createPrivateKey(privateKeyPem)).toString('base64url'),
  publicKeyRawBase64UrlFromPem: (publicKeyPem) => rawPublicKey(publicKeyPem).toString('base64url'),
};

/** The last 32 bytes of the key's DER form (RFC 8410). */
function rawPublicKey(publicKeyPem: string): Buffer {
  return createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' }).subarray(-32);
}
