import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeMapped } from '../../src/wire/address.ts';
import { holdsMapped, networkOfCidr, parseNetwork, cidrOf, type Network } from '../../src/wire/network.ts';
import { NetworkMap } from '../../src/wire/network-map.ts';
import { viewOf } from '../../src/wire/words.ts';

function network(text: string): Network {
  return networkOfCidr(cidrOf(parseNetwork(text)!));
}

/** Behind an octet, as whoever calls may have it so. */
function octetsOf(address: string): Uint8Array {
  const octets = new Uint8Array(17);
  expect(writeMapped(address, octets, 1)).toBe(true);
  return octets;
}

function find(entries: readonly (readonly [string, number])[], address: string): number {
  const map = new NetworkMap(entries.map(([text, value]) => [network(text), value] as const));
  return map.find(viewOf(octetsOf(address)), 1);
}

describe('a map of networks', () => {
  const none = NetworkMap.none;

  it.each([
    [[], '10.0.0.1', none],
    [[['10.0.0.0/8', 5]], '10.255.255.255', 5],
    [[['10.0.0.0/8', 5]], '9.255.255.255', none],
    [[['10.0.0.0/8', 5]], '11.0.0.0', none],
    [[['0.0.0.0/0', 1]], '0.0.0.0', 1],
    [[['0.0.0.0/0', 1]], '255.255.255.255', 1],
    [[['255.255.255.255/32', 1]], '255.255.255.255', 1],
    [[['255.255.255.255/32', 1]], '255.255.255.254', none],
    [[['0.0.0.0/0', 1]], '::1', none],
    [[['::/0', 1]], '10.0.0.1', none],
    [[['::/0', 1]], 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 1],
    [[['::ffff:10.0.0.0/104', 1]], '10.1.2.3', 1],
    [[['10.0.0.0/8', 1]], '::ffff:10.1.2.3', 1],
    [[['fe80::/10', 1]], 'fe80::1%eth0', 1],
    [
      [
        ['2001:db8::/32', 1],
        ['2001:db8:1::/48', 0],
      ],
      '2001:db8:1::5',
      0,
    ],
    [
      [
        ['2001:db8::/32', 1],
        ['2001:db8:1::/48', 0],
      ],
      '2001:db8:2::5',
      1,
    ],
    [
      [
        ['2001:db8::/32', 0],
        ['2001:db8:1::/48', 1],
      ],
      '2001:db8:1::5',
      0,
    ],
    [
      [
        ['10.0.0.0/8', 5],
        ['10.0.0.0/8', 3],
      ],
      '10.0.0.1',
      3,
    ],
    [
      [
        ['10.0.0.0/8', 5],
        ['10.1.0.0/16', 2],
      ],
      '10.2.0.0',
      5,
    ],
  ] as const)('%j gives %s %i', (entries, address, expected) => {
    expect(find(entries, address)).toBe(expected);
  });

  it('gives what looking at all of them gives', () => {
    // Few different octets, so that networks are within and beside each other.
    const octet = fc.constantFrom(0, 1, 127, 128, 254, 255);
    const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
    const group = fc.constantFrom('0', '1', '8000', 'ffff');
    const ipv6 = fc.array(group, { minLength: 8, maxLength: 8 }).map((groups) => groups.join(':'));
    const networks = fc.oneof(
      fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map(([address, length]) => `${address}/${length}`),
      fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })).map(([address, length]) => `${address}/${length}`),
    );
    const entries = fc.array(fc.tuple(networks, fc.nat(9)), { maxLength: 30 });
    fc.assert(
      fc.property(entries, fc.array(fc.oneof(ipv4, ipv6), { maxLength: 20 }), (all, addresses) => {
        const parsed = all.map(([text, value]) => [network(text), value] as const);
        const map = new NetworkMap(parsed);
        for (const address of addresses) {
          const octets = octetsOf(address);
          const held = parsed.filter(([each]) => holdsMapped(each, octets, 1)).map(([, value]) => value);
          expect(map.find(viewOf(octets), 1)).toBe(Math.min(none, ...held));
        }
      }),
    );
  });
});
