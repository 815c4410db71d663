import { isIP, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressBytes, canonicalAddress, dashedAddress, familyOf, parseCidr } from '../../src/wire/address.ts';

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
        expect([...addressBytes(canonical)]).toEqual(groups.flatMap((value) => [value >> 8, value & 0xff]));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the parts of a canonical address', () => {
  it('has 4 or 16 bytes', () => {
    expect([...addressBytes('1.2.3.255')]).toEqual([1, 2, 3, 255]);
    expect([...addressBytes('2001:db8::1')]).toEqual([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect([familyOf('1.2.3.4'), familyOf('::1')]).toEqual([4, 6]);
  });

  it.each([
    ['1.2.3.4', '1-2-3-4'],
    ['5678:abcd::1', '5678-abcd--1'],
    ['1::', '1--0'],
    ['::1', '--1'],
  ])('%s has the label %s', (address, label) => expect(dashedAddress(address)).toBe(label));
});

describe('parseCidr', () => {
  it.each([
    ['10.0.0.0/8', { address: '10.0.0.0', prefixLength: 8, family: 4 }],
    ['10.1.2.3/8', { address: '10.1.2.3', prefixLength: 8, family: 4 }],
    ['1.2.3.4/32', { address: '1.2.3.4', prefixLength: 32, family: 4 }],
    ['0.0.0.0/0', { address: '0.0.0.0', prefixLength: 0, family: 4 }],
    ['::/0', { address: '::', prefixLength: 0, family: 6 }],
    ['2001:DB8::/32', { address: '2001:db8::', prefixLength: 32, family: 6 }],
    ['::1/128', { address: '::1', prefixLength: 128, family: 6 }],
    ['::ffff:10.0.0.0/104', { address: '10.0.0.0', prefixLength: 8, family: 4 }],
  ])('%s', (text, cidr) => expect(parseCidr(text)).toEqual(cidr));

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
