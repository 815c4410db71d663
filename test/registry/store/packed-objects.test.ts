import { expect, onTestFinished, test, vi } from 'vitest';
import { PackedMap } from '../../../src/collections/packed-map.ts';
import { PackedObjects } from '../../../src/registry/store/packed-objects.ts';
import { readObject } from '../../../src/registry/decode/object.ts';
import { entryObject } from '../sources/file/support.ts';

function entry(name: string, origin = 'x.yaml:1') {
  const result = readObject(entryObject(name, `${name}.example.com`), { text: origin });
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

test('paths of files are given back with their last object, and each object keeps its own', () => {
  const packed = new PackedObjects();
  const entries = (round: number) =>
    Array.from({ length: 6000 }, (_, i) => entry(`e${round}-${i}`, `round-${round}/file-${i >> 1}.yaml:${i}`));
  const stays = entry('stays', 'stays.yaml:7');
  packed.put(stays);
  for (let round = 0; round < 5; round++) {
    const objects = entries(round);
    const ids = objects.map((object) => packed.put(object));
    packed.settle();
    expect(ids.map((id) => packed.objectOf(id).meta.origin)).toEqual(objects.map(({ meta }) => meta.origin));
    for (const object of objects) packed.delete(object);
    // The path of the object that was deleted last must not be taken for that of another.
    const again = entry('again', `round-${round}/file-2999.yaml:1`);
    expect(packed.objectOf(packed.put(again)).meta.origin.text).toBe(`round-${round}/file-2999.yaml:1`);
    packed.delete(again);
  }
  expect(packed.size).toBe(1);
  packed.settle();
  expect(packed.objectOf(packed.idOf(stays)).meta.origin.text).toBe('stays.yaml:7');
  // Each path would be kept in full with every object if none of the 4,096 places had become free.
  const one = entry('one', `${'long/'.repeat(50)}one.yaml:1`);
  const valueOf = vi.spyOn(PackedMap.prototype, 'set');
  onTestFinished(() => void vi.restoreAllMocks());
  packed.put(one);
  expect(valueOf.mock.calls[0]![1]).not.toContain('long/');
});
