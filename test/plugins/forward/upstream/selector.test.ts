import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Selector } from '../../../../src/plugins/forward/upstream/selector.ts';

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
