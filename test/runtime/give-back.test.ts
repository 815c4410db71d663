import { expect, test } from 'vitest';
import { giveBackWhenQuiet, lookMs, minWork } from '../../src/runtime/give-back.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('memory is given back once when much was done, as soon as it is quiet, and again after as much', () => {
  const clock = new FakeClock();
  let [work, times] = [0, 0];
  const end = giveBackWhenQuiet(
    clock,
    () => work,
    () => times++,
  );
  const look = (done: number): number => {
    work += done;
    clock.advance(lookMs);
    return times;
  };
  expect([look(0), look(minWork), look(1), look(0), look(0)]).toEqual([0, 0, 0, 1, 1]);
  // What is little adds up.
  expect([look(minWork - 1), look(0), look(1), look(0), look(0)]).toEqual([1, 1, 1, 2, 2]);
  end();
  expect([look(minWork), look(0)]).toEqual([2, 2]);
});
