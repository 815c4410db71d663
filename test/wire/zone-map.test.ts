import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeName } from '../../src/wire/name.ts';
import type { Query } from '../../src/wire/query.ts';
import { ZoneMap, zoneList } from '../../src/wire/zone-map.ts';
import { makeQuery } from '../support/query.ts';

// Few labels, so that names and zones meet often.
const label = fc.constantFrom('a', 'b', 'A', 'ab', 'ba', '*');
const zoneName = fc.array(label, { maxLength: 4 }).map((labels) => `${labels.join('.')}.`);

function asked(name: string, hashSeed = 1): Query {
  const query = makeQuery(name, 'A', { hashSeed });
  query.readName();
  return query;
}

/** The longest zone by comparing labels from the end; the first of equal ones. */
function naive(zones: readonly string[], name: string, skip: number): number {
  const labelsOf = (text: string): string[] =>
    text
      .toLowerCase()
      .split('.')
      .filter((each) => each !== '');
  const own = labelsOf(name).slice(skip);
  let best = -1;
  for (const [index, zone] of zones.entries()) {
    const labels = labelsOf(zone);
    if (labels.length > own.length || labels.some((each, i) => own[own.length - labels.length + i] !== each)) continue;
    if (best < 0 || labels.length > labelsOf(zones[best]!).length) best = index;
  }
  return best;
}

describe('the longest zone', () => {
  test('is the one that a comparison of all labels finds', () => {
    fc.assert(
      fc.property(
        fc.array(zoneName, { maxLength: 8 }),
        fc.array(zoneName, { minLength: 1, maxLength: 5 }),
        fc.nat(2),
        fc.integer(),
        (zones, names, skip, seed) => {
          const map = new ZoneMap(zones.map((zone, index) => [zone, index] as const));
          expect(map.isEmpty).toBe(zones.length === 0);
          for (const name of names) {
            const query = asked(name, seed);
            if (query.labelCount < skip) continue;
            const expected = naive(zones, name, skip);
            const found = map.find(query, skip);
            expect(found?.value).toBe(expected < 0 ? undefined : expected);
            if (found) expect(found.zone).toEqual(encodeName(zones[expected]!));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('of a thousand that are as long as each other is the very one', () => {
    const zones = Array.from({ length: 1000 }, (_, i) => `z${String((i * 7) % 1000).padStart(3, '0')}.org.`);
    const map = new ZoneMap(zones.map((zone) => [zone, zone] as const));
    for (const zone of zones) expect(map.find(asked(`www.${zone}`))?.value).toBe(zone);
    for (const name of ['z1000.org.', 'z00.org.', 'a000.org.', 'zzzz.org.', 'z000.orh.']) {
      expect(map.find(asked(name)), name).toBeUndefined();
    }
  });

  test('starts at an offset in the name', () => {
    const map = zoneList(['example.org.', 'org.']);
    expect(map.offsetIn(asked('www.Example.org.'))).toBe(4);
    expect(map.offsetIn(asked('example.org.'))).toBe(0);
    expect(map.offsetIn(asked('net.org.'))).toBe(4);
    expect(map.offsetIn(asked('example.net.'))).toBe(-1);
    expect(zoneList(['.']).offsetIn(asked('www.example.org.'))).toBe(16);
    expect(zoneList(['.']).offsetIn(asked('.'))).toBe(0);
    expect(zoneList([]).offsetIn(asked('.'))).toBe(-1);
  });

  test('a label is not a zone for ending alike', () => {
    expect(zoneList(['ample.org.']).offsetIn(asked('example.org.'))).toBe(-1);
    expect(zoneList(['a\\.org.']).offsetIn(asked('a.org.'))).toBe(-1);
  });

  test('what is no name is left out', () => {
    const map = zoneList(['a..b', 'x'.repeat(64), 'org.']);
    expect(map.offsetIn(asked('org.'))).toBe(0);
    expect(zoneList(['a..b']).isEmpty).toBe(true);
  });
});
