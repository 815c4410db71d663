import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalAddress } from '../../../src/wire/address.ts';
import { AddressSpace } from '../../../src/registry/allocation/address-space.ts';
import { defaultRanges, networksOf, reverseZonesOfRanges } from '../../../src/registry/allocation/ranges.ts';

describe('reverseZonesOfRanges', () => {
  test.each<[readonly string[], string[]]>([
    [defaultRanges, ['240.240.in-addr.arpa.', '0.0.0.0.2.0.0.0.1.0.0.2.ip6.arpa.']],
    [[], []],
    [['no CIDR', '10.0.0.0/33', '10.0.0.1'], []],
    [['10.1.2.3/8'], ['10.in-addr.arpa.']],
    [['10.1.2.3/32'], ['3.2.1.10.in-addr.arpa.']],
    [['10.4.0.0/15'], ['4.10.in-addr.arpa.', '5.10.in-addr.arpa.']],
    [['::ffff:240.240.0.0/112'], ['240.240.in-addr.arpa.']],
    [['FD00::/7'], ['c.f.ip6.arpa.', 'd.f.ip6.arpa.']],
    [
      ['0.0.0.0/0', '::/0'],
      ['in-addr.arpa.', 'ip6.arpa.'],
    ],
    // What lies within another.
    [['10.1.0.0/16', '10.0.0.0/8'], ['10.in-addr.arpa.']],
    [['10.0.0.0/8', '10.0.0.0/8'], ['10.in-addr.arpa.']],
    [
      ['10.0.0.0/9', '10.200.0.0/16'],
      Array.from({ length: 128 }, (_, i) => `${i}.10.in-addr.arpa.`).concat('200.10.in-addr.arpa.'),
    ],
  ])('%j', (cidrs, zones) => expect(reverseZonesOfRanges(cidrs)).toEqual(zones));
});

function space(family: 4 | 6, ...cidrs: string[]): AddressSpace {
  return new AddressSpace(family, networksOf(cidrs));
}

describe('AddressSpace', () => {
  test.each<[4 | 6, string[], number, string | undefined, string | undefined]>([
    [4, ['240.240.0.0/16'], 65534, '240.240.0.1', '240.240.255.254'],
    [4, ['240.240.1.2/16'], 65534, '240.240.0.1', '240.240.255.254'],
    [4, ['10.0.0.0/30'], 2, '10.0.0.1', '10.0.0.2'],
    [4, ['10.0.0.2/31'], 2, '10.0.0.2', '10.0.0.3'],
    [4, ['10.0.0.2/32'], 1, '10.0.0.2', '10.0.0.2'],
    [4, ['10.0.0.8/30', '10.0.0.0/30'], 4, '10.0.0.9', '10.0.0.2'],
    [4, ['10.0.0.0/30', '10.0.0.0/29'], 6, '10.0.0.1', '10.0.0.6'],
    [4, ['10.0.0.0/30', '10.0.0.1/30'], 2, '10.0.0.1', '10.0.0.2'],
    [4, ['2001:2::/48'], 0, undefined, undefined],
    [4, [], 0, undefined, undefined],
    [6, ['2001:2::/126'], 3, '2001:2::1', '2001:2::3'],
    [6, ['2001:2::5/128'], 1, '2001:2::5', '2001:2::5'],
    [6, ['2001:2::/48'], 2 ** 40 - 1, '2001:2::1', '2001:2::ff:ffff:ffff'],
    [6, ['10.0.0.0/8', '2001:2::/127'], 2, '2001:2::', '2001:2::1'],
  ])('IPv%i of %j: %i addresses from %s to %s', (family, cidrs, size, first, last) => {
    const found = space(family, ...cidrs);
    expect(found.size).toBe(size);
    if (size > 0) expect([found.addressAt(0), found.addressAt(size - 1)]).toEqual([first, last]);
    expect(() => found.addressAt(size)).toThrow(RangeError);
  });

  test.each<[4 | 6, string]>([
    [4, '10.0.0.0'],
    [4, '10.0.0.7'],
    [4, '10.0.0.8'],
    [4, '9.0.0.1'],
    [4, '2001:2::1'],
    [6, '10.0.0.1'],
    [6, '2001:2::'],
    [6, '2001:2::100:0:0'],
    [6, '2001:2:0:ffff:ffff:ffff:ffff:ffff'],
    [6, '2001:2:1::1'],
  ])('IPv%i does not have %s', (family, address) =>
    expect(space(family, '10.0.0.0/29', '2001:2::/48').positionOf(address)).toBeUndefined(),
  );

  test('position and address are each the way back of the other', () => {
    const spaces = fc.constantFrom(
      space(4, '240.240.0.0/16'),
      space(4, '10.0.0.4/30', '192.168.0.0/20', '10.0.0.2/32'),
      space(6, '2001:2::/48', 'fd00::/126'),
    );
    const placed = spaces.chain((found) => fc.tuple(fc.constant(found), fc.nat({ max: found.size - 1 })));
    fc.assert(
      fc.property(placed, ([found, position]) => {
        const address = found.addressAt(position);
        expect(canonicalAddress(address)).toBe(address);
        expect(found.positionOf(address)).toBe(position);
      }),
    );
  });
});
