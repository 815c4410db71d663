import { ExpressionError } from '../errors.ts';
import { elementOf, isUnknown, mayBe, typeName } from '../values/type.ts';
import { constantOf, toCount, type Code } from './code.ts';
import { itemOf, slice } from './operations.ts';

/** `object.name` and `object[index]`. Throws ExpressionError where there is nothing of that kind. */
export function compileMember(object: Code, property: Code, isOptional: boolean, at: number): Code {
  const { type } = object;
  const name = constantOf(property);
  if (type.kind === 'array' && !mayBe(property.type, 'int'))
    throw new ExpressionError(`the index of an array must be an int, and is ${typeName(property.type)}`, property.at);
  if (type.kind === 'map' && !isUnknown(type.key) && !mayBe(property.type, type.key.kind))
    throw new ExpressionError(`the key of this map must be a string, and is ${typeName(property.type)}`, property.at);
  if (!mayBe(type, 'array', 'map', 'bytes')) {
    const what = typeof name === 'string' ? `field '${name}'` : 'items';
    throw new ExpressionError(`${typeName(type)} has no ${what}`, at);
  }
  return {
    type: elementOf(type),
    at,
    isConstant: false,
    run(frame) {
      const value = object.run(frame);
      if (frame.isCut) return null;
      if (value === null && isOptional) {
        frame.isCut = true;
        return null;
      }
      return itemOf(value, property.run(frame));
    },
  };
}

/** The end of a chain with `?.` in it, whose value is nil where that has found nil. */
export function compileChain(chained: Code, at: number): Code {
  return {
    type: chained.type,
    at,
    isConstant: false,
    run(frame) {
      const value = chained.run(frame);
      frame.isCut = false;
      return value;
    },
  };
}

/** `object[from:to]`. Throws ExpressionError where it cannot be cut so. */
export function compileSlice(object: Code, from: Code | undefined, to: Code | undefined, at: number): Code {
  if (!mayBe(object.type, 'array', 'string', 'bytes'))
    throw new ExpressionError(`${typeName(object.type)} cannot be cut`, at);
  for (const limit of [from, to]) {
    if (limit && !mayBe(limit.type, 'int'))
      throw new ExpressionError(`the limit of a slice must be an int, and is ${typeName(limit.type)}`, limit.at);
  }
  return {
    type: object.type,
    at,
    isConstant: false,
    run(frame) {
      const value = object.run(frame);
      return slice(value, from ? toCount(from.run(frame)) : 0, to && toCount(to.run(frame)), frame);
    },
  };
}
