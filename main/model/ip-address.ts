// oxlint-disable-next-line no-restricted-imports -- these two are functions of values; nothing here opens a connection.
import { BlockList, isIP } from 'node:net';

/** 4 or 6 for an address in the usual spelling; 0 for anything else. */
export function ipVersion(text: string): 0 | 4 | 6 {
  const version = isIP(text);
  return version === 4 || version === 6 ? version : 0;
}

/** Whether an address lies in one of some networks (CIDR notation, RFC 4632 and RFC 4291). What is no address lies in none. */
export function networksHold(networks: readonly string[]): (address: string) => boolean {
  // A list of its own for each: one list takes IPv4 addresses for IPv6 ones, so that `::/0` would hold them all.
  const [four, six] = [new BlockList(), new BlockList()];
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const isFour = ipVersion(address) === 4;
    (isFour ? four : six).addSubnet(address, prefix === undefined ? (isFour ? 32 : 128) : Number(prefix), isFour ? 'ipv4' : 'ipv6');
  }
  return (address) => {
    const version = ipVersion(address);
    return version === 4 ? four.check(address, 'ipv4') : version === 6 && six.check(address, 'ipv6');
  };
}
