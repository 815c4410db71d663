import { EvaluationError } from '../errors.ts';
import type { Frame } from '../compile/code.ts';
import { float, int, isNumeric, typeName, unknown, type Type } from '../values/type.ts';
import { int64, isArray, isLess, isNumber, truncated, typeOfValue, type Value } from '../values/value.ts';
import { accepts, countMessage, signature, type Builtin } from './builtin.ts';

/** More than an array can be nested that a parser has read. */
const maxNesting = 1000;

function rounding(round: (value: number) => number): Builtin {
  return { check: signature(['number'], float), run: ([value = 0]) => round(Number(toNumber(value))) };
}

function bits(run: (a: bigint, b: bigint) => bigint): Builtin {
  return { check: signature(['int', 'int'], int), run: ([a = 0n, b = 0n]) => int64(run(toInt(a), toInt(b))) };
}

/** Numbers, and arrays of numbers, arrays of these …, as many as there are. */
function ofNumbers(result: Type | undefined, run: (numbers: readonly (bigint | number)[]) => Value): Builtin {
  return {
    check(types) {
      if (types.length === 0) return countMessage(1, Infinity, 0);
      const wrong = types.find((type) => !accepts('number', type) && !accepts('array', type));
      if (wrong !== undefined) return `the arguments must be numbers or arrays of numbers, found ${typeName(wrong)}`;
      const [first = unknown] = types;
      return result ?? (types.every(({ kind }) => kind === first.kind) && isNumeric(first) ? first : unknown);
    },
    run: (args, frame) => run(numbersIn(args, frame)),
  };
}

export const numberBuiltins: Readonly<Record<string, Builtin>> = {
  abs: {
    check(types) {
      const result = signature(['number'], unknown)(types);
      return typeof result === 'string' ? result : types[0]!;
    },
    run([value = 0n]) {
      const number = toNumber(value);
      return typeof number === 'bigint' ? int64(number < 0n ? -number : number) : Math.abs(number);
    },
  },
  ceil: rounding(Math.ceil),
  floor: rounding(Math.floor),
  // Halves go away from zero, not up.
  round: rounding((value) => Math.sign(value) * Math.round(Math.abs(value))),
  min: ofNumbers(undefined, (numbers) => numbers.reduce<Value>((a, b) => (a === null || isLess(b, a) ? b : a), null)),
  max: ofNumbers(undefined, (numbers) => numbers.reduce<Value>((a, b) => (a === null || isLess(a, b) ? b : a), null)),
  mean: ofNumbers(float, (numbers) => (numbers.length === 0 ? 0 : sum(numbers) / numbers.length)),
  median: ofNumbers(float, (numbers) => {
    const sorted = numbers.map(Number).sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    if (sorted.length === 0) return 0;
    return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  }),
  bitand: bits((a, b) => a & b),
  bitor: bits((a, b) => a | b),
  bitxor: bits((a, b) => a ^ b),
  bitnand: bits((a, b) => a & ~b),
  bitshl: bits((a, b) => (shift(b) > 63n ? 0n : a << b)),
  bitshr: bits((a, b) => a >> (shift(b) > 63n ? 63n : b)),
  bitushr: bits((a, b) => (shift(b) > 63n ? 0n : BigInt.asUintN(64, a) >> b)),
  bitnot: { check: signature(['int'], int), run: ([value = 0n]) => ~toInt(value) },
};

function toNumber(value: Value): bigint | number {
  if (isNumber(value)) return value;
  throw new EvaluationError(`${typeOfValue(value)} is no number`);
}

function toInt(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return truncated(value);
  throw new EvaluationError(`${typeOfValue(value)} is no int`);
}

function shift(count: bigint): bigint {
  if (count < 0n) throw new EvaluationError('bits cannot be shifted by less than 0');
  return count;
}

function sum(numbers: readonly (bigint | number)[]): number {
  return numbers.reduce<number>((total, each) => total + Number(each), 0);
}

function numbersIn(values: readonly Value[], frame: Frame, depth = 0): (bigint | number)[] {
  if (depth > maxNesting) throw new EvaluationError('it takes too many steps');
  frame.charge(values.length);
  return values.flatMap((value) => (isArray(value) ? numbersIn(value, frame, depth + 1) : [toNumber(value)]));
}
