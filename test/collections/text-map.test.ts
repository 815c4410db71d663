import { expect, test } from 'vitest';
import { hashText } from '../../src/collections/hash.ts';
import { TextMap } from '../../src/collections/text-map.ts';

test('is a map in the order of arrival', () => {
  const map = new TextMap<number>();
  const texts = Array.from({ length: 1000 }, (_, i) => `text-${i}`);
  for (const [i, text] of texts.entries()) map.set(text, i);
  map.set('text-7', -7);
  expect([map.size, map.get('text-7'), map.get('text-999'), map.get('none')]).toEqual([1000, -7, 999, undefined]);
  expect(Array.from(map, ([text]) => text)).toEqual(texts);
});

test('tells texts with one hash apart', () => {
  const seed = 1;
  const texts = Array.from({ length: 1 << 17 }, (_, i) => (Math.imul(i, 0x9e3779b1) >>> 0).toString(36));
  const hashes = new Map(texts.map((text) => [hashText(text, seed), text]));
  const twins = texts.filter((text) => hashes.get(hashText(text, seed)) !== text);
  expect(twins).not.toEqual([]);
  const map = new TextMap<string>(seed);
  for (const text of texts) map.set(text, `of ${text}`);
  for (const text of [...twins, ...twins.map((twin) => hashes.get(hashText(twin, seed))!)]) {
    expect(map.get(text)).toBe(`of ${text}`);
  }
  expect([map.size, new Set(Array.from(map, ([text]) => text)).size]).toEqual([texts.length, texts.length]);
});
