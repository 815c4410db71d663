import { describe, expect, test } from 'vitest';
import { readObject } from '../../../src/registry/decode/object.ts';
import type { RegistryObject } from '../../../src/registry/model/object.ts';
import { sameObject } from '../../../src/registry/sources/same-object.ts';
import { entryObject } from './file/support.ts';

function object(name: string, host: string, origin = 'x:1'): RegistryObject {
  const result = readObject(entryObject(name, host), { text: origin });
  if (result.type !== 'object') throw new Error(JSON.stringify(result));
  return result.object;
}

describe('sameObject', () => {
  const one = object('a', 'a.example.com');
  test.each<[string, RegistryObject, boolean]>([
    ['itself', one, true],
    ['one of other lines', object('a', 'a.example.com', 'y:9'), true],
    ['another host', object('a', 'b.example.com'), false],
    ['another name', object('b', 'a.example.com'), false],
    ['more hosts', { ...one, hosts: ['a.example.com', 'b.example.com'] } as RegistryObject, false],
    ['a selector', { ...one, selector: new Map([['a', 'b']]) } as RegistryObject, false],
    ['a time', { ...one, meta: { ...one.meta, created: 1 } }, false],
  ])('%s', (_name, other, is) => {
    expect(sameObject(one, other)).toBe(is);
    expect(sameObject(other, one)).toBe(is);
  });

  test('maps in another order are the same, with other values not', () => {
    const of = (...pairs: [string, string][]): RegistryObject =>
      ({ ...one, selector: new Map(pairs) }) as RegistryObject;
    expect(sameObject(of(['a', '1'], ['b', '2']), of(['b', '2'], ['a', '1']))).toBe(true);
    expect(sameObject(of(['a', '1']), of(['a', '2']))).toBe(false);
    expect(sameObject(of(['a', '1']), of(['b', '1']))).toBe(false);
  });
});
