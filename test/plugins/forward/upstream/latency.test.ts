import { describe, expect, test } from 'vitest';
import { Latency } from '../../../../src/plugins/forward/upstream/latency.ts';

/** Numbers from 0 to 1, always the same. */
function makeRandom(): () => number {
  let seed = 7;
  return () => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x80000000;
}

describe('how long an upstream takes', () => {
  test.each([0.2, 5, 80, 900])('about 19 of 20 replies take less than the 95th percentile: around %d ms', (scale) => {
    const random = makeRandom();
    const latency = new Latency();
    const next = (): number => scale * (0.5 + random());
    for (let i = 0; i < 3000; i++) latency.observe(next());
    let less = 0;
    for (let i = 0; i < 2000; i++) {
      const ms = next();
      if (ms < latency.percentile95Ms) less++;
      latency.observe(ms);
    }
    expect(less / 2000).toBeGreaterThan(0.91);
    expect(less / 2000).toBeLessThan(0.98);
    expect(latency.meanMs / scale).toBeGreaterThan(0.7);
    expect(latency.meanMs / scale).toBeLessThan(1.3);
  });

  test('a change is followed within some hundred replies', () => {
    const latency = new Latency();
    for (let i = 0; i < 1000; i++) latency.observe(1);
    expect(latency.percentile95Ms).toBeLessThan(1.2);
    for (let i = 0; i < 60; i++) latency.observe(100);
    expect(latency.percentile95Ms).toBeGreaterThan(90);
  });

  test('replies that take no time at all leave a number', () => {
    const latency = new Latency();
    for (let i = 0; i < 10_000; i++) latency.observe(0);
    expect(latency.percentile95Ms).toBeGreaterThan(0);
  });
});
