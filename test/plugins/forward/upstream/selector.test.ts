import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { policies, type Policy } from '../../../../src/plugins/forward/config.ts';
import { type Choosable, Selector } from '../../../../src/plugins/forward/upstream/selector.ts';

interface Fake {
  readonly isPreferred?: boolean;
  readonly offReason?: string;
  readonly outstanding?: number;
  readonly meanMs?: number;
}

function upstream({ isPreferred = true, offReason, outstanding = 0, meanMs = 1 }: Fake = {}): Choosable {
  return { offReason, outstanding, latency: { meanMs }, health: { isPreferred: () => isPreferred } };
}

/** Counts up, as the workers' common number does. */
function makeSelector(policy: Policy, random: () => number = () => 0): Selector {
  let rotation = 0;
  return new Selector(policy, random, () => rotation++);
}

function orderOf(selector: Selector, upstreams: readonly Choosable[]): number[] {
  const start = selector.start();
  const order: number[] = [];
  for (let tried = 0; order.length < upstreams.length; tried |= 1 << order.at(-1)!) {
    order.push(selector.next(start, tried, upstreams, 0));
  }
  return order;
}

describe('the order of upstreams', () => {
  test.each(policies)('%s has each once, those preferred first', (policy) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 15 }),
        fc.nat(),
        fc.infiniteStream(fc.nat({ max: 65_535 })),
        (count, bits, random) => {
          const selector = makeSelector(policy, () => random.next().value as number);
          const flagOf = (index: number): boolean => (bits & (1 << index)) !== 0;
          const upstreams = Array.from({ length: count }, (_, i) =>
            upstream({ isPreferred: flagOf(i), outstanding: (bits >> i) & 3, meanMs: (bits >> i) & 7 }),
          );
          const order = orderOf(selector, upstreams);
          expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
          const flags = order.map(flagOf);
          expect(flags).toEqual(flags.toSorted((a, b) => Number(b) - Number(a)));
          expect(selector.next(0, (1 << count) - 1, upstreams, 0)).toBe(-1);
          expect(selector.hasPreferred(0, upstreams, 0)).toBe(flags.includes(true));
        },
      ),
    );
  });

  test.each(policies)('%s leaves out what is turned off', (policy) => {
    const upstreams = [upstream({ offReason: 'loop' }), upstream({ isPreferred: false }), upstream({ offReason: 'x' })];
    expect(makeSelector(policy).next(0, 0, upstreams, 0)).toBe(1);
    expect(makeSelector(policy).next(0, 2, upstreams, 0)).toBe(-1);
  });

  test('round_robin goes on from where it stands', () => {
    const selector = makeSelector('round_robin');
    const upstreams = [upstream(), upstream(), upstream()];
    const orders = Array.from({ length: 4 }, () => orderOf(selector, upstreams).join(''));
    expect(orders).toEqual(['012', '120', '201', '012']);
  });

  test('random gives each upstream the first place as often', () => {
    let seed = 1;
    const random = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff) >>> 15;
    const selector = makeSelector('random', random);
    const upstreams = [upstream(), upstream(), upstream(), upstream()];
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) counts[selector.next(0, 0, upstreams, 0)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  test('least_outstanding takes the one that fewest queries wait for', () => {
    const upstreams = [upstream({ outstanding: 4 }), upstream({ outstanding: 1 }), upstream({ outstanding: 2 })];
    expect(orderOf(makeSelector('least_outstanding'), upstreams)).toEqual([1, 2, 0]);
  });

  test('fastest takes the one whose replies take least, and counts in who waits already', () => {
    const upstreams = [upstream({ meanMs: 3 }), upstream({ meanMs: 2 }), upstream({ meanMs: 1, outstanding: 40 })];
    expect(orderOf(makeSelector('fastest'), upstreams)).toEqual([1, 0, 2]);
  });
});
