import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networksHold } from '../../main/model/ip-address.ts';
import { networksWithout } from '../../main/model/networks.ts';

describe('networks without others', () => {
  test.for([
    [['10.0.0.0/8'], ['10.0.0.0/8'], []],
    [['10.0.0.0/8'], ['0.0.0.0/0'], []],
    [['10.0.0.0/30'], ['10.0.0.1'], ['10.0.0.2/31', '10.0.0.0/32']],
    [['10.0.0.0/8', 'fc00::/7'], ['fd00::/8'], ['10.0.0.0/8', 'fc00:0:0:0:0:0:0:0/8']],
    [['10.0.0.0/8'], ['192.168.0.0/16'], ['10.0.0.0/8']],
  ] as const)('%j without %j', ([networks, others, left]) => {
    expect(networksWithout(networks, others)).toEqual(left);
  });

  const v4 = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, prefix]) => `${address}/${prefix}`);
  const v6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([address, prefix]) => `${address}/${prefix}`);
  test('an address is in what is left exactly when it is in the one and in none of the others', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(v4, v6), { maxLength: 3 }), fc.array(fc.oneof(v4, v6), { maxLength: 3 }), fc.oneof(fc.ipV4(), fc.ipV6()), (networks, others, some) => {
        // The edges are where it would go wrong.
        for (const address of [some, ...[...networks, ...others].map((network) => network.split('/')[0] ?? '')]) {
          expect(networksHold(networksWithout(networks, others))(address)).toBe(networksHold(networks)(address) && !networksHold(others)(address));
        }
      }),
    );
  });
});
