import fc from 'fast-check';
import { expect, test } from 'vitest';
import { memoryOf, PackedList } from '../../src/collections/packed-list.ts';

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

test('lists one behind the other are one list, which goes on', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', 'x'.repeat(1020), 'Ā'.repeat(200_000)));
  fc.assert(
    fc.property(fc.array(fc.array(text, { maxLength: 30 }), { maxLength: 5 }), text, (lists, last) => {
      const whole = new PackedList();
      for (const texts of lists) {
        const list = new PackedList();
        for (const each of texts) list.push(each);
        const { parts } = list;
        whole.append(structuredClone(parts, { transfer: memoryOf(parts) }));
        whole.push(last);
      }
      const all = lists.flatMap((texts) => [...texts, last]);
      expect(whole.length).toBe(all.length);
      expect(all.map((_, index) => whole.at(index))).toEqual(all);
    }),
    { numRuns: 50 },
  );
});

test('goes on over many chunks', () => {
  const list = new PackedList();
  for (let i = 0; i < 50_000; i++) list.push(`${i}`.padStart(40));
  for (let i = 0; i < 50_000; i += 7) expect(list.at(i)).toBe(`${i}`.padStart(40));
});
