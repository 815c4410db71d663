import { describe, expect, test } from 'vitest';
import { Health } from '../../../../src/plugins/forward/upstream/health.ts';

describe('health', () => {
  test('pauses double while tries fail, up to 10 seconds, and one query tries', () => {
    const health = new Health(1);
    expect(health.onFailure(0)).toBe(true);
    let now = 0;
    const pauses: number[] = [];
    for (let i = 0; i < 6; i++) {
      const from = now;
      while (!health.isPreferred(now)) now += 100;
      pauses.push(now - from);
      health.onSend(now);
      expect(health.isPreferred(now)).toBe(false);
      expect(health.onFailure(now)).toBe(false);
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(health.onReply()).toBe(true);
    expect(health.isPreferred(now)).toBe(true);
    expect(health.onReply()).toBe(false);
  });

  test('counts failures in a row', () => {
    const health = new Health(2);
    for (let i = 0; i < 5; i++) {
      expect(health.onFailure(i)).toBe(false);
      health.onReply();
    }
    expect(health.onFailure(9)).toBe(false);
    expect(health.onFailure(9)).toBe(true);
  });
});
