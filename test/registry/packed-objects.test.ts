import { expect, test } from 'vitest';
import { PackedObjects } from '../../src/registry/packed-objects.ts';
import { readObject } from '../../src/registry/read/object.ts';
import { entryObject } from './file/support.ts';

function entry(name: string) {
  const result = readObject(entryObject(name, `${name}.example.com`), { text: 'x.yaml:1' });
  if (result.type !== 'object') throw new Error(JSON.stringify(result));
  return result.object;
}

test('an object is given out as it came until the batch is at its end', () => {
  const packed = new PackedObjects();
  const object = entry('a');
  const id = packed.put(object);
  expect(packed.objectOf(id)).toBe(object);
  packed.settle();
  expect(packed.objectOf(id)).not.toBe(object);
  expect(packed.objectOf(id)).toEqual(object);
});

test('of a batch without end not all objects are kept as they came', () => {
  const packed = new PackedObjects();
  const objects = Array.from({ length: 5000 }, (_, i) => entry(`e${i}`));
  const ids = objects.map((object) => packed.put(object));
  const asTheyCame = ids.filter((id, i) => packed.objectOf(id) === objects[i]);
  expect(asTheyCame.length).toBeLessThanOrEqual(4096);
  expect(ids.map((id) => packed.objectOf(id))).toEqual(objects);
});
