import { isDeepStrictEqual } from 'node:util';
import type { RegistryObject } from '../model/object.ts';

/** Whether two slim objects mean the same: all fields but `meta.origin`, which moves with the lines of a file. */
export function sameObject(a: RegistryObject, b: RegistryObject): boolean {
  return isDeepStrictEqual(withoutOrigin(a), withoutOrigin(b));
}

function withoutOrigin({ meta, ...fields }: RegistryObject): object {
  return { ...fields, ...meta, origin: undefined };
}
