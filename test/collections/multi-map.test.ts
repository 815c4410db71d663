import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MultiMap } from '../../src/collections/multi-map.ts';

test('has the numbers of each key, from one to many and back', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b'), id: fc.nat(40), isAdded: fc.boolean() });
  const steps = fc.oneof(
    fc.array(step, { maxLength: 200 }),
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
      const map = new MultiMap<string>();
      const plain = new Map<string, Set<number>>();
      for (const { key, id, isAdded } of all) {
        const ids = plain.get(key) ?? new Set();
        if (isAdded) {
          map.add(key, id);
          plain.set(key, ids.add(id));
        } else {
          map.delete(key, id);
          if (ids.delete(id) && ids.size === 0) plain.delete(key);
        }
        expect(new Set(map.get(key))).toEqual(ids);
        expect(map.get(key)).toHaveLength(ids.size);
        expect(map.count(key)).toBe(ids.size);
        expect(map.size).toBe(plain.size);
      }
    }),
  );
});
