import { expect, test } from 'vitest';
import { isAtOrBelow, longestZone, zonesFrom } from '../../src/wire/zone-text.ts';

test.each([
  ['a.b', 'b', true],
  ['a.b.', 'b.', true],
  ['b', 'b', true],
  ['xb', 'b', false],
  ['b', 'a.b', false],
  ['b', 'c', false],
  ['a.b', '', true],
  ['', '', true],
  ['a.b.', '.', true],
  ['.', '.', true],
  ['.', 'b.', false],
])('%j is at or below %j: %s', (name, zone, expected) => {
  expect(isAtOrBelow(name, zone)).toBe(expected);
});

test.each([
  ['a.b.c.', ['c.', 'b.c.'], 'b.c.'],
  ['b.c.', ['b.c.', '.'], 'b.c.'],
  ['xb.c.', ['b.c.', '.'], '.'],
  ['xb.c.', ['b.c.'], undefined],
  ['.', ['c.'], undefined],
  ['.', ['.'], '.'],
])('%j is in the longest of %j: %s', (name, zones, expected) => {
  expect(longestZone(name, (zone) => zones.includes(zone))).toBe(expected);
});

test.each([
  ['a.b.test.', ['a.b.test.', 'b.test.', 'test.', '.']],
  ['.', ['.']],
])('the zones from %s up', (zone, expected) => {
  expect([...zonesFrom(zone)]).toEqual(expected);
});
