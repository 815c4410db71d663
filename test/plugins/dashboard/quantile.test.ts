import { expect, test } from 'vitest';
import { quantile } from '../../../src/plugins/dashboard/quantile.ts';

const buckets = new Map([
  [1, 50],
  [2, 90],
  [4, 90],
  [Infinity, 100],
]);

test.each([
  [0, 0],
  [0.25, 0.5],
  [0.5, 1],
  [0.7, 1.5],
  [0.9, 2],
  // Above the last bound it is not known how much more.
  [0.99, 4],
  [1, 4],
])('of a share of %d', (share, expected) => {
  expect(quantile(buckets, share)).toBeCloseTo(expected);
});

test('of nothing', () => {
  expect(quantile(new Map(), 0.5)).toBeUndefined();
  expect(
    quantile(
      new Map([
        [1, 0],
        [Infinity, 0],
      ]),
      0.5,
    ),
  ).toBeUndefined();
});

test('in whatever order the buckets come', () => {
  expect(quantile(new Map([...buckets].reverse()), 0.7)).toBeCloseTo(1.5);
});
