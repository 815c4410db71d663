import { expect, test } from 'vitest';
import { poll } from '../../src/runtime/poll.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('looks at each interval, until it is ended', () => {
  const clock = new FakeClock();
  const looks: number[] = [];
  const end = poll(clock, 100, () => looks.push(clock.now()));
  const start = clock.now();
  clock.advance(99);
  expect(looks).toEqual([]);
  clock.advance(201);
  expect(looks.map((at) => at - start)).toEqual([100, 200, 300]);
  end();
  clock.advance(1000);
  expect(looks.length).toBe(3);
  expect(clock.pending).toBe(0);
});

test('may be ended by what it looks at', () => {
  const clock = new FakeClock();
  let looks = 0;
  const end = poll(clock, 100, () => {
    looks++;
    end();
  });
  clock.advance(1000);
  expect(looks).toBe(1);
  expect(clock.pending).toBe(0);
});
