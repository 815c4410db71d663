import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLabel, isWildcard, neverMatches, normalizeHost } from '../../../src/registry/model/host.ts';

const label63 = 'a'.repeat(63);
const host253 = `${label63}.${label63}.${label63}.${'a'.repeat(61)}`;

describe('normalizeHost', () => {
  it.each([
    ['example.com', 'example.com'],
    ['Example.COM', 'example.com'],
    ['example.com.', 'example.com'],
    ['localhost', 'localhost'],
    ['a.b-c.1x', 'a.b-c.1x'],
    ['1.2.3.4.in-addr.arpa', '1.2.3.4.in-addr.arpa'],
    ['*.Example.com', '*.example.com'],
    ['*.com', '*.com'],
    ['*foo.com', '*foo.com'],
    ['*-foo.com', '*-foo.com'],
    ['foo*.com', 'foo*.com'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    [host253, host253],
    [`${host253}.`, host253],
  ])('%s is %s', (text, host) => expect(normalizeHost(text)).toEqual({ host }));

  it.each([
    ['', 'is empty'],
    ['.', 'is empty'],
    ['*', 'every name'],
    ['*.', 'every name'],
    ['a..b', 'empty label'],
    ['a.b..', 'empty label'],
    ['.a', 'empty label'],
    ['*..', 'empty label'],
    ['a_b.com', '_'],
    ['_dmarc.a.com', '_'],
    ['-a.com', 'hyphen'],
    ['a-.com', 'hyphen'],
    ['a.com-', 'hyphen'],
    ['-*.com', 'hyphen'],
    ['*-.com', 'hyphen'],
    ['a.*.com', 'behind its first label'],
    ['a.*', 'behind its first label'],
    ['**.com', 'inside a label'],
    ['a*b.com', 'inside a label'],
    ['*a*.com', 'inside a label'],
    ['*a*b.com', 'inside a label'],
    [`${label63}a.com`, '63'],
    [`a${host253}`, '253'],
    ['1.2.3.4', 'digits only'],
    ['example.123', 'digits only'],
    ['*.123', 'digits only'],
    ['42', 'digits only'],
    ['::1', 'colon'],
    ['a.com:80', 'colon'],
    ['https://a.com', 'URL'],
    ['bücher.example', 'write xn--bcher-kva.example'],
    ['a.com/path', 'path'],
    ['a b.com', 'blank'],
    ['b\u00fccher.example', 'ASCII'],
    ['\u212aelvin.com', 'ASCII'],
    ['a\u0000.com', 'u0000'],
  ])('%s is refused: %s', (text, part) => {
    expect(normalizeHost(text)).toEqual({ problem: expect.stringContaining(part) as string });
  });

  it('gives lower-case labels of at most 63 characters, and takes what it gives', () => {
    const char = fc.constantFrom('a', 'Z', '0', '-', '*', '.', '_', '\u00e4');
    fc.assert(
      fc.property(fc.string({ unit: char, maxLength: 80 }), (text) => {
        const result = normalizeHost(text);
        if (!('host' in result)) return;
        expect(result.host).toMatch(/^(?:\*|\*?[a-z0-9-]+\*?)(?:\.[a-z0-9-]{1,63})*$/);
        expect(normalizeHost(result.host)).toEqual(result);
        for (const label of result.host.split('.').slice(1)) expect(isLabel(label)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

it.each([
  ['example.com', false, false],
  ['*.example.com', true, false],
  ['*foo.com', false, true],
  ['foo*.com', false, true],
  ['*foo', false, true],
])('%s: wildcard %s, never matches %s', (host, wildcard, never) => {
  expect([isWildcard(host), neverMatches(host)]).toEqual([wildcard, never]);
});

it.each([
  ['a', true],
  ['a-1', true],
  [label63, true],
  ['', false],
  ['-a', false],
  ['a-', false],
  ['A', false],
  ['a.b', false],
  ['a_b', false],
  [`${label63}a`, false],
])('the label %s: %s', (text, expected) => expect(isLabel(text)).toBe(expected));
