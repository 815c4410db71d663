import { encode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandName, encodeName, formatName } from '../../src/wire/name.ts';
import { hostName, nameOf, wireName } from './support.ts';

describe('encodeName', () => {
  test('writes what dns-packet writes for the name in lower case, with and without the trailing dot', () => {
    fc.assert(
      fc.property(hostName, (text) => {
        const expected = Uint8Array.from(
          encode({ questions: [{ type: 'A', name: text.toLowerCase() }] }).subarray(12, -4),
        );
        if (expected.length > 255) return;
        expect(encodeName(text)).toEqual(expected);
        expect(encodeName(`${text}.`)).toEqual(expected);
      }),
    );
  });

  test.each<[text: string, labels: readonly string[]]>([
    ['.', []],
    ['Example.ORG.', ['example', 'org']],
    ['*.example.org', ['*', 'example', 'org']],
    ['_http._tcp.example.org', ['_http', '_tcp', 'example', 'org']],
    ['a\\.b.c', ['a.b', 'c']],
    ['a\\\\b', ['a\\b']],
    ['\\065\\b\\000', ['ab\0']],
    ['\\255', ['\xff']],
    ['\\097\\.', ['a.']],
    ['\xe9', ['\xe9']],
    ['x'.repeat(63), ['x'.repeat(63)]],
  ])('%j', (text, labels) => expect(encodeName(text)).toEqual(nameOf(...labels)));

  const longest = ['x'.repeat(63), 'x'.repeat(63), 'x'.repeat(63), 'x'.repeat(61)].join('.');

  test('takes 255 octets, with and without the trailing dot', () => {
    expect(encodeName(longest)).toHaveLength(255);
    expect(encodeName(`${longest}.`)).toHaveLength(255);
  });

  test.each([
    ['nothing', ''],
    ['an empty label', 'a..b'],
    ['an empty label in front', '.a'],
    ['two dots', '..'],
    ['two dots at the end', 'a..'],
    ['a label of 64 octets', 'x'.repeat(64)],
    ['a label of 64 octets before another', `${'x'.repeat(64)}.org`],
    ['256 octets', `${longest}x`],
    ['256 octets and a dot', `${longest}x.`],
    ['257 octets', `${longest}.x`],
    ['much more', 'x.'.repeat(10_000)],
    ['an escape of nothing', 'a\\'],
    ['an escape of no octet', '\\256'],
    ['a character that is no octet', 'ex\u0101mple'],
    ['an escaped character that is no octet', 'ex\\\u0101mple'],
  ])('refuses %s', (_, text) => expect(encodeName(text)).toBeUndefined());
});

describe('formatName', () => {
  test.each<[text: string, labels: readonly string[]]>([
    ['.', []],
    ['www.Example.org.', ['www', 'Example', 'org']],
    ['a\\.b.', ['a.b']],
    ['\\"\\.\\;\\\\\\(\\)\\@\\$.', ['".;\\()@$']],
    ['\\000\\032\\127\\255.', ['\0 \x7f\xff']],
    ['a\\010b.', ['a\nb']],
  ])('%j', (text, labels) => expect(formatName(nameOf(...labels))).toBe(text));

  test('starts where it is told to', () => {
    expect(formatName(nameOf('www', 'example', 'org'), 4)).toBe('example.org.');
  });

  test('what is formatted is encoded again to the same name in lower case', () => {
    const lowered = (octets: Uint8Array): Uint8Array =>
      octets.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet));
    fc.assert(
      fc.property(wireName, (name) => {
        const text = formatName(name);
        expect(text).toMatch(/^[\x21-\x7e]+$/);
        // The octets of length are 63 at most, and so never letters.
        expect(encodeName(text)).toEqual(lowered(name));
      }),
    );
  });

  test('ends with the octets, and at what is no label', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(90), (octets, start) => void formatName(octets, start)),
    );
    expect(formatName(Uint8Array.of(3, 97, 98))).toBe('ab.');
    expect(formatName(Uint8Array.of(1, 97))).toBe('a.');
    expect(formatName(Uint8Array.of(1, 97, 0xc0, 0))).toBe('a.');
    expect(formatName(new Uint8Array(0))).toBe('.');
  });
});

describe('expandName', () => {
  const header = new Array<number>(12).fill(0);
  const expanded = (octets: readonly number[], at: number): string | number => {
    const message = Uint8Array.from([...header, ...octets]);
    const name = new Uint8Array(255);
    const end = expandName(message, 12 + at, message.length, name);
    expect(expandName(message, 12 + at, message.length)).toBe(end);
    return end < 0 ? end : `${formatName(name)} ${end - 12}`;
  };
  const a = [1, 0x61, 0];
  const longest = [...Array.from({ length: 127 }, () => [1, 0x78]).flat(), 0];

  test.each<[string, number[], number, string | number]>([
    ['the root', [0], 0, '. 1'],
    ['a name', [1, 0x62, ...a], 0, 'b.a. 5'],
    ['a pointer', [...a, 0xc0, 12], 3, 'a. 5'],
    ['labels before a pointer', [...a, 1, 0x62, 0xc0, 12], 3, 'b.a. 7'],
    ['pointers in a row', [...a, 0xc0, 12, 0xc0, 15], 5, 'a. 7'],
    ['the longest name', longest, 0, `${'x.'.repeat(127)} 255`],
    ['a longer name', [...longest, 1, 0x78, 0xc0, 12], 255, -1],
    ['a pointer to itself', [0xc0, 12], 0, -1],
    ['a pointer forward', [0xc0, 14, ...a], 0, -1],
    ['a pointer into the header', [0xc0, 0], 0, -1],
    ['a circle', [1, 0x62, 0xc0, 12], 0, -1],
    ['half a pointer', [0xc0], 0, -1],
    ['a label over the end', [2, 0x61], 0, -1],
    ['no root label', [1, 0x61], 0, -1],
    ['an extended label type', [0x40, 0], 0, -1],
  ])('%s', (_title, octets, at, expected) => {
    expect(expanded(octets, at)).toBe(expected);
  });
});
