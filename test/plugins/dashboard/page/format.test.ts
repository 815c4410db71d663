import { expect, test } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatMs,
  formatNumber,
  plural,
} from '../../../../src/plugins/dashboard/page/format.ts';

test.each([
  [-5, '0 s'],
  [999, '0 s'],
  [12_000, '12 s'],
  [60_000, '1 min'],
  [125_000, '2 min 5 s'],
  [3_600_000, '1 h'],
  [90_000_000, '1 d 1 h'],
])('a duration of %d ms', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, '0'],
  [0.1234, '0.123'],
  [1.234, '1.23'],
  [12.34, '12.3'],
  [1234.5, '1,235'],
])('the number %d', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test('milliseconds', () => {
  expect([null, 0, 0.25, 12, 1500].map(formatMs)).toEqual(['–', '0 ms', '0.25 ms', '12 ms', '1.5 s']);
});

test('octets', () => {
  expect([0, 999, 12_732, 1.5e6, 2e9].map(formatBytes)).toEqual(['0 B', '999 B', '12.7 kB', '1.5 MB', '2 GB']);
});

test('words', () => {
  expect([0, 1, 2000].map((count) => plural(count, 'host'))).toEqual(['0 hosts', '1 host', '2,000 hosts']);
});
