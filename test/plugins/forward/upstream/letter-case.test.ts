import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LetterCase } from '../../../../src/plugins/forward/upstream/letter-case.ts';

function inCase(seed: number, octets: readonly number[]): number[] {
  const letterCase = new LetterCase(seed);
  return octets.map((octet) => letterCase.next(octet));
}

const seeds = fc.integer().map((seed) => seed | 1);

test('nothing but the case of letters changes, and the same seed gives the same case, whatever it was before', () => {
  fc.assert(
    fc.property(seeds, fc.uint8Array({ maxLength: 255 }), (seed, bytes) => {
      const octets = [...bytes];
      const text = (each: readonly number[]): string =>
        Buffer.from(each)
          .toString('latin1')
          .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
      const mixed = inCase(seed, octets);
      expect(text(mixed)).toBe(text(octets));
      expect(inCase(seed, mixed)).toEqual(mixed);
    }),
  );
});

test('about half of the letters are in upper case', () => {
  let upper = 0;
  for (let seed = 1; seed < 2000; seed += 2) {
    for (const octet of inCase(seed, new Array<number>(20).fill(0x61))) if (octet === 0x41) upper++;
  }
  expect(upper / 20_000).toBeGreaterThan(0.45);
  expect(upper / 20_000).toBeLessThan(0.55);
});
