import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeenKeys } from '../../../../src/registry/sources/kubernetes/seen-keys.ts';
import { PackedMap } from '../../../../src/collections/packed-map.ts';

const names = Array.from({ length: 4000 }, (_, index) => `ns/name-${index}`);

test('keys may be seen before the map has them, long before or just before, or when it has had them for long', () => {
  const steps = fc.record({
    before: fc.subarray(names),
    seen: fc.subarray(names),
    after: fc.subarray(names),
    seenAfter: fc.subarray(names),
  });
  fc.assert(
    fc.property(steps, ({ before, seen, after, seenAfter }) => {
      const map = new PackedMap();
      const keys = new SeenKeys(map);
      for (const name of before) map.set(name, '');
      for (const name of seen) keys.add(name);
      for (const name of after) map.set(name, 'grown');
      for (const name of seenAfter) keys.add(name);
      const all = new Set([...seen, ...seenAfter]);
      const inMap = new Set([...before, ...after]);
      expect([...keys.unseen()].sort()).toEqual([...inMap].filter((name) => !all.has(name)).sort());
    }),
    // To shrink thousands of names takes for ever.
    { numRuns: 40, endOnFailure: true },
  );
});
