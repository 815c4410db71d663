import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressSize, Network, writeAddressText } from '../../../src/plugins/serviceentry/client/addresses.ts';
import { addressBytes, canonicalAddress } from '../../../src/wire/address.ts';

/** The octets of a text by way of the registry's own reading; `undefined` where it is no address. */
function octetsOf(text: string): number[] | undefined {
  // No address that anything has, but networks are written with it.
  if (text === '0.0.0.0') return [...Array.from({ length: 10 }, () => 0), 255, 255, 0, 0, 0, 0];
  const canonical = canonicalAddress(text.split('%')[0]!);
  if (canonical === undefined) return undefined;
  const octets = [...addressBytes(canonical)];
  return octets.length === 16 ? octets : [...Array.from({ length: 10 }, () => 0), 255, 255, ...octets];
}

function written(text: string, at = 0): number[] | undefined {
  const out = new Uint8Array(at + addressSize + 3).fill(0xaa);
  const isAddress = writeAddressText(text, out, at);
  expect([...out.subarray(0, at), ...out.subarray(at + addressSize)].every((octet) => octet === 0xaa)).toBe(true);
  return isAddress ? [...out.subarray(at, at + addressSize)] : undefined;
}

describe('address text', () => {
  test('is the same 16 octets that the registry reads', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(5), (text, at) => {
        expect(written(text, at)).toEqual(octetsOf(text));
      }),
      { numRuns: 1000 },
    );
  });

  test('is taken where the registry takes it, and nowhere else', () => {
    const nearly = fc.oneof(
      fc.array(fc.constantFrom('0', '1', '25', '256', '999', '.', ':', '::', 'f', '-', ' ', '%eth0'), { maxLength: 9 }),
      fc.array(fc.nat(300).map(String), { minLength: 3, maxLength: 5 }).map((parts) => [parts.join('.')]),
    );
    fc.assert(
      fc.property(nearly, (parts) => {
        const text = parts.join('');
        expect(written(text), text).toEqual(octetsOf(text));
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    ['10.0.0.1', '00000000000000000000ffff0a000001'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['2001:DB8::1', '20010db8000000000000000000000001'],
  ])('%s', (text, hex) => {
    expect(Buffer.from(written(text)!).toString('hex')).toBe(hex);
  });

  test.each(['', '.', '1.2.3', '1.2.3.4.5', '1.2.3.', '256.1.1.1', '1.1.1.256', '01.2.3.4', '1..2.3', '1.2.3.4 ', 'a'])(
    '%j is none',
    (text) => {
      expect(written(text)).toBeUndefined();
    },
  );
});

describe('networks', () => {
  const contains = (address: string, prefixLength: number, family: 4 | 6, other: string): boolean => {
    const octets = new Uint8Array(addressSize + 1);
    expect(writeAddressText(other, octets, 1)).toBe(true);
    return new Network({ address, prefixLength, family }).contains(octets, 1);
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
