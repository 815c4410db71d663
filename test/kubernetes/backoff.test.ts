import { expect, test } from 'vitest';
import { Backoff } from '../../src/kubernetes/backoff.ts';

test('back-off grows from 0.8 s to 30 s, with full jitter, and begins anew after two quiet minutes', () => {
  const waits = (random: number): number[] => {
    const backoff = new Backoff(800, 30_000, 120_000, () => random);
    return [0, 0, 0, 0, 0, 0, 0, 120_001].map((now) => backoff.next(now));
  };
  expect(waits(1)).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 800]);
  expect(waits(0.5)).toEqual([400, 800, 1600, 3200, 6400, 12_800, 15_000, 400]);
  expect(waits(0).every((wait) => wait === 0)).toBe(true);
});
