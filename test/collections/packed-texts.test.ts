import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PackedTexts } from '../../src/collections/packed-texts.ts';

test('has under each ID what was added, whatever is added and deleted', () => {
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
      const next = (below: number): number => (numbers.next().value as number) % below;
      const packed = new PackedTexts();
      const plain = new Map<number, string>();
      for (let i = 0; i < 20_000; i++) {
        const id = next(500);
        if (plain.delete(id)) packed.delete(id);
        const text = `😀${i}`.padEnd(next(300), '.é漢');
        const added = packed.add(text);
        expect(plain.has(added)).toBe(false);
        plain.set(added, text);
      }
      expectSame(packed, plain);
    }),
    { numRuns: 5 },
  );
});

test('gives memory back, and never takes much more than what it has', () => {
  const packed = new PackedTexts();
  const text = 'a'.repeat(100);
  let ids = Array.from({ length: 50_000 }, () => packed.add(text));
  const full = packed.bytes;
  expect(full / 50_000).toBeLessThan(112);
  for (let round = 0; round < 5; round++) {
    ids = ids.map((id) => {
      packed.delete(id);
      return packed.add(text);
    });
    expect(packed.bytes).toBeLessThan(full * 2);
  }
  for (const [i, id] of ids.entries()) if (i % 10 !== 0) packed.delete(id);
  expect(packed.size).toBe(5000);
  expect(packed.bytes).toBeLessThan(full / 2);
  expectSame(packed, new Map(ids.filter((_, i) => i % 10 === 0).map((id) => [id, text])));
});

test('has texts that are longer than a chunk, and none', () => {
  const packed = new PackedTexts();
  const texts = ['a', 'long'.repeat(100_000), '', '漢'.repeat(100_000), 'b'];
  const ids = texts.map((text) => packed.add(text));
  expectSame(packed, new Map(ids.map((id, i) => [id, texts[i]!])));
  const { bytes } = packed;
  packed.delete(ids[1]!);
  packed.delete(ids[3]!);
  expect(packed.bytes).toBe(bytes - 700_016);
  expect(packed.get(ids[4]!)).toBe('b');
});

test('uses the ID of a deleted text again', () => {
  const packed = new PackedTexts();
  const ids = Array.from({ length: 1000 }, (_, i) => packed.add(`${i}`));
  packed.delete(ids[7]!);
  expect([...packed.ids()]).toEqual(ids.filter((id) => id !== ids[7]));
  expect(packed.add('new')).toBe(ids[7]);
});

function expectSame(packed: PackedTexts, plain: ReadonlyMap<number, string>): void {
  expect(packed.size).toBe(plain.size);
  expect(new Map(Array.from(packed.ids(), (id) => [id, packed.get(id)]))).toEqual(new Map(plain));
}
