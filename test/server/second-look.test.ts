import { expect, test } from 'vitest';
import { SecondLook } from '../../src/server/listen/batched/second-look.ts';

/** How many batches pass until the next look. */
function pauseOf(looks: SecondLook): number {
  let batches = 0;
  while (!looks.isDue()) batches++;
  return batches;
}

test('a busy server looks after each batch', () => {
  const looks = new SecondLook();
  for (let batch = 0; batch < 100; batch++) {
    expect(pauseOf(looks)).toBe(0);
    looks.tell(3);
  }
});

test('each look in vain makes the pause longer, up to a bound, and one that finds something ends it', () => {
  const looks = new SecondLook();
  const pauses = Array.from({ length: 8 }, () => {
    looks.tell(0);
    return pauseOf(looks);
  });
  expect(pauses).toEqual([1, 3, 7, 15, 31, 63, 64, 64]);
  looks.tell(1);
  expect(pauseOf(looks)).toBe(0);
});
