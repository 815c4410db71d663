import { expect, test } from 'vitest';
import { Naps } from '../../../../src/server/listen/batched/naps.ts';

/** How many batches pass until the next nap. */
function pauseOf(naps: Naps): number {
  let batches = 0;
  while (!naps.isDue()) batches++;
  return batches;
}

test('a busy server naps after each batch', () => {
  const naps = new Naps();
  for (let batch = 0; batch < 100; batch++) {
    expect(pauseOf(naps)).toBe(0);
    naps.tell(2);
  }
});

test.each([0, 1])(
  'each nap that finds %i makes the pause longer, up to a bound, and one that finds more ends it',
  (found) => {
    const naps = new Naps();
    const pauses = Array.from({ length: 8 }, () => {
      naps.tell(found);
      return pauseOf(naps);
    });
    expect(pauses).toEqual([1, 3, 7, 15, 31, 63, 64, 64]);
    naps.tell(2);
    expect(pauseOf(naps)).toBe(0);
  },
);
