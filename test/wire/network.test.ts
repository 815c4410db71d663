import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { mappedSize, parseAddress, writeMapped } from '../../src/wire/address.ts';
import { cidrOf, holdsMapped, networkOfCidr, parseCidr, parseNetwork } from '../../src/wire/network.ts';

/** As 16 octets; `undefined` where the text is no address. */
function octetsOf(text: string): number[] | undefined {
  const octets = new Uint8Array(mappedSize);
  return parseAddress(text) && writeMapped(text, octets, 0) ? [...octets] : undefined;
}

describe('parseCidr', () => {
  it.each([
    ['10.0.0.0/8', { address: '10.0.0.0', prefixLength: 8, family: 4 }],
    ['10.1.2.3/8', { address: '10.0.0.0', prefixLength: 8, family: 4 }],
    ['10.255.0.0/9', { address: '10.128.0.0', prefixLength: 9, family: 4 }],
    ['1.2.3.4/32', { address: '1.2.3.4', prefixLength: 32, family: 4 }],
    ['0.0.0.0/0', { address: '0.0.0.0', prefixLength: 0, family: 4 }],
    ['::/0', { address: '::', prefixLength: 0, family: 6 }],
    ['2001:DB8::/32', { address: '2001:db8::', prefixLength: 32, family: 6 }],
    ['::1/128', { address: '::1', prefixLength: 128, family: 6 }],
    ['::ffff:10.0.0.0/104', { address: '10.0.0.0', prefixLength: 8, family: 4 }],
  ])('%s', (text, cidr) => expect(cidrOf(parseCidr(text)!)).toEqual(cidr));

  it.each([
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/+8',
    '10.0.0.0/8/8',
    '10.0.0.0/1e1',
    '10.0.0/8',
    '/8',
    '::/129',
    '::/1000',
    '::ffff:10.0.0.0/95',
    'fe80::1%eth0/64',
    `${'0'.repeat(100_000)}/8`,
  ])('%s is none', (text) => expect(parseCidr(text)).toBeUndefined());
});

describe('parseNetwork', () => {
  it.each([
    ['10.1.2.3', { address: '10.1.2.3', prefixLength: 32, family: 4 }],
    ['10.1.2.3/08', { address: '10.0.0.0', prefixLength: 8, family: 4 }],
    ['2001:DB8::1', { address: '2001:db8::1', prefixLength: 128, family: 6 }],
    ['2001:DB8:ffff::/33', { address: '2001:db8:8000::', prefixLength: 33, family: 6 }],
    ['::ffff:10.1.2.3/104', { address: '::ffff:10.0.0.0', prefixLength: 104, family: 6 }],
    ['::ffff:10.1.2.3/64', { address: '::', prefixLength: 64, family: 6 }],
  ])('%s', (text, cidr) => expect(cidrOf(parseNetwork(text)!)).toEqual(cidr));

  it.each([
    '',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/1e1',
    '::/129',
    'fe80::1%eth0/64',
  ])('%j is none', (text) => expect(parseNetwork(text)).toBeUndefined());
});

describe('networks', () => {
  const contains = (address: string, prefixLength: number, family: 4 | 6, other: string): boolean => {
    const octets = new Uint8Array(mappedSize + 1);
    expect(writeMapped(other, octets, 1)).toBe(true);
    return holdsMapped(networkOfCidr({ address, prefixLength, family }), octets, 1);
  };

  test('hold the addresses whose first bits are theirs', () => {
    const address = fc.oneof(
      fc.tuple(fc.ipV4(), fc.constant(4 as const), fc.nat(32)),
      fc.tuple(fc.ipV6(), fc.constant(6 as const), fc.nat(128)),
    );
    fc.assert(
      fc.property(address, fc.nat(127), ([text, family, prefixLength], flipped) => {
        const size = family === 4 ? 4 : 16;
        const bit = flipped % (size * 8);
        const mapped = octetsOf(text);
        // Text of an IPv6 address that is an IPv4-mapped one is that IPv4 address, and no Cidr has it.
        fc.pre(mapped !== undefined && (family === 4 || !mapped.slice(0, 10).every((octet) => octet === 0)));
        const octets = mapped.slice(16 - size);
        octets[bit >> 3]! ^= 0x80 >> (bit & 7);
        const other =
          size === 4
            ? octets.join('.')
            : Array.from({ length: 8 }, (_, i) => ((octets[2 * i]! << 8) | octets[2 * i + 1]!).toString(16)).join(':');
        expect(contains(text, prefixLength, family, text)).toBe(true);
        fc.pre(octetsOf(other) !== undefined);
        expect(contains(text, prefixLength, family, other), `${text}/${prefixLength} ${other}`).toBe(
          bit >= prefixLength,
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('of IPv4 hold no IPv6 address, nor the other way round', () => {
    expect(contains('0.0.0.0', 0, 4, '2001:db8::1')).toBe(false);
    expect(contains('0.0.0.0', 0, 4, '10.0.0.1')).toBe(true);
    expect(contains('2001:db8::', 32, 6, '10.0.0.1')).toBe(false);
    expect(contains('::', 0, 6, '10.0.0.1')).toBe(false);
    expect(contains('::', 0, 6, '::1')).toBe(true);
    expect(contains('::ffff:10.0.0.0', 104, 6, '10.1.2.3')).toBe(true);
  });
});
