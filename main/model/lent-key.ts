import canonicalize from 'canonicalize';
import type { LentKey } from '../../preload/contract.ts';
import { readPlace, writePlace, type NetworkPlace } from './network-place.ts';

/** What stands for a key inside of a run: nothing that a service would take. It has the form of a Claw's token, which is kept out of what Claws and the record are told. */
export const standIn = /cst_[0-9a-f]{43}/g;

/** What the keys' values are bound to in the keychain: other variables, hosts or places in a request are other keys. */
export function boundTo(keys: readonly LentKey[]): string {
  return `lent+${canonicalize(keys) ?? ''}`;
}

/** Whether a key is for that place. A host without a port means 443. */
export function isFor({ hosts }: LentKey, place: NetworkPlace): boolean {
  return hosts.some((entry) => {
    const [host = '', port = '443'] = entry.split(':');
    const bound = readPlace(host, Number(port));
    return bound !== null && writePlace(bound) === writePlace(place);
  });
}
