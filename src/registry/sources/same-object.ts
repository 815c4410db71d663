import type { RegistryObject } from '../model/object.ts';

/**
 * Whether two slim objects mean the same: all fields but `meta.origin`, which moves with the lines of a file. Slim
 * objects hold plain values, arrays, maps and plain objects only.
 */
export function sameObject(a: RegistryObject, b: RegistryObject): boolean {
  return same(a, b);
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index++) if (!same(a[index], b[index])) return false;
    return true;
  }
  if (a instanceof Map) {
    if (!(b instanceof Map) || a.size !== b.size) return false;
    for (const [key, value] of a) if (!b.has(key) || !same(value, b.get(key))) return false;
    return true;
  }
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  for (const key of keys) {
    if (key === 'origin') continue;
    if (!(key in right) || !same(left[key], right[key])) return false;
  }
  return true;
}
