import { EvaluationError } from '../errors.ts';
import type { Frame } from '../compile/code.ts';
import { toText } from '../compile/code.ts';
import { formatValue } from '../values/format.ts';
import { float, int, string, typeName, unknown, type Type } from '../values/type.ts';
import { int64, isArray, isNumber, truncated, typeOfValue, type Value } from '../values/value.ts';
import { accepts, countMessage, signature, type Builtin } from './builtin.ts';

/** As in Go, which takes no spaces. */
const intText = /^[+-]?\d+$/;
const floatText = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function toNumberType(result: Type) {
  return (types: readonly Type[]): Type | string => {
    const [type] = types;
    if (type === undefined || types.length > 1) return countMessage(1, 1, types.length);
    return accepts('number', type) || accepts('string', type) ? result : `${typeName(type)} is no number`;
  };
}

/** A text that a value comes to. */
function made(text: string, frame: Frame): string {
  frame.chargeText(text.length);
  return text;
}

export const conversionBuiltins: Readonly<Record<string, Builtin>> = {
  type: { check: signature(['any'], string), run: ([value = null]) => goTypeName(value) },
  int: { check: toNumberType(int), run: ([value = null]) => toInt(value) },
  float: { check: toNumberType(float), run: ([value = null]) => toFloat(value) },
  string: { check: signature(['any'], string), run: ([value = null], frame) => made(formatValue(value), frame) },
  toJSON: {
    check: signature(['any'], string),
    run: ([value = null], frame) => made(toJson(value), frame),
  },
  fromJSON: {
    check: signature(['string'], unknown),
    run([text = ''], frame) {
      frame.chargeText(toText(text).length * 8);
      try {
        return fromPlain(JSON.parse(toText(text)), frame);
      } catch (error) {
        if (error instanceof SyntaxError) throw new EvaluationError('the text is no JSON');
        throw error;
      }
    },
  },
  toBase64: {
    check: signature(['string'], string),
    run: ([text = ''], frame) => made(Buffer.from(toText(text)).toString('base64'), frame),
  },
  fromBase64: {
    check: signature(['string'], string),
    run([text = ''], frame) {
      frame.chargeText(toText(text).length);
      if (!/^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(toText(text)))
        throw new EvaluationError('the text is no base64');
      return Buffer.from(toText(text), 'base64').toString();
    },
  },
};

function toInt(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return truncated(value);
  if (typeof value === 'string' && intText.test(value) && value.length < 40) {
    const number = BigInt(value.replace('+', ''));
    if (int64(number) === number) return number;
  }
  throw new EvaluationError(`${typeOfValue(value)} is no int`);
}

function toFloat(value: Value): number {
  if (isNumber(value)) return Number(value);
  if (typeof value === 'string' && floatText.test(value)) return Number(value);
  throw new EvaluationError(`${typeOfValue(value)} is no float`);
}

function goTypeName(value: Value): string {
  const name = typeOfValue(value);
  return name === 'bytes' ? 'array' : name;
}

/** Go escapes what HTML would take for its own. */
function toJson(value: Value): string {
  const text = JSON.stringify(plain(value), undefined, 2);
  return text.replace(/[<>&\u2028\u2029]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** As JSON has it; Go's bytes are base64. */
function plain(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value === null || typeof value !== 'object') return value;
  if (isArray(value)) return value.map(plain);
  const entries = Array.from(value, ([key, each]): [string, unknown] => [formatValue(key), plain(each)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** All numbers of JSON are floats in Go. */
function fromPlain(value: unknown, frame: Frame): Value {
  frame.charge(1);
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value;
  if (Array.isArray(value)) return value.map((each) => fromPlain(each, frame));
  return new Map(Object.entries(value as object).map(([key, each]) => [key, fromPlain(each, frame)]));
}
