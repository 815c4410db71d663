import { describe, expect, test } from 'vitest';
import { linePath, niceMax, niceSpan } from '../../../../src/plugins/dashboard/page/chart-scale.ts';

test.each([
  [0, 3],
  [NaN, 3],
  [0.7, 0.75],
  [3, 3],
  [3.1, 6],
  [7, 7.5],
  [100, 150],
  [298, 300],
  [301, 600],
])('an axis for %d', (highest, top) => {
  expect(niceMax(highest, 3)).toBeCloseTo(top);
});

test.each([
  [0, 60_000],
  [60_000, 60_000],
  [61_000, 120_000],
  [300_001, 600_000],
  [900_000, 600_000],
])('a span for what is %d ms old', (ageMs, span) => {
  expect(niceSpan(1_000_000 - ageMs, 1_000_000)).toBe(span);
});

describe('a line', () => {
  const path = (values: (number | null)[]): string =>
    linePath(
      values,
      (index) => index * 10,
      (value) => 100 - value,
    );

  test('goes through its values', () => {
    expect(path([0, 50, 100])).toBe('M0.0 100.0L10.0 50.0L20.0 0.0');
  });

  test('has gaps, and points between them', () => {
    expect(path([0, 1, null, 3, null, null, 6])).toBe('M0.0 100.0L10.0 99.0M30.0 97.0h0M60.0 94.0h0');
  });

  test('of nothing', () => {
    expect([path([]), path([null])]).toEqual(['', '']);
  });
});
