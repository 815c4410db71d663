import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PackedList } from '../../src/registry/packed-list.ts';

test('gives back what was put in', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '\ud800', 'x'.repeat(1020), 'Ā'.repeat(200_000)),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 60 }), (texts) => {
      const list = new PackedList();
      for (const each of texts) list.push(each);
      expect(list.length).toBe(texts.length);
      expect(texts.map((_, index) => list.at(index))).toEqual(texts);
    }),
    { numRuns: 50 },
  );
});

test('goes on over many chunks', () => {
  const list = new PackedList();
  for (let i = 0; i < 50_000; i++) list.push(`${i}`.padStart(40));
  for (let i = 0; i < 50_000; i += 7) expect(list.at(i)).toBe(`${i}`.padStart(40));
});
