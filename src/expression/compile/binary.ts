import { LinearRegExp } from '../../runtime/linear-regexp.ts';
import { errorMessage } from '../../runtime/errors.ts';
import { EvaluationError, ExpressionError } from '../errors.ts';
import {
  arrayOf,
  bool,
  elementOf,
  eitherOf,
  float,
  int,
  isComparable,
  isNumeric,
  isUnknown,
  mayBe,
  string,
  type Type,
  typeName,
  unknown,
} from '../values/type.ts';
import { isArray, isLess, type Value } from '../values/value.ts';
import { constantOf, folded, toBool, toText, type Code, type Frame } from './code.ts';
import { add, arithmetic, divide, equals, isIn, modulo, power, range } from './operations.ts';

/** Patterns that are made while a query is handled. */
const maxDynamicPattern = 1000;

/** An operator between two expressions. Throws ExpressionError where it is not for values of these types. */
export function compileBinary(operator: string, left: Code, right: Code, at: number): Code {
  const type = resultOf(operator, left.type, right.type);
  if (type === undefined) {
    const types = `${typeName(left.type)} and ${typeName(right.type)}`;
    throw new ExpressionError(`'${operator}' is not for ${types}`, at);
  }
  const run = runOf(operator, left, right);
  return folded({ type, at, isConstant: false, run }, [left, right]);
}

/** The type of the result; `undefined` where the operator is not for these. */
function resultOf(operator: string, a: Type, b: Type): Type | undefined {
  const both = (...kinds: readonly Type['kind'][]): boolean => mayBe(a, ...kinds) && mayBe(b, ...kinds);
  switch (operator) {
    case '==':
    case '!=':
      return isComparable(a, b) ? bool : undefined;
    case 'or':
    case '||':
    case 'and':
    case '&&':
      return both('bool') ? bool : undefined;
    case '<':
    case '>':
    case '<=':
    case '>=':
      return both('int', 'float') || both('string') ? bool : undefined;
    case '+':
      return a.kind === 'string' && b.kind === 'string' ? string : both('string') ? unknown : arithmeticType(a, b);
    case '-':
    case '*':
      return arithmeticType(a, b);
    case '/':
    case '**':
    case '^':
      return both('int', 'float') ? float : undefined;
    case '%':
      return both('int') ? int : undefined;
    case '..':
      return both('int') ? arrayOf(int) : undefined;
    case 'in':
      return isInAllowed(a, b) ? bool : undefined;
    case 'matches':
      return mayBe(a, 'string', 'bytes') && mayBe(b, 'string') ? bool : undefined;
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      return both('string') ? bool : undefined;
    case '??':
      return a.kind === 'unknown' ? unknown : eitherOf(a, b);
    default:
      return undefined;
  }
}

function arithmeticType(a: Type, b: Type): Type | undefined {
  if (isNumeric(a) && isNumeric(b)) return a.kind === 'float' || b.kind === 'float' ? float : int;
  return mayBe(a, 'int', 'float') && mayBe(b, 'int', 'float') ? unknown : undefined;
}

function isInAllowed(a: Type, b: Type): boolean {
  if (b.kind === 'map') return mayBe(a, b.key.kind) || isUnknown(b.key);
  if (b.kind === 'array') return isComparable(a, elementOf(b));
  return isUnknown(b) || (isUnknown(a) && b.kind === 'string');
}

type Run = (frame: Frame) => Value;

function runOf(operator: string, left: Code, right: Code): Run {
  const apply = (operation: (a: Value, b: Value, frame: Frame) => Value): Run => {
    return (frame) => operation(left.run(frame), right.run(frame), frame);
  };
  switch (operator) {
    case '==':
      return equality(left, right);
    case '!=': {
      const isEqual = equality(left, right);
      return (frame) => !(isEqual(frame) as boolean);
    }
    case 'or':
    case '||':
      return (frame) => toBool(left.run(frame)) || toBool(right.run(frame));
    case 'and':
    case '&&':
      return (frame) => toBool(left.run(frame)) && toBool(right.run(frame));
    case '<':
      return apply(isLess);
    case '>':
      return apply((a, b) => isLess(b, a));
    case '<=':
      return apply((a, b) => isLess(a, b) || equalNumbersOrTexts(a, b));
    case '>=':
      return apply((a, b) => isLess(b, a) || equalNumbersOrTexts(a, b));
    case '+':
      return apply(add);
    case '-':
    case '*':
      return apply((a, b) => arithmetic(a, b, operator));
    case '/':
      return apply(divide);
    case '%':
      return apply(modulo);
    case '**':
    case '^':
      return apply(power);
    case '..':
      return apply(range);
    case 'in':
      return membership(left, right);
    case 'matches':
      return matching(left, right);
    case 'contains':
      return apply(onTexts((a, b) => a.includes(b)));
    case 'startsWith':
      return apply(onTexts((a, b) => a.startsWith(b)));
    case 'endsWith':
      return apply(onTexts((a, b) => a.endsWith(b)));
    default:
      // `??`: the right side is looked at only where it is needed.
      return (frame) => left.run(frame) ?? right.run(frame);
  }
}

/** Values that have an order. */
function equalNumbersOrTexts(a: Value, b: Value): boolean {
  return a === b || (typeof a !== typeof b && Number(a) === Number(b));
}

function equality(left: Code, right: Code): Run {
  if (left.type.kind === right.type.kind && ['string', 'int', 'bool'].includes(left.type.kind)) {
    return (frame) => left.run(frame) === right.run(frame);
  }
  return (frame) => equals(left.run(frame), right.run(frame), frame);
}

/** A list of constant texts, which is what most expressions have, is looked up. */
function membership(left: Code, right: Code): Run {
  const where = constantOf(right);
  if (where !== undefined && where !== null && isArray(where) && where.every((each) => typeof each === 'string')) {
    const texts = new Set<Value>(where);
    return (frame) => texts.has(left.run(frame));
  }
  return (frame) => isIn(left.run(frame), right.run(frame), frame);
}

function onTexts(test: (a: string, b: string) => boolean) {
  return (a: Value, b: Value, frame: Frame): boolean => {
    if (a === null || b === null) return false;
    const [text, part] = [toText(a), toText(b)];
    frame.chargeText(text.length);
    return test(text, part);
  };
}

function matching(left: Code, right: Code): Run {
  const pattern = constantOf(right);
  let expression =
    typeof pattern === 'string' ? compiled(pattern, (message) => new ExpressionError(message, right.at)) : undefined;
  const textOf = (value: Value): string =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : toText(value);
  return (frame) => {
    const subject = left.run(frame);
    const wanted = right.run(frame);
    if (subject === null || wanted === null) return false;
    const source = toText(wanted);
    if (expression?.pattern !== source) {
      if (source.length > maxDynamicPattern) throw new EvaluationError('the regular expression is too long');
      frame.charge(source.length);
      expression = compiled(source, (message) => new EvaluationError(message));
    }
    const text = textOf(subject);
    frame.chargeText(8 * text.length);
    return expression.test(text);
  };
}

function compiled(pattern: string, failure: (message: string) => Error): LinearRegExp {
  try {
    return new LinearRegExp(pattern);
  } catch (error) {
    throw failure(`expected a regular expression (RE2): ${errorMessage(error)}`);
  }
}
