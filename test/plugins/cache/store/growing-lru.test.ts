import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GrowingLru } from '../../../../src/plugins/cache/store/growing-lru.ts';
import { collectGarbage } from '../../../../src/runtime/tuning/heap.ts';

const max = 1000;

/** What it is to do, as plainly as it can be said: a Map whose first key was used least recently. */
class Model {
  readonly entries = new Map<number, number>();
  readonly gone: string[] = [];

  set(key: number, value: number): void {
    if (!this.delete(key) && this.entries.size === max) this.pop();
    this.entries.set(key, value);
  }

  touch(key: number): void {
    const value = this.entries.get(key);
    if (value === undefined) return;
    this.entries.delete(key);
    this.entries.set(key, value);
  }

  delete(key: number): boolean {
    const value = this.entries.get(key);
    if (value !== undefined) this.gone.push(`${value}`);
    return this.entries.delete(key);
  }

  pop(): void {
    for (const [key, value] of this.entries) {
      this.gone.push(`${value} evicted`);
      this.entries.delete(key);
      return;
    }
  }
}

const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('set' as const), key: fc.nat(1500) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('touch' as const), key: fc.nat(1500) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'pop' as const), key: fc.nat(1500) }) },
);

test('what was used least recently goes, however far the room has grown', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 3000, size: 'max' }), (steps) => {
      const model = new Model();
      const gone: string[] = [];
      const lru = new GrowingLru(max, (value, isEvicted) => gone.push(`${value}${isEvicted ? ' evicted' : ''}`));
      for (const [value, { kind, key }] of steps.entries()) {
        if (kind === 'set') {
          lru.set(key, value);
          model.set(key, value);
        } else if (kind === 'touch') {
          lru.touch(key);
          model.touch(key);
        } else if (kind === 'delete') {
          expect(lru.delete(key)).toBe(model.delete(key));
        } else {
          lru.pop();
          model.pop();
        }
      }
      expect(lru.size).toBe(model.entries.size);
      expect(gone).toEqual(model.gone);
      for (const [key, value] of model.entries) expect(lru.peek(key)).toBe(value);
    }),
    { numRuns: 30, endOnFailure: true },
  );
});

test('one without entries takes no memory for them', () => {
  const heap = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  const many = Array.from({ length: 1000 }, () => new GrowingLru(10_000, () => undefined));
  const each = (heap() - before) / many.length;
  expect(many.every(({ size }) => size === 0)).toBe(true);
  expect(each).toBeLessThan(10_000);
});
