import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HashIndex } from '../../src/collections/hash-index.ts';
import { hashText } from '../../src/collections/hash.ts';

describe('a hash index', () => {
  it('has under each hash what was added there and not deleted', () => {
    // Few hashes, so that many numbers share one, and neighbours, so that runs meet and wrap around.
    const hash = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 1020, max: 1026 }), fc.integer());
    const step = fc.record({ hash, id: fc.nat(20), isAdded: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const index = new HashIndex();
        const plain = new Map<number, Set<number>>();
        for (const { hash: at, id, isAdded } of steps) {
          const ids = plain.get(at) ?? new Set();
          plain.set(at, ids);
          if (!isAdded) index.delete(at, id);
          else if (!ids.has(id)) index.add(at, id);
          if (isAdded) ids.add(id);
          else ids.delete(id);
        }
        for (const [at, ids] of plain) expect(index.idsOf(at).sort(byNumber)).toEqual([...ids].sort(byNumber));
      }),
    );
  });

  it('takes thousands of numbers under one hash', () => {
    const index = new HashIndex();
    const all = Array.from({ length: 5000 }, (_, id) => id);
    for (const id of all) index.add(-1, id);
    index.add(0, 1);
    expect(index.idsOf(-1).sort(byNumber)).toEqual(all);
    for (const id of all) if (id % 2 === 0) index.delete(-1, id);
    expect(index.idsOf(-1).sort(byNumber)).toEqual(all.filter((id) => id % 2 === 1));
    expect(index.idsOf(0)).toEqual([1]);
  });

  it('finds each of 100,000', () => {
    const index = new HashIndex();
    for (let id = 0; id < 100_000; id++) index.add(hashText(`${id}`, 1), id);
    let found = 0;
    for (let id = 0; id < 100_000; id++) if (index.idsOf(hashText(`${id}`, 1)).includes(id)) found++;
    expect(found).toBe(100_000);
    expect(index.bytes / 100_000).toBeLessThan(22);
  });
});

function byNumber(a: number, b: number): number {
  return a - b;
}
