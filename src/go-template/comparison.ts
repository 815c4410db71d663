import { TemplateFault } from './fault.ts';
import { typeOf, type Value } from './values.ts';

const isBasic = (value: Value): boolean => value !== null && typeof value !== 'object';

/** Go's `eq` of two values; nil equals nil alone. Throws a TemplateFault where they cannot be compared. */
export function equals(a: Value, b: Value): boolean {
  if (a === null || b === null) return a === b;
  if (typeof a !== typeof b) throw incompatible(a, b);
  if (!isBasic(a)) throw new TemplateFault(`non-comparable type ${typeOf(a)}`);
  return a === b;
}

/** Below, at or above 0 as the first is less than, equal to or more than the second; NaN where a number is none. */
export function compare(a: Value, b: Value): number {
  if (!isBasic(a) || !isBasic(b) || typeof a === 'boolean') throw new TemplateFault('invalid type for comparison');
  if (typeof a !== typeof b) throw incompatible(a, b);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  if (typeof a === 'number') return a - (b as number);
  return a! < b! ? -1 : a === b ? 0 : 1;
}

function incompatible(a: Value, b: Value): TemplateFault {
  return new TemplateFault(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
}
