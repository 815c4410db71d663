import { EvaluationError, ExpressionError } from '../errors.ts';
import { sortBy } from '../builtins/arrays.ts';
import { mapKey } from '../builtins/maps.ts';
import { anyArray, arrayOf, bool, elementOf, int, typeName, unknown, type Type } from '../values/type.ts';
import type { Value, ValueArray } from '../values/value.ts';
import { add } from './operations.ts';
import { toArray, toBool, toText, type Code, type Frame } from './code.ts';

/** A call such as `filter(array, predicate)`, whose parts are compiled. */
export interface PredicateCall {
  readonly name: string;
  readonly at: number;
  readonly array: Code;
  /** About the item; `undefined` where it was left out. */
  readonly predicate: Code | undefined;
  /** The order of sortBy, the first value of reduce. */
  readonly extra: Code | undefined;
  /** How many predicates this one stands in. */
  readonly depth: number;
}

type Run = (frame: Frame) => Value;

/** What asks the predicate for yes or no. */
const tests = new Set([
  ...['all', 'none', 'any', 'one', 'filter', 'count', 'find', 'findIndex', 'findLast', 'findLastIndex'],
]);

/** Throws ExpressionError where the types do not go together. */
export function compilePredicateCall(call: PredicateCall): Code {
  const { name, at, array, predicate } = call;
  if (predicate && tests.has(name) && predicate.type.kind !== 'bool' && predicate.type.kind !== 'unknown') {
    throw new ExpressionError(
      `the predicate of ${name} must be a bool, and is ${typeName(predicate.type)}`,
      predicate.at,
    );
  }
  if (call.extra && name === 'sortBy' && call.extra.type.kind !== 'string' && call.extra.type.kind !== 'unknown') {
    throw new ExpressionError(
      `the order of sortBy must be a string, and is ${typeName(call.extra.type)}`,
      call.extra.at,
    );
  }
  return { type: resultOf(name, array.type, predicate?.type), at, isConstant: false, run: runOf(call) };
}

function resultOf(name: string, array: Type, predicate: Type | undefined): Type {
  switch (name) {
    case 'all':
    case 'none':
    case 'any':
    case 'one':
      return bool;
    case 'count':
    case 'findIndex':
    case 'findLastIndex':
      return int;
    case 'filter':
    case 'sortBy':
      return array.kind === 'array' ? array : anyArray;
    case 'map':
      return arrayOf(predicate ?? unknown);
    case 'groupBy':
      return { kind: 'map', of: arrayOf(elementOf(array)), key: unknown };
    case 'find':
    case 'findLast':
      return elementOf(array);
    case 'sum':
      return predicate ?? elementOf(array);
    default:
      return predicate ?? unknown;
  }
}

function runOf(call: PredicateCall): Run {
  const { name, array, predicate, depth } = call;
  /** The value of the predicate for an item; without one that is the item. */
  const valueOf = (frame: Frame, items: ValueArray, index: number): Value => {
    frame.charge(1);
    frame.items[depth] = items[index]!;
    frame.indexes[depth] = index;
    return predicate ? predicate.run(frame) : items[index]!;
  };
  const passes = (frame: Frame, items: ValueArray, index: number): boolean => toBool(valueOf(frame, items, index));
  const over = (run: (frame: Frame, items: ValueArray) => Value): Run => {
    return (frame) => run(frame, toArray(array.run(frame)));
  };
  switch (name) {
    case 'all':
      return over((frame, items) => items.every((_, index) => passes(frame, items, index)));
    case 'none':
      return over((frame, items) => !items.some((_, index) => passes(frame, items, index)));
    case 'any':
      return over((frame, items) => items.some((_, index) => passes(frame, items, index)));
    case 'one':
      return over((frame, items) => items.filter((_, index) => passes(frame, items, index)).length === 1);
    case 'count':
      return over((frame, items) => BigInt(items.filter((_, index) => passes(frame, items, index)).length));
    case 'filter':
      return over((frame, items) => items.filter((_, index) => passes(frame, items, index)));
    case 'map':
      return over((frame, items) => items.map((_, index) => valueOf(frame, items, index)));
    case 'find':
      return over((frame, items) => items.find((_, index) => passes(frame, items, index)) ?? null);
    case 'findLast':
      return over((frame, items) => items.findLast((_, index) => passes(frame, items, index)) ?? null);
    case 'findIndex':
      return over((frame, items) => found(items.findIndex((_, index) => passes(frame, items, index))));
    case 'findLastIndex':
      return over((frame, items) => found(items.findLastIndex((_, index) => passes(frame, items, index))));
    case 'sum':
      return over((frame, items) =>
        items.reduce<Value>((sum, _, index) => add(valueOf(frame, items, index), sum, frame), 0n),
      );
    case 'groupBy':
      return over((frame, items) => groupBy(items, (index) => valueOf(frame, items, index)));
    case 'sortBy':
      return over((frame, items) => {
        const order = call.extra ? toText(call.extra.run(frame)) : 'asc';
        return sortBy(
          items,
          items.map((_, index) => valueOf(frame, items, index)),
          order,
          frame,
        );
      });
    default:
      return over((frame, items) => reduce(call, frame, items, valueOf));
  }
}

function found(index: number): Value {
  return index < 0 ? null : BigInt(index);
}

function groupBy(items: ValueArray, keyOf: (index: number) => Value): Value {
  const groups = new Map<Value, Value[]>();
  for (const [index, item] of items.entries()) {
    const key = mapKey(keyOf(index));
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function reduce(
  { extra, depth }: PredicateCall,
  frame: Frame,
  items: ValueArray,
  valueOf: (frame: Frame, items: ValueArray, index: number) => Value,
): Value {
  const [first] = items;
  if (!extra && first === undefined) throw new EvaluationError('nothing cannot be reduced without a first value');
  let value = extra ? extra.run(frame) : first!;
  for (let index = extra ? 0 : 1; index < items.length; index++) {
    frame.accumulators[depth] = value;
    value = valueOf(frame, items, index);
  }
  return value;
}
