import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextIndex } from '../../src/collections/text-index.ts';

test('has the numbers of each key, from one to many and back', () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', ...Array.from({ length: 60 }, (_, i) => `c${i}`)),
    id: fc.nat(40),
    isAdded: fc.boolean(),
  });
  const steps = fc.oneof(
    fc.array(step, { maxLength: 200, size: 'max' }),
    // Up to many, and down to none.
    fc
      .uniqueArray(fc.nat(40), { minLength: 20 })
      .map((ids) => [
        ...ids.map((id) => ({ key: 'a', id, isAdded: true })),
        ...ids.map((id) => ({ key: 'a', id, isAdded: false })),
      ]),
  );
  fc.assert(
    fc.property(steps, (all) => {
      const index = new TextIndex();
      const plain = new Map<string, Set<number>>();
      for (const { key, id, isAdded } of all) {
        const ids = plain.get(key) ?? new Set();
        if (isAdded) {
          index.add(key, id);
          plain.set(key, ids.add(id));
        } else {
          index.delete(key, id);
          if (ids.delete(id) && ids.size === 0) plain.delete(key);
        }
        expect(new Set(index.get(key))).toEqual(ids);
        expect(index.get(key)).toHaveLength(ids.size);
        expect(index.count(key)).toBe(ids.size);
        expect(index.size).toBe(plain.size);
      }
    }),
  );
});
