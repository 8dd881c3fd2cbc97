import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

/** All that is kept of a passcode: what scrypt (RFC 7914) made of it, and with which parameters. */
export interface PasscodeHash {
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
  /** N is 2 to this. */
  readonly logCost: number;
  readonly blockSize: number;
  readonly parallelization: number;
}

/** N = 2^17 takes 128 MiB for an instant. */
export const usualLogCost = 17;
/** Where a computer has not that much to spare; less is not taken. */
const leastLogCost = 15;
const blockSize = 8;
const parallelization = 1;
const saltBytes = 16;
const hashBytes = 32;

/** With as much memory as there is, up to `logCost`. Rejects where not even the least can be had. */
export async function hashPasscode(passcode: string, logCost = usualLogCost): Promise<PasscodeHash> {
  const parameters = { salt: randomBytes(saltBytes), logCost, blockSize, parallelization };
  try {
    return { ...parameters, hash: await derive(passcode, parameters) };
  } catch (error) {
    if (logCost <= leastLogCost) throw error;
    return hashPasscode(passcode, logCost - 1);
  }
}

/** In the same time whether it is right or not. */
export async function isPasscode(passcode: string, kept: PasscodeHash): Promise<boolean> {
  return timingSafeEqual(await derive(passcode, kept), kept.hash);
}

/** No passcode's hash: what is compared with it takes as long as with a real one and is wrong. */
export function decoy(logCost = usualLogCost): PasscodeHash {
  return { salt: randomBytes(saltBytes), hash: randomBytes(hashBytes), logCost, blockSize, parallelization };
}

function derive(passcode: string, { salt, logCost, blockSize: r, parallelization: p }: Omit<PasscodeHash, 'hash'>): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** logCost, r, p, maxmem: 2 * 128 * r * 2 ** logCost };
  return new Promise((resolve, reject) => {
    // However a keyboard writes an accent, it is the same passcode.
    scrypt(passcode.normalize('NFC'), salt, hashBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
