import { expect, test } from 'vitest';
import { TextMap } from '../../src/registry/text-map.ts';
import { TextSet } from '../../src/registry/text-set.ts';

test('is a map in the order of arrival', () => {
  const map = new TextMap<number>();
  const texts = Array.from({ length: 1000 }, (_, i) => `text-${i}`);
  for (const [i, text] of texts.entries()) map.set(text, i);
  map.set('text-7', -7);
  expect([map.size, map.get('text-7'), map.get('text-999'), map.get('none')]).toEqual([1000, -7, 999, undefined]);
  expect([map.has('text-0'), map.has('text-')]).toEqual([true, false]);
  expect(Array.from(map, ([text]) => text)).toEqual(texts);
  map.clear();
  expect([map.size, map.has('text-7'), [...map]]).toEqual([0, false, []]);
});

test('tells texts with one hash apart', () => {
  // 2^17 texts of 2^32 hashes: some two share one in all but one of 7 runs, and are told apart in all of them.
  const map = new TextMap<number>();
  const count = 1 << 17;
  for (let i = 0; i < count; i++) map.set(`${i}`, i);
  let wrong = 0;
  for (let i = 0; i < count; i++) if (map.get(`${i}`) !== i) wrong++;
  expect([map.size, wrong, new Set(Array.from(map, ([, i]) => i)).size]).toEqual([count, 0, count]);
});

test('a set has each text once', () => {
  const set = new TextSet();
  for (const text of ['b', 'a', 'b']) set.add(text);
  expect([set.size, [...set]]).toEqual([2, ['b', 'a']]);
});
