import { EvaluationError } from '../errors.ts';
import { toArray, toCount, toText, type Frame } from '../compile/code.ts';
import { equals } from '../compile/operations.ts';
import { anyArray, elementOf, int, typeName, unknown, type Type } from '../values/type.ts';
import { isArray, isLess, isMap, typeOfValue, type Value, type ValueArray } from '../values/value.ts';
import { accepts, countMessage, signature, type Builtin } from './builtin.ts';

function item(pick: (array: ValueArray) => Value | undefined): Builtin {
  return {
    check: resultOf(['array'], (type) => elementOf(type)),
    // What has no items has no first one.
    run: ([array = null]) => (isArray(array) ? (pick(array) ?? null) : null),
  };
}

export const arrayBuiltins: Readonly<Record<string, Builtin>> = {
  len: {
    check(types) {
      const [type] = types;
      if (type === undefined || types.length > 1) return countMessage(1, 1, types.length);
      const isCounted = (['string', 'bytes', 'array', 'map'] as const).some((kind) => accepts(kind, type));
      return isCounted ? int : `${typeName(type)} has no length`;
    },
    run([value = null], frame) {
      if (typeof value === 'string') {
        frame.chargeText(value.length);
        return BigInt(Array.from(value).length);
      }
      if (isArray(value) || value instanceof Uint8Array) return BigInt(value.length);
      if (isMap(value)) return BigInt(value.size);
      throw new EvaluationError(`${typeOfValue(value)} has no length`);
    },
  },
  first: item((array) => array[0]),
  last: item((array) => array.at(-1)),
  take: {
    check: resultOf(['array', 'int'], (type) => type),
    run([array = [], count = 0n], frame) {
      const items = toArray(array);
      const size = Math.min(toCount(count), items.length);
      if (size < 0) throw new EvaluationError('less than 0 items cannot be taken');
      frame.charge(size);
      return items.slice(0, size);
    },
  },
  reverse: {
    check: signature(['array'], anyArray),
    run([array = []], frame) {
      frame.charge(toArray(array).length);
      return toArray(array).toReversed();
    },
  },
  uniq: {
    check: signature(['array'], anyArray),
    run([array = []], frame) {
      const kept: Value[] = [];
      for (const value of toArray(array)) {
        frame.charge(kept.length + 1);
        if (!kept.some((each) => equals(each, value, frame))) kept.push(value);
      }
      return kept;
    },
  },
  concat: {
    check(types) {
      if (types.length === 0) return countMessage(1, Infinity, 0);
      const wrong = types.find((type) => !accepts('array', type));
      return wrong === undefined ? anyArray : `the arguments must be arrays, found ${typeName(wrong)}`;
    },
    run(args, frame) {
      const arrays = args.map(toArray);
      frame.charge(arrays.reduce((sum, { length }) => sum + length, 0));
      return arrays.flat(1);
    },
  },
  flatten: {
    check: signature(['array'], anyArray),
    run: ([array = []], frame) => flatten(toArray(array), frame),
  },
  sort: {
    check: signature(['array', 'string'], anyArray, 1),
    run: ([array = [], order = 'asc'], frame) => sortBy(toArray(array), toArray(array), toText(order), frame),
  },
};

/** Items in the order of their keys. Throws EvaluationError where two of these have none. */
export function sortBy(items: ValueArray, keys: ValueArray, order: string, frame: Frame): ValueArray {
  if (order !== 'asc' && order !== 'desc') throw new EvaluationError(`'${order}' is no order: there are asc and desc`);
  frame.charge(items.length * (32 - Math.clz32(items.length)));
  const sign = order === 'asc' ? 1 : -1;
  const indexes = items.map((_, index) => index);
  indexes.sort((a, b) => {
    const [x, y] = [keys[a]!, keys[b]!];
    return isLess(x, y) ? -sign : isLess(y, x) ? sign : 0;
  });
  return indexes.map((index) => items[index]!);
}

function flatten(array: ValueArray, frame: Frame): ValueArray {
  frame.charge(array.length + 1);
  return array.flatMap((each) => (isArray(each) ? flatten(each, frame) : [each]));
}

function resultOf(kinds: Parameters<typeof signature>[0], result: (first: Type) => Type) {
  return (types: readonly Type[]): Type | string => {
    const checked = signature(kinds, unknown)(types);
    return typeof checked === 'string' ? checked : result(types[0]!);
  };
}
