import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NameHasher } from '../../src/wire/name-hash.ts';
import { nameOf, wireName } from './support.ts';

const hash = (seed: number, name: Uint8Array): number => new NameHasher(seed).hash(name, 0, name.length);

describe('the hash of a name', () => {
  test('is the same wherever the name stands', () => {
    fc.assert(
      fc.property(wireName, fc.nat(20), fc.nat(20), fc.integer(), (name, before, behind, seed) => {
        const within = new Uint8Array(before + name.length + behind).fill(7);
        within.set(name, before);
        expect(new NameHasher(seed).hash(within, before, before + name.length)).toBe(hash(seed, name));
      }),
    );
  });

  test('is of the very name and seed: other label ends, octets, orders and seeds give another', () => {
    const names = [['a', 'bc'], ['ab', 'c'], ['abc'], ['cb', 'a'], ['bc', 'a'], ['a', 'bd'], ['a', 'bc', 'a'], []];
    const hashes = names.flatMap((labels) => [1, 2].map((seed) => hash(seed, nameOf(...labels))));
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test('reaches the last octets of the longest name', () => {
    const longest = nameOf(...['a'.repeat(63), 'b'.repeat(63), 'c'.repeat(63)], 'd'.repeat(61));
    expect(longest.length).toBe(255);
    for (const at of [250, 251, 252, 253]) {
      const other = Uint8Array.from(longest);
      other[at]! ^= 1;
      expect(hash(1, other), `octet ${at}`).not.toBe(hash(1, longest));
    }
  });
});

describe('names that somebody chose', () => {
  /** Pairs that differ as little, or as regularly, as names of hosts can. */
  const pairs: readonly (readonly [title: string, a: Uint8Array, b: Uint8Array])[] = [
    ['one bit', nameOf('service-a', 'example'), nameOf('service-c', 'example')],
    ['high bits of two words', nameOf('abcqabcq', 'org'), nameOf('abcaabca', 'org')],
    ['words that change places', nameOf('xabcdefgh'), nameOf('xefghabcd')],
    ['the same bits of neighbours', nameOf('aaaaaaaaa'), nameOf('aiaiaiaia')],
    ['a label more', nameOf('a', 'example', 'org'), nameOf('a', 'a', 'example', 'org')],
  ];

  test.each(pairs)('that differ in %s collide for no seed of 20,000, nor in the slots of a small table', (_, a, b) => {
    let slots = 0;
    for (let seed = 0; seed < 20_000; seed++) {
      const hasher = new NameHasher(seed);
      const [left, right] = [hasher.hash(a, 0, a.length), hasher.hash(b, 0, b.length)];
      expect(left).not.toBe(right);
      if (((left ^ (left >>> 16)) & 1023) === ((right ^ (right >>> 16)) & 1023)) slots++;
    }
    // 20 of 20,000 are to be expected.
    expect(slots).toBeLessThan(60);
  });

  test('names in a row spread over the slots of a table as random ones do', () => {
    const hasher = new NameHasher(7);
    const used = new Uint8Array(65_536);
    for (let i = 0; i < 65_536; i++) {
      const name = nameOf(`service-${i}`, `team-${i % 97}`, 'mesh', 'test');
      const value = hasher.hash(name, 0, name.length);
      used[(value ^ (value >>> 16)) & 65_535]!++;
    }
    const empty = used.filter((count) => count === 0).length / used.length;
    // 1/e of the slots stay empty when each name takes one at random.
    expect(empty).toBeGreaterThan(0.33);
    expect(empty).toBeLessThan(0.41);
    expect(Math.max(...used)).toBeLessThan(12);
  });
});
