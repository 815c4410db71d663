import { isIP, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalAddress,
  dashedAddress,
  familyOf,
  mappedSize,
  normalizeAddress,
  parseAddress,
  unmapped,
  writeMapped,
} from '../../src/wire/address.ts';

describe('canonicalAddress', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['255.255.255.255', '255.255.255.255'],
    ['0.0.0.1', '0.0.0.1'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['0:0:1::', '0:0:1::'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['::1.2.3.4', '::102:304'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::FFFF:102:304', '1.2.3.4'],
    ['0:0:0:0:0:ffff:1.2.3.4', '1.2.3.4'],
    ['0000:0000:0000:0000:0000:ffff:192.168.100.200', '192.168.100.200'],
    ['1::ffff:1.2.3.4', '1::ffff:102:304'],
    ['::1:ffff:1.2.3.4', '::1:ffff:102:304'],
    ['::ffff:0:1.2.3.4', '::ffff:0:102:304'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
    expect(canonicalAddress(canonical)).toBe(canonical);
  });

  it.each([
    '',
    '0.0.0.0',
    '::',
    '0:0:0:0:0:0:0:0',
    '::0.0.0.0',
    '::ffff:0.0.0.0',
    '::ffff:0:0',
    '01.2.3.4',
    '1.2.3.00',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '1.2.3.256',
    '1.2.3.4 ',
    '1.2.3.-4',
    '16909060',
    '0x1.2.3.4',
    'fe80::1%eth0',
    '[::1]',
    ':',
    ':::',
    ':1::2',
    '1:',
    '1::2:',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '12345::',
    'g::',
    '::1.2.3',
    '::01.2.3.4',
    '1:2:3:4:5:6:7:1.2.3.4',
    '::1.2.3.4:5',
    '1.2.3.4::',
    '1.2.3.4/32',
    'a'.repeat(100_000),
  ])('%s is no address', (text) => expect(canonicalAddress(text)).toBeUndefined());

  it('agrees with what Node takes for an address', () => {
    const piece = fc.constantFrom('::', ':', '0', '1', 'ffff', 'a0', '00', '1.2.3.4', '.', '255', '256', '12345');
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.array(piece, { maxLength: 17 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (address) => {
        const canonical = canonicalAddress(address);
        const isUnspecified = /^[0:.f]*$/i.test(address) && canonical === undefined;
        if (!isUnspecified) expect(canonical !== undefined).toBe(isIP(address) !== 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('writes IPv6 as a URL does, and its bytes as the groups say', () => {
    const group = fc.oneof(fc.constant(0), fc.nat({ max: 0xffff }));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const text = groups.map((value) => value.toString(16).padStart(4, '0').toUpperCase()).join(':');
        const canonical = canonicalAddress(text);
        fc.pre(canonical !== undefined && isIPv6(canonical));
        expect(`[${canonical}]`).toBe(new URL(`http://[${text}]`).hostname);
        expect([...parseAddress(canonical)!]).toEqual(groups.flatMap((value) => [value >> 8, value & 0xff]));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the parts of a canonical address', () => {
  it('has 4 or 16 bytes', () => {
    expect([...parseAddress('1.2.3.255')!]).toEqual([1, 2, 3, 255]);
    expect([...parseAddress('2001:db8::1')!]).toEqual([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect([familyOf('1.2.3.4'), familyOf('::1')]).toEqual([4, 6]);
  });

  it.each([
    ['1.2.3.4', '1-2-3-4'],
    ['5678:abcd::1', '5678-abcd--1'],
    ['1::', '1--0'],
    ['::1', '--1'],
  ])('%s has the label %s', (address, label) => expect(dashedAddress(address)).toBe(label));
});

describe('an address as it is written', () => {
  it.each([
    ['::', '::'],
    ['0.0.0.0', '0.0.0.0'],
    ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['::FFFF:102:304', '::ffff:1.2.3.4'],
    ['::ffff:0:0', '::ffff:0.0.0.0'],
    ['::FFFF:0:102:304', '::ffff:0:102:304'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['192.0.2.1', '192.0.2.1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ])('%s is %s', (text, normal) => {
    expect(normalizeAddress(text)).toBe(normal);
    expect(normalizeAddress(normal)).toBe(normal);
  });

  it.each(['', 'fe80::1%eth0', '1.2.3', ':::'])('%j is none', (text) => expect(normalizeAddress(text)).toBeUndefined());

  it('loses the mapping and nothing else', () => {
    const octets = (text: string): number[] => [...unmapped(parseAddress(text)!)];
    expect(octets('::ffff:1.2.3.4')).toEqual([1, 2, 3, 4]);
    expect(octets('1.2.3.4')).toEqual([1, 2, 3, 4]);
    expect(octets('::1.2.3.4')).toHaveLength(16);
  });
});

/** The octets of a text as 16; `undefined` where it is no address. */
function mappedOctets(text: string): number[] | undefined {
  const octets = parseAddress(text.split('%')[0]!);
  if (octets === undefined) return undefined;
  return octets.length === 16 ? [...octets] : [...Array.from({ length: 10 }, () => 0), 255, 255, ...octets];
}

function written(text: string, at = 0): number[] | undefined {
  const out = new Uint8Array(at + mappedSize + 3).fill(0xaa);
  const isAddress = writeMapped(text, out, at);
  expect([...out.subarray(0, at), ...out.subarray(at + mappedSize)].every((octet) => octet === 0xaa)).toBe(true);
  return isAddress ? [...out.subarray(at, at + mappedSize)] : undefined;
}

describe('an address of 16 octets', () => {
  it('is the same that is parsed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(5), (text, at) => {
        expect(written(text, at)).toEqual(mappedOctets(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('is taken where it can be parsed, and nowhere else', () => {
    const nearly = fc.oneof(
      fc.array(fc.constantFrom('0', '1', '25', '256', '999', '.', ':', '::', 'f', '-', ' ', '%eth0'), { maxLength: 9 }),
      fc.array(fc.nat(300).map(String), { minLength: 3, maxLength: 5 }).map((parts) => [parts.join('.')]),
    );
    fc.assert(
      fc.property(nearly, (parts) => {
        const text = parts.join('');
        expect(written(text), text).toEqual(mappedOctets(text));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['10.0.0.1', '00000000000000000000ffff0a000001'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['2001:DB8::1', '20010db8000000000000000000000001'],
  ])('%s', (text, hex) => {
    expect(Buffer.from(written(text)!).toString('hex')).toBe(hex);
  });

  it.each(['', '.', '1.2.3', '1.2.3.4.5', '1.2.3.', '256.1.1.1', '1.1.1.256', '01.2.3.4', '1..2.3', '1.2.3.4 ', 'a'])(
    '%j is none',
    (text) => {
      expect(written(text)).toBeUndefined();
    },
  );
});
