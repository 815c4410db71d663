import { expect, test } from 'vitest';
import { median, slope, spread } from '../../../bench/peers/statistics.ts';

test.each([
  [[3], 3],
  [[1, 100, 2], 2],
  [[4, 1, 3, 2], 2.5],
  [[10, 9, 100], 10],
])('the median of %j', (values, expected) => expect(median(values)).toBe(expected));

test('there is no median of nothing', () => expect(median([])).toBeNaN());

test('values are not moved', () => {
  const values = [3, 1, 2];
  median(values);
  expect(values).toEqual([3, 1, 2]);
});

test('the spread is a share of the median', () => expect(spread([110, 90, 100])).toBeCloseTo(0.2));

test.each([
  [
    [
      [0, 1],
      [10, 21],
    ],
    2,
  ],
  [
    [
      [1, 5],
      [2, 5],
      [3, 5],
    ],
    0,
  ],
  [
    [
      [0, 0],
      [1, 2],
      [2, 1],
    ],
    0.5,
  ],
] as const)('the line through %j', (points, expected) => expect(slope(points)).toBeCloseTo(expected));
