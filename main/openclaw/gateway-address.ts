import { isIP } from 'node:net';

/**
 * The address of an OpenClaw gateway in its normal form; null where what goes over it could be read: only `ws://` to this very computer, or
 * `wss://`.
 */
export function gatewayAddress(text: string): string | null {
  const url = URL.parse(text.trim());
  if (url === null || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return null;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isHere = host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  return url.protocol === 'wss:' || (url.protocol === 'ws:' && isHere) ? url.href : null;
}
