import { expect, test } from 'vitest';
import {
  ConcurrencyLimit,
  rotationOf,
  sharedPerLine,
} from '../../../../src/plugins/forward/query/concurrency-limit.ts';

test('the queries of all workers count together, and those of a worker that died no more', () => {
  const shared = new Int32Array(sharedPerLine(2));
  const one = new ConcurrencyLimit(shared, 0, 5);
  const other = new ConcurrencyLimit(shared, 1, 5);
  one.own = 3;
  expect([one.reached, other.reached]).toEqual([undefined, undefined]);
  other.own = 2;
  expect([one.reached, other.reached]).toEqual([5, 5]);
  const replacement = new ConcurrencyLimit(shared, 1, 5);
  expect(replacement.reached).toBeUndefined();
});

test('without a limit nothing is counted', () => {
  const shared = new Int32Array(sharedPerLine(1));
  const limit = new ConcurrencyLimit(shared, 0, Infinity);
  limit.own = 100_000;
  expect([limit.reached, ...shared]).toEqual([undefined, 0, 0]);
});

test('the rotation is one for all workers, and never negative', () => {
  const shared = new Int32Array(sharedPerLine(2));
  const rotations = [rotationOf(shared), rotationOf(shared)];
  expect([rotations[0]!(), rotations[1]!(), rotations[0]!()]).toEqual([0, 1, 2]);
  shared[0] = 0x7fffffff;
  expect([rotations[0]!(), rotations[1]!()]).toEqual([0x7fffffff, 0]);
});
