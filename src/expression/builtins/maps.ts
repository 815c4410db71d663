import { EvaluationError } from '../errors.ts';
import { toArray, type Frame } from '../compile/code.ts';
import { itemOf } from '../compile/operations.ts';
import { anyArray, anyMap, elementOf, typeName } from '../values/type.ts';
import { isMap, typeOfValue, type Value, type ValueMap } from '../values/value.ts';
import { accepts, countMessage, signature, type Builtin } from './builtin.ts';

function ofMap(run: (map: ValueMap) => Value): Builtin {
  return { check: signature(['map'], anyArray), run: ([map = null], frame) => run(toMap(map, frame)) };
}

export const mapBuiltins: Readonly<Record<string, Builtin>> = {
  keys: ofMap((map) => [...map.keys()]),
  values: ofMap((map) => [...map.values()]),
  toPairs: ofMap((map) => Array.from(map)),
  fromPairs: {
    check: signature(['array'], anyMap),
    run([pairs = []], frame) {
      frame.charge(toArray(pairs).length);
      return new Map(
        toArray(pairs).map((pair): [Value, Value] => {
          const [key, value, ...more] = toArray(pair);
          if (key === undefined || value === undefined || more.length > 0)
            throw new EvaluationError('a pair is an array of two');
          return [mapKey(key), value];
        }),
      );
    },
  },
  get: {
    check(types) {
      const [type, key] = types;
      if (type === undefined || key === undefined || types.length > 2) return countMessage(2, 2, types.length);
      const isIndexed = (['array', 'map', 'bytes', 'nil'] as const).some((kind) => accepts(kind, type));
      if (!isIndexed) return `${typeName(type)} has no items`;
      if (type.kind === 'array' && !accepts('int', key)) return `the index must be an int, and is ${typeName(key)}`;
      return elementOf(type);
    },
    run([value = null, key = null]) {
      if (value === null) return null;
      try {
        return itemOf(value, key);
      } catch (error) {
        // No such item.
        if (error instanceof EvaluationError && (typeof key === 'bigint' || typeof key === 'number')) return null;
        throw error;
      }
    },
  },
};

/** What may be the key of a map: in Go arrays and maps cannot. */
export function mapKey(value: Value): Value {
  if (value !== null && typeof value === 'object') throw new EvaluationError(`${typeOfValue(value)} can be no key`);
  return value;
}

function toMap(value: Value, frame: Frame): ValueMap {
  if (!isMap(value)) throw new EvaluationError(`${typeOfValue(value)} is no map`);
  frame.charge(value.size);
  return value;
}
