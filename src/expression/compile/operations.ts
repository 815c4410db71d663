import { EvaluationError } from '../errors.ts';
import { areEqual, int64, isArray, isMap, isNumber, typeOfValue, type Value } from '../values/value.ts';
import { type Frame, toCount } from './code.ts';

/** The operators at work on values of any type, as expr's runtime has them. Each throws EvaluationError for types that it is not for. */

export function add(a: Value, b: Value, frame: Frame): Value {
  if (typeof a === 'string' && typeof b === 'string') {
    frame.chargeText(a.length + b.length);
    return a + b;
  }
  return arithmetic(a, b, '+');
}

export function arithmetic(a: Value, b: Value, operator: '+' | '-' | '*'): Value {
  if (!isNumber(a) || !isNumber(b)) throw mismatch(operator, a, b);
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    return int64(operator === '+' ? a + b : operator === '-' ? a - b : a * b);
  }
  const [x, y] = [Number(a), Number(b)];
  return operator === '+' ? x + y : operator === '-' ? x - y : x * y;
}

export function divide(a: Value, b: Value): Value {
  if (isNumber(a) && isNumber(b)) return Number(a) / Number(b);
  throw mismatch('/', a, b);
}

export function power(a: Value, b: Value): Value {
  if (isNumber(a) && isNumber(b)) return Number(a) ** Number(b);
  throw mismatch('**', a, b);
}

export function modulo(a: Value, b: Value): Value {
  if (typeof a !== 'bigint' || typeof b !== 'bigint') throw mismatch('%', a, b);
  if (b === 0n) throw new EvaluationError('division by zero');
  return a % b;
}

/** From one to the other, both included; nothing where the second is less. */
export function range(a: Value, b: Value, frame: Frame): Value {
  const first = toCount(a);
  const size = Math.max(0, toCount(b) - first + 1);
  frame.charge(size);
  return Array.from({ length: size }, (_, index) => BigInt(first + index));
}

export function negate(value: Value): Value {
  if (typeof value === 'bigint') return int64(-value);
  if (typeof value === 'number') return -value;
  throw new EvaluationError(`'-' is not for ${typeOfValue(value)}`);
}

export function isIn(needle: Value, where: Value, frame: Frame): boolean {
  if (where === null) return false;
  if (isMap(where)) return where.has(needle);
  if (!isArray(where)) throw mismatch('in', needle, where);
  frame.charge(where.length);
  return where.some((each) => equals(each, needle, frame));
}

/** `areEqual`, whose cost is that of the smaller. */
export function equals(a: Value, b: Value, frame: Frame): boolean {
  if (isArray(a) && isArray(b) && a.length === b.length) {
    frame.charge(a.length);
    return a.every((each, index) => equals(each, b[index]!, frame));
  }
  if (isMap(a) && isMap(b)) frame.charge(a.size);
  return areEqual(a, b);
}

/** An item of an array, a string (its octet) or a map (nil where it has none). */
export function itemOf(value: Value, key: Value): Value {
  if (isMap(value)) return value.get(key) ?? null;
  if (!isArray(value) && typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw new EvaluationError(`${typeOfValue(value)} has no items`);
  }
  const items = typeof value === 'string' ? Buffer.from(value) : value;
  const index = toCount(key);
  const item = items[index < 0 ? items.length + index : index];
  if (item === undefined) throw new EvaluationError(`there is no item ${index} in ${items.length}`);
  return typeof item === 'number' && !isArray(items) ? BigInt(item) : item;
}

/** A part of an array or a string, in octets; limits below 0 count from the end. */
export function slice(value: Value, from: number, to: number | undefined, frame: Frame): Value {
  if (!isArray(value) && typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw new EvaluationError(`${typeOfValue(value)} cannot be cut`);
  }
  const length = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
  const limit = (at: number): number => Math.min(length, Math.max(0, at < 0 ? length + at : at));
  const end = limit(to ?? length);
  const start = Math.min(limit(from), end);
  frame.charge(isArray(value) ? end - start : (end - start) >> 6);
  return typeof value === 'string' ? Buffer.from(value).toString('utf8', start, end) : value.slice(start, end);
}

function mismatch(operator: string, a: Value, b: Value): EvaluationError {
  return new EvaluationError(`'${operator}' is not for ${typeOfValue(a)} and ${typeOfValue(b)}`);
}
