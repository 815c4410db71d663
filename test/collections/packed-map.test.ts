import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PackedMap } from '../../src/collections/packed-map.ts';

const seed = 7;

describe('a packed map', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('', '\ud800', '\ufffd', 'é', 'ÿ', 'Ā', 'a'.repeat(200)),
  );
  const step = fc.oneof(
    fc.record({ type: fc.constant('set' as const), key: text, value: text }),
    fc.record({ type: fc.constant('delete' as const), key: text }),
  );

  it('holds what a plain map holds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const packed = new PackedMap(seed);
        const plain = new Map<string, string>();
        for (const each of steps) {
          if (each.type === 'set') {
            packed.set(each.key, each.value);
            plain.set(each.key, each.value);
          } else expect(packed.delete(each.key)).toBe(plain.delete(each.key));
          expect(packed.get(each.key)).toBe(plain.get(each.key));
          expect(packed.has(each.key)).toBe(plain.has(each.key));
        }
        expectSame(packed, plain);
      }),
    );
  });

  it('holds as much after any number of changes to many entries, whatever they grow to', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
        const next = (below: number): number => (numbers.next().value as number) % below;
        const packed = new PackedMap(seed);
        const plain = new Map<string, string>();
        for (let i = 0; i < 20_000; i++) {
          const key = `ServiceEntry/team-${next(20)}/se-${next(400)}`;
          if (next(4) === 0) expect(packed.delete(key)).toBe(plain.delete(key));
          else {
            const value = `${i}`.padEnd(next(300), '.');
            packed.set(key, value);
            plain.set(key, value);
          }
        }
        expectSame(packed, plain);
      }),
      { numRuns: 5 },
    );
  });

  it('splits into many segments and finds all of 100,000 entries', () => {
    const packed = new PackedMap(seed);
    for (let i = 0; i < 100_000; i++) packed.set(`service-${i}.mesh.test`, `10.0.${i >> 8}.${i & 255}`);
    expect(packed.size).toBe(100_000);
    let found = 0;
    for (let i = 0; i < 100_000; i++) {
      if (packed.get(`service-${i}.mesh.test`) === `10.0.${i >> 8}.${i & 255}`) found++;
    }
    expect(found).toBe(100_000);
    const texts = packed.entries();
    let octets = 0;
    for (const [key, value] of texts) octets += key.length + value.length;
    expect((packed.bytes - octets) / packed.size).toBeLessThan(32);
  });

  it('gives back what is garbage', () => {
    const packed = new PackedMap(seed);
    const value = 'v'.repeat(100);
    for (let i = 0; i < 50_000; i++) packed.set(`key-${i}`, value);
    const full = packed.bytes;
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 50_000; i++) packed.set(`key-${i}`, value + '.'.repeat(round + 1));
      expect(packed.bytes).toBeLessThan(full * 2);
    }
    for (let i = 0; i < 50_000; i++) if (i % 10 !== 0) packed.delete(`key-${i}`);
    expect(packed.size).toBe(5000);
    for (let i = 0; i < 50_000; i += 10) expect(packed.get(`key-${i}`)).toBe(`${value}.....`);
    // The slots stay: they are for the next ones.
    expect(packed.bytes).toBeLessThan(full / 2);
  });

  it('takes texts that are longer than a chunk', () => {
    const packed = new PackedMap(seed);
    const long = 'x'.repeat(300_000);
    packed.set('a', '1');
    packed.set('long', long);
    packed.set(long, 'wide Ā'.repeat(100_000));
    packed.set('b', '2');
    expectSame(
      packed,
      new Map([
        ['a', '1'],
        ['b', '2'],
        ['long', long],
        [long, 'wide Ā'.repeat(100_000)],
      ]),
    );
    const { bytes } = packed;
    expect(packed.delete('long')).toBe(true);
    expect(packed.delete(long)).toBe(true);
    expect(packed.bytes).toBeLessThan(bytes - 1_000_000);
    expect([...packed.keys()]).toEqual(['a', 'b']);
  });

  it('overwrites a value of the same size where it is', () => {
    const packed = new PackedMap(seed);
    packed.set('a', '1');
    packed.set('b', '2');
    packed.set('a', '3');
    expect([...packed.entries()]).toEqual([
      ['a', '3'],
      ['b', '2'],
    ]);
    // As many octets, but not the same width.
    packed.set('a', 'éé');
    packed.set('a', 'Ā');
    expect(packed.get('a')).toBe('Ā');
  });

  it('gives each key a number that stays, and gives it again when the key is gone', () => {
    const packed = new PackedMap(seed);
    const ids = Array.from({ length: 1000 }, (_, i) => packed.set(`${i}`, ''));
    expect(new Set(ids).size).toBe(1000);
    for (let i = 0; i < 1000; i++) expect(packed.set(`${i}`, 'a longer one'.repeat(100))).toBe(ids[i]);
    for (let i = 0; i < 1000; i++) {
      expect(packed.idOf(`${i}`)).toBe(ids[i]);
      expect(packed.keyOf(ids[i]!)).toBe(`${i}`);
      expect(packed.valueOf(ids[i]!)).toBe('a longer one'.repeat(100));
    }
    expect(packed.idOf('none')).toBe(-1);
    packed.delete('7');
    expect(packed.set('new', '')).toBe(ids[7]);
  });

  it('is empty after clear', () => {
    const packed = new PackedMap(seed);
    for (let i = 0; i < 5000; i++) packed.set(`${i}`, '');
    packed.clear();
    expectSame(packed, new Map());
    packed.set('a', 'b');
    expectSame(packed, new Map([['a', 'b']]));
  });

  it('holds the same whatever the seed', () => {
    const packed = new PackedMap();
    for (let i = 0; i < 5000; i++) packed.set(`${i}`, `${-i}`);
    for (let i = 0; i < 5000; i++) expect(packed.get(`${i}`)).toBe(`${-i}`);
    expect([...packed.keys()]).toEqual(Array.from({ length: 5000 }, (_, i) => `${i}`));
  });
});

function expectSame(packed: PackedMap, plain: ReadonlyMap<string, string>): void {
  expect(packed.size).toBe(plain.size);
  expect(new Map(packed.entries())).toEqual(new Map(plain));
  expect(new Set(packed.keys())).toEqual(new Set(plain.keys()));
  for (const [key, value] of plain) expect(packed.get(key)).toBe(value);
}
