import { expect, it } from 'vitest';
import { keyOf, partsOfKey } from '../../../src/registry/model/object.ts';

it('takes a key apart', () => {
  const parts = { kind: 'Pod', namespace: 'ns', name: 'a.b', cluster: undefined, source: undefined };
  expect(partsOfKey(keyOf('Pod', 'ns', 'a.b', undefined))).toEqual(parts);
  expect(partsOfKey(keyOf('Pod', 'ns', 'a.b', 'c/d@e'))).toEqual({ ...parts, cluster: 'c/d@e' });
  expect(partsOfKey(keyOf('Pod', 'ns', 'a.b', 'c', 12))).toEqual({ ...parts, cluster: 'c', source: 12 });
});
