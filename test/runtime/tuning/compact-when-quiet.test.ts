import { expect, test } from 'vitest';
import { compactWhenQuiet, checkIntervalMs, minWork } from '../../../src/runtime/tuning/compact-when-quiet.ts';
import { FakeClock } from '../../support/fake-clock.ts';

test('the heap is compacted when it is quiet after the start, and again whenever much was done', () => {
  const clock = new FakeClock();
  let [work, times] = [0, 0];
  const stop = compactWhenQuiet(
    clock,
    () => work,
    () => times++,
  );
  const check = (done: number): number => {
    work += done;
    clock.advance(checkIntervalMs);
    return times;
  };
  expect([check(minWork), check(1), check(0), check(0)]).toEqual([0, 0, 1, 1]);
  // Small amounts add up.
  expect([check(minWork - 1), check(0), check(1), check(0), check(0)]).toEqual([1, 1, 1, 2, 2]);
  stop();
  expect([check(minWork), check(0)]).toEqual([2, 2]);
});
