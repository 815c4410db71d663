import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Deadlines } from '../../../src/plugins/forward/query/deadlines.ts';
import { Health } from '../../../src/plugins/forward/upstream/health.ts';
import { MessageReader } from '../../../src/plugins/forward/upstream/message-reader.ts';
import { Selector } from '../../../src/plugins/forward/upstream/selector.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { framed } from '../../support/fake-upstream.ts';

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

describe('the order of upstreams', () => {
  function orderOf(selector: Selector, count: number, isPreferred: (index: number) => boolean): number[] {
    const start = selector.start();
    const order: number[] = [];
    for (let tried = 0; order.length < count; tried |= 1 << order.at(-1)!) {
      order.push(selector.next(start, tried, isPreferred));
    }
    return order;
  }

  test.each(['random', 'round_robin', 'sequential'] as const)('%s has each once, those preferred first', (policy) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 15 }),
        fc.nat(),
        fc.infiniteStream(fc.nat({ max: 65_535 })),
        (count, bits, random) => {
          const selector = new Selector(policy, count, () => random.next().value as number);
          const isPreferred = (index: number): boolean => (bits & (1 << index)) !== 0;
          const order = orderOf(selector, count, isPreferred);
          expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
          const flags = order.map(isPreferred);
          expect(flags).toEqual(flags.toSorted((a, b) => Number(b) - Number(a)));
          expect(selector.next(0, (1 << count) - 1, isPreferred)).toBe(-1);
        },
      ),
    );
  });

  test('round_robin goes on from where it stands', () => {
    const selector = new Selector('round_robin', 3, () => 0);
    const orders = Array.from({ length: 4 }, () => orderOf(selector, 3, () => true).join(''));
    expect(orders).toEqual(['012', '120', '201', '012']);
  });

  test('random gives each upstream the first place as often', () => {
    let seed = 1;
    const random = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff) >>> 15;
    const selector = new Selector('random', 4, random);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) counts[selector.next(0, 0, () => true)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

test('a TCP stream gives the same messages however it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 }), { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }),
      (messages, sizes) => {
        const stream = Buffer.concat(messages.map(framed));
        const got: Uint8Array[] = [];
        const reader = new MessageReader((message) => got.push(message));
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length]!;
          reader.read(stream.subarray(at, at + size));
          at += size;
        }
        expect(got).toEqual(messages);
      },
    ),
  );
});
