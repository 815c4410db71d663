import { isDeepStrictEqual } from 'node:util';

/**
 * Whether two configs say the same: plain data is compared as deep as it goes, but for where something stands in the Corefile
 * (`position`), which says nothing of what it means.
 */
export function isSameData(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((each, i) => isSameData(each, b[i]));
  }
  if (a instanceof Map && b instanceof Map) return isSameData([...a], [...b]);
  if (!isPlain(a) || !isPlain(b)) return isDeepStrictEqual(a, b);
  const keys = keysOf(a);
  return keys.length === keysOf(b).length && keys.every((key) => isSameData(a[key], b[key]));
}

function keysOf(fields: Readonly<Record<string, unknown>>): string[] {
  // A field that is not there means the same as one that is undefined.
  return Object.keys(fields).filter((key) => key !== 'position' && fields[key] !== undefined);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
