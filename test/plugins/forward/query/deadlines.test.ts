import { describe, expect, test } from 'vitest';
import { Deadlines } from '../../../../src/plugins/forward/query/deadlines.ts';
import { FakeClock } from '../../../support/fake-clock.ts';

describe('deadlines', () => {
  test('pass not early, and late by a tick at most', () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    const passed: [number, number][] = [];
    for (const delay of [1, 19, 20, 21, 500, 1000, 1001]) {
      deadlines.schedule({ expired: () => passed.push([delay, clock.now()]) }, delay);
    }
    clock.advance(2000);
    expect(passed.map(([delay]) => delay)).toEqual([1, 19, 20, 21, 500, 1000, 1001]);
    for (const [delay, at] of passed) {
      expect(at).toBeGreaterThanOrEqual(delay);
      expect(at).toBeLessThanOrEqual(delay + 40);
    }
    expect(clock.pending).toBe(0);
  });

  test('that were cancelled do not pass, and all share one timer', () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    let passed = 0;
    const entries = Array.from({ length: 1000 }, () => ({ expired: () => passed++ }));
    const ticks = entries.map((entry) => deadlines.schedule(entry, 2000));
    expect(clock.pending).toBe(1);
    entries.forEach((entry, i) => i > 0 && deadlines.cancel(entry, ticks[i]!));
    clock.advance(3000);
    expect(passed).toBe(1);
  });

  test('may be set while others pass', () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock);
    let rounds = 0;
    const entry = {
      expired: (): void => {
        if (++rounds < 5) deadlines.schedule(entry, 100);
      },
    };
    deadlines.schedule(entry, 100);
    clock.advance(10_000);
    expect(rounds).toBe(5);
  });
});
