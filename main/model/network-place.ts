import { connectionId } from '../../preload/contract.ts';
import type { Facts } from './action.ts';
import { ipVersion, networksHold } from './ip-address.ts';

/** The connection that places on the network belong to: no service, but what runs on this computer can reach. */
export const theNetwork = connectionId.parse('network');

/** Where a connection leads: a name in ASCII form and lower case, or an address in its shortest form (RFC 5952); and a TCP port. */
export interface NetworkPlace {
  readonly host: string;
  readonly port: number;
}

/** As it is written: `api.example.com:443`, `[2001:db8::1]:443`. */
export function writePlace({ host, port }: NetworkPlace): string {
  return ipVersion(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * The place that somebody named; null: there is no such place. An address is read however it is spelled (`0x7f.1`,
 * `2130706433`, `[::ffff:127.0.0.1]`), as the WHATWG URL Standard reads hosts, so that one place has one name.
 */
export function readPlace(host: string, port: number): NetworkPlace | null {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return null;
  const bare = host.startsWith('[') ? host : ipVersion(host) === 6 ? `[${host}]` : host;
  if (/[\s/?#@\\%]/.test(bare) || (bare.includes(':') && !bare.startsWith('['))) return null;
  const read = URL.parse(`http://${bare}/`)?.hostname.replace(/\.$/, '') ?? '';
  if (read === '') return null;
  return { host: unmapped(read.startsWith('[') ? read.slice(1, -1) : read), port };
}

/** An IPv4 address inside an IPv6 one (RFC 4291, 2.5.5.2) leads to the same place. */
function unmapped(host: string): string {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return host;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

/**
 * Networks that are nobody's on the internet (IANA special-purpose registries, RFC 6890): this computer, the company's own
 * network, what clouds tell their machines about themselves.
 */
export const specialNetworks = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4',
  '100.100.100.200/32', '168.63.129.16/32', '::/96', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', 'fc00::/7', 'fe80::/10', 'ff00::/8',
] as const; // prettier-ignore

const isInSpecialNetwork = networksHold(specialNetworks);

/** Whether a host is an address in one of them, or a name that can only mean one (RFC 6761, RFC 6762, RFC 8375). */
export function isSpecial(host: string): boolean {
  return isInSpecialNetwork(host) || /(?:^|\.)(?:localhost|local|internal|home\.arpa)$/.test(host);
}

/** A request whose method and path (without the query) could be seen. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
}

/** What there is to know of a connection, or of a request in it, for rules and cards. */
export function placeFacts({ host, port }: NetworkPlace, request?: SeenRequest): Facts {
  return {
    effect: 'connect',
    isReversible: false,
    host,
    port,
    hosts: [host],
    ...(ipVersion(host) === 0 ? {} : { address: host }),
    ...(isSpecial(host) ? { isInternalPlace: true as const } : {}),
    ...(request === undefined ? {} : { method: request.method, path: request.path }),
  };
}
