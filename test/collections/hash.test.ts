import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/collections/hash.ts';

describe('the hash of a text', () => {
  const names = Array.from({ length: 100_000 }, (_, i) => `service-${i}.team-${i % 97}.mesh.test`);

  it.each([1, 0x5eed, 0x7fff_fffe])('is as good as a random number for names that are alike, with seed %i', (seed) => {
    const hashes = names.map((name) => hashText(name, seed));
    // Of random numbers 1.2 would be there before.
    expect(names.length - new Set(hashes).size).toBeLessThan(8);
    for (const shift of [0, 22]) {
      const counts = new Array<number>(1024).fill(0);
      for (const hash of hashes) counts[(hash >>> shift) & 1023]!++;
      // 98 on average; of random numbers one in ten thousand is further away.
      expect(Math.min(...counts)).toBeGreaterThan(55);
      expect(Math.max(...counts)).toBeLessThan(145);
    }
  });

  it.each([
    ['ab', 'ba'],
    ['abc', 'abd'],
    ['a', 'a\0'],
    ['', '\0'],
    ['\u0161b', 'ab'],
    ['abcd', 'cdab'],
  ])('tells %j from %j', (one, other) => {
    expect(hashText(one, 1)).not.toBe(hashText(other, 1));
  });

  it('depends on the seed', () => {
    expect(hashText('example.org', 1)).not.toBe(hashText('example.org', 2));
  });
});
