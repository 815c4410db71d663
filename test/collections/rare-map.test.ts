import { expect, test } from 'vitest';
import { RareMap } from '../../src/collections/rare-map.ts';

test('is a map, empty and not', () => {
  const map = new RareMap<number>();
  expect([map.get('a'), map.has('a'), map.delete('a')]).toEqual([undefined, false, false]);
  map.set('a', 1);
  expect([map.get('a'), map.has('a'), map.get('b'), map.has('b'), [...map]]).toEqual([
    1,
    true,
    undefined,
    false,
    [['a', 1]],
  ]);
  expect([map.delete('b'), map.delete('a'), map.has('a'), map.size]).toEqual([false, true, false, 0]);
});
