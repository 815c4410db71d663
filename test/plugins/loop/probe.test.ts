import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  looksLikeProbe,
  nonceWord,
  nonceWords,
  probeIndex,
  probeLabel,
  probeQuery,
  probeZone,
} from '../../../src/plugins/loop/probe.ts';
import { rrType } from '../../../src/wire/codes.ts';
import { formatName } from '../../../src/wire/name.ts';
import { makeQuery } from '../../support/query.ts';

const nonces = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 4, maxLength: 4 });

describe('a probe', () => {
  it('is read as it was made, in any case', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 127 }), nonces, fc.boolean(), (index, nonce, isUpper) => {
        const label = probeLabel(index, Int32Array.from(nonce));
        const query = makeQuery(`${isUpper ? label.toUpperCase() : label}.example.org.`, 'HINFO');
        query.readName();
        expect(looksLikeProbe(query)).toBe(true);
        expect(probeIndex(query)).toBe(index);
        expect(Array.from({ length: nonceWords }, (_, word) => nonceWord(query, word))).toEqual(nonce);
      }),
    );
  });

  it.each([
    ['.', 'loop-probe-0100000001000000020000000300000004.'],
    ['example.org.', 'loop-probe-0100000001000000020000000300000004.example.org.'],
  ])('asks for HINFO in the zone %s', (zone, name) => {
    const query = probeQuery(probeLabel(1, Int32Array.of(1, 2, 3, 4)), zone, 5)!;
    query.readName();
    expect([formatName(query.lower), query.type, query.edns]).toEqual([name, rrType.HINFO, true]);
  });

  it('is not made for a zone without room for it', () => {
    const zone = 'a23456789.'.repeat(21);
    expect(probeQuery(probeLabel(1, Int32Array.of(1, 2, 3, 4)), zone, 5)).toBeUndefined();
  });

  it.each(['example.org.', '.', 'loop-probe-01.example.org.', `${'x'.repeat(45)}.org.`])('is not %s', (name) => {
    const query = makeQuery(name, 'HINFO');
    query.readName();
    expect(looksLikeProbe(query)).toBe(false);
  });
});

test.each([
  { served: ['.'], forwarded: ['.'], zone: '.' },
  { served: ['.'], forwarded: ['corp.test.'], zone: 'corp.test.' },
  { served: ['a.corp.test.'], forwarded: ['corp.test.'], zone: 'a.corp.test.' },
  { served: ['b.test.', 'corp.test.'], forwarded: ['corp.test.'], zone: 'corp.test.' },
  { served: ['b.test.'], forwarded: ['corp.test.'], zone: undefined },
])('an upstream of $forwarded in a block of $served is probed in $zone', ({ served, forwarded, zone }) => {
  expect(probeZone(served, forwarded)).toBe(zone);
});
