import { ipVersion } from './ip-address.ts';

interface Network {
  readonly width: 32 | 128;
  /** The first address, as a number. */
  readonly start: bigint;
  readonly prefix: number;
}

/**
 * Networks without some others: what is left of each, in CIDR notation. The difference of a network and one inside it is one
 * network for each bit between their prefixes.
 */
export function networksWithout(networks: readonly string[], others: readonly string[]): readonly string[] {
  const holes = others.map(readNetwork);
  return networks.flatMap((text) => holes.reduce<readonly Network[]>((left, hole) => left.flatMap((network) => without(network, hole)), [readNetwork(text)]).map(writeNetwork));
}

function without(network: Network, hole: Network): readonly Network[] {
  if (network.width !== hole.width) return [network];
  if (hole.prefix <= network.prefix) return holds(hole, network) ? [] : [network];
  if (!holds(network, hole)) return [network];
  const left: Network[] = [];
  for (let prefix = network.prefix + 1; prefix <= hole.prefix; prefix += 1) {
    const bit = 1n << BigInt(network.width - prefix);
    const start = ((hole.start / bit) ^ 1n) * bit;
    left.push({ width: network.width, start, prefix });
  }
  return left;
}

function holds(network: Network, other: Network): boolean {
  const size = 1n << BigInt(network.width - network.prefix);
  return other.start / size === network.start / size;
}

function readNetwork(text: string): Network {
  const [address = '', prefix] = text.split('/');
  const width = ipVersion(address) === 4 ? 32 : 128;
  const length = prefix === undefined ? width : Number(prefix);
  const size = 1n << BigInt(width - length);
  const value = width === 32 ? numberOf(address.split('.'), 10, 8) : numberOf(groupsOf(address), 16, 16);
  return { width, start: (value / size) * size, prefix: length };
}

/** The eight groups of an IPv6 address (RFC 4291, 2.2). */
function groupsOf(address: string): readonly string[] {
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [before = '', after] = plain.split('::');
  const [first, last] = [before, after ?? ''].map((side) => side.split(':').filter((group) => group !== ''));
  return after === undefined ? (first ?? []) : [...(first ?? []), ...Array.from({ length: 8 - (first?.length ?? 0) - (last?.length ?? 0) }, () => '0'), ...(last ?? [])];
}

function numberOf(parts: readonly string[], radix: 10 | 16, bits: number): bigint {
  return parts.reduce((sum, part) => (sum << BigInt(bits)) + BigInt(Number.parseInt(part, radix)), 0n);
}

function writeNetwork({ width, start, prefix }: Network): string {
  const [size, count] = width === 32 ? [8n, 4] : [16n, 8];
  const parts = Array.from({ length: count }, (_part, index) => Number((start >> (size * BigInt(count - 1 - index))) & ((1n << size) - 1n)));
  return width === 32 ? `${parts.join('.')}/${prefix}` : `${parts.map((part) => part.toString(16)).join(':')}/${prefix}`;
}
