import { EvaluationError } from '../errors.ts';

/**
 * A value of an expression. The types are Go's: int of 64 bits is a bigint here, and float64 a number, so that both are exact and
 * can be told apart.
 */
export type Value = null | boolean | bigint | number | string | Uint8Array | ValueArray | ValueMap;
export type ValueArray = readonly Value[];
export type ValueMap = ReadonlyMap<Value, Value>;

/** What messages call the type of a value. */
export function typeOfValue(value: Value): string {
  if (value === null) return 'nil';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'float';
    case 'string':
      return 'string';
    default:
      return isArray(value) ? 'array' : value instanceof Uint8Array ? 'bytes' : 'map';
  }
}

export function isArray(value: Value): value is ValueArray {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ValueMap {
  return value instanceof Map;
}

export function isNumber(value: Value): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}

/** An integer as Go computes with it: what does not fit 64 bits wraps round. */
export function int64(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

const minInt = -(2n ** 63n);

/** Go's conversion of a float to an int: without its fraction, and the least int for what is none. */
export function truncated(value: number): bigint {
  if (!Number.isFinite(value)) return minInt;
  const whole = BigInt(Math.trunc(value));
  return int64(whole) === whole ? whole : minInt;
}

/** Equal as expr's `==` has it: numbers by value, arrays and maps by what is in them; other types are never equal. */
export function areEqual(a: Value, b: Value): boolean {
  if (typeof a !== 'object' || a === null) {
    // An int and a float may be equal.
    return isNumber(a) && isNumber(b) ? Number(a) === Number(b) && (typeof a !== typeof b || a === b) : a === b;
  }
  if (b === null || typeof b !== 'object') return false;
  if (isArray(a)) return isArray(b) && a.length === b.length && a.every((each, i) => areEqual(each, b[i]!));
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (!isMap(b) || a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !areEqual(value, other)) return false;
  }
  return true;
}

/** Whether one stands before the other: numbers, and strings by their octets. Throws EvaluationError for other types. */
export function isLess(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return a < b;
  if (typeof a === 'string' && typeof b === 'string') return a < b;
  throw new EvaluationError(`${typeOfValue(a)} and ${typeOfValue(b)} have no order`);
}
