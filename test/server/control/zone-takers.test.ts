import { expect, it } from 'vitest';
import { ZoneTakers } from '../../../src/server/control/zone-takers.ts';

const takers = new ZoneTakers([
  ['.', 'root'],
  ['test.', 'one'],
  ['test.', 'another'],
  ['a.b.test.', 'below'],
]);

it.each([
  ['test.', ['test. takes test.: one another', 'a.b.test. takes a.b.test.: below']],
  ['b.test.', ['test. takes b.test.: one another', 'a.b.test. takes a.b.test.: below']],
  ['x.a.b.test.', ['a.b.test. takes x.a.b.test.: below']],
  ['attest.', ['. takes attest.: root']],
  ['.', ['. takes .: root', 'test. takes test.: one another', 'a.b.test. takes a.b.test.: below']],
])('names at or below %s are taken by the zones below it, and by the longest above', (zone, expected) => {
  const found = takers.of(zone).map((each) => `${each.zone} takes ${each.names}: ${each.values.join(' ')}`);
  expect(found.sort()).toEqual(expected.sort());
});

it('nobody takes names of other zones', () => {
  expect(new ZoneTakers([['test.', 1]]).of('example.')).toEqual([]);
});
