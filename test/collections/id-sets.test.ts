import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdSets } from '../../src/collections/id-sets.ts';

test('holds what sets hold, from one number to many and back', () => {
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
      const sets = new IdSets();
      const plain = new Map<string, Set<number>>();
      for (const { key, id, isAdded } of all) {
        const ids = plain.get(key) ?? new Set();
        if (isAdded) {
          sets.add(key, id);
          plain.set(key, ids.add(id));
        } else {
          sets.delete(key, id);
          if (ids.delete(id) && ids.size === 0) plain.delete(key);
        }
        expect(new Set(sets.of(key))).toEqual(ids);
        expect(sets.of(key)).toHaveLength(ids.size);
        expect(sets.count(key)).toBe(ids.size);
        expect(sets.size).toBe(plain.size);
      }
    }),
  );
});
