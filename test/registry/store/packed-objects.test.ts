import { expect, onTestFinished, test, vi } from 'vitest';
import { PackedTexts } from '../../../src/collections/packed-texts.ts';
import { readObject } from '../../../src/registry/decode/object.ts';
import { objectKey } from '../../../src/registry/model/object.ts';
import { PackedObjects } from '../../../src/registry/store/packed-objects.ts';
import { entryObject } from '../sources/file/support.ts';

function entry(name: string, origin = 'x.yaml:1') {
  const result = readObject(entryObject(name, `${name}.example.com`), { text: origin });
  if (result.type !== 'object') throw new Error(JSON.stringify(result));
  return result.object;
}

test('an object is given out as it came until the batch is at its end', () => {
  const packed = new PackedObjects();
  const object = entry('a');
  const id = packed.add(object);
  expect(packed.objectOf(id)).toBe(object);
  packed.endBatch();
  expect(packed.objectOf(id)).not.toBe(object);
  expect(packed.objectOf(id)).toEqual(object);
});

test('of a batch without end not all objects are kept as they came', () => {
  const packed = new PackedObjects();
  const objects = Array.from({ length: 5000 }, (_, i) => entry(`e${i}`));
  const ids = objects.map((object) => packed.add(object));
  const asTheyCame = ids.filter((id, i) => packed.objectOf(id) === objects[i]);
  expect(asTheyCame.length).toBeLessThanOrEqual(4096);
  expect(ids.map((id) => packed.objectOf(id))).toEqual(objects);
});

test('objects are found by their keys until they are deleted', () => {
  const packed = new PackedObjects();
  const objects = Array.from({ length: 6000 }, (_, i) => entry(`e${i}`));
  for (const object of objects) packed.add(object);
  packed.endBatch();
  for (const [i, object] of objects.entries()) if (i % 2 === 0) packed.delete(object);
  expect(packed.size).toBe(3000);
  for (const [i, object] of objects.entries()) {
    expect(packed.get(objectKey(object))).toEqual(i % 2 === 0 ? undefined : object);
    expect(packed.idOf(object) >= 0).toBe(i % 2 !== 0);
  }
  expect([...packed.all()]).toEqual(objects.filter((_, i) => i % 2 !== 0));
});

test('each object keeps the path of its file, which is stored once for the first 4,096 of them', () => {
  const packed = new PackedObjects();
  const add = vi.spyOn(PackedTexts.prototype, 'add');
  onTestFinished(() => void vi.restoreAllMocks());
  const objects = Array.from({ length: 5000 }, (_, i) => entry(`e${i}`, `/etc/file-${i}.yaml:${i}`));
  const ids = objects.map((object) => packed.add(object));
  packed.endBatch();
  expect(ids.map((id) => packed.objectOf(id).meta.origin)).toEqual(objects.map(({ meta }) => meta.origin));
  expect(add.mock.calls.map(([text]) => text.includes('/etc/file')).indexOf(true)).toBe(4096);
});
