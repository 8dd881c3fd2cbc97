import { BlockList, isIP } from 'node:net';

/**
 * What is not on the public internet (IANA special-purpose registries, RFC 6890), and what carries an IPv4 address inside.
 * Two lists: one would take every IPv4 address for the IPv6 address it is mapped to.
 */
const notPublic4 = new BlockList();
const notPublic6 = new BlockList();

const ranges4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  // Shared address space of carriers (RFC 6598).
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Link-local; the metadata services of clouds answer here.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 3],
];
const ranges6: readonly (readonly [string, number])[] = [
  // Unspecified, loopback, and IPv4 in IPv6 of every kind (RFC 4291).
  ['::', 32],
  // Translation to IPv4 (RFC 6052, RFC 8215).
  ['64:ff9b::', 32],
  ['100::', 64],
  // Protocol assignments with Teredo, documentation, 6to4.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  // Unique local, link-local, the old site-local, multicast.
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];
for (const [network, prefix] of ranges4) notPublic4.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of ranges6) notPublic6.addSubnet(network, prefix, 'ipv6');

/** Whether an IP address belongs to the public internet. False for whatever is no IP address. */
export function isPublicAddress(address: string): boolean {
  const [plain = ''] = address.split('%');
  const version = isIP(plain);
  return version !== 0 && !(version === 4 ? notPublic4.check(plain, 'ipv4') : notPublic6.check(plain, 'ipv6'));
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export function isLoopbackAddress(address: string): boolean {
  const version = isIP(address);
  return version !== 0 && loopback.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** The host of a URL as an IP address, without the brackets of IPv6; undefined when it is a name. */
export function addressIn(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(host) === 0 ? undefined : host;
}

/** Whether the host of a URL is this machine by its very name. */
export function isLoopbackHost(url: URL): boolean {
  const address = addressIn(url);
  return address === undefined ? url.hostname === 'localhost' : isLoopbackAddress(address);
}
