import type { Frame } from '../compile/code.ts';
import { typeName, type Type } from '../values/type.ts';
import type { Value } from '../values/value.ts';

/** A function that every expression has. */
export interface Builtin {
  /** The type of the result, or why there is none. */
  check(types: readonly Type[]): Type | string;
  /** Throws EvaluationError. */
  run(args: readonly Value[], frame: Frame): Value;
}

export type Kind = Type['kind'] | 'any' | 'number';

/** One that takes arguments of these kinds; those behind the first `required` may be left out. */
export function signature(kinds: readonly Kind[], result: Type, required = kinds.length) {
  return (types: readonly Type[]): Type | string => {
    if (types.length < required || types.length > kinds.length)
      return countMessage(required, kinds.length, types.length);
    const wrong = types.findIndex((type, index) => !accepts(kinds[index]!, type));
    return wrong < 0 ? result : `argument ${wrong + 1} must be ${kinds[wrong]!}, and is ${typeName(types[wrong]!)}`;
  };
}

export function countMessage(min: number, max: number, found: number): string {
  const expected = max === Infinity ? `at least ${min}` : min === max ? String(min) : `${min} or ${max}`;
  return `expected ${expected} argument${expected === '1' ? '' : 's'}, found ${found}`;
}

/** Whether an argument of this type may be given. */
export function accepts(kind: Kind, type: Type): boolean {
  if (kind === 'any' || kind === 'unknown' || type.kind === 'unknown' || type.kind === kind) return true;
  return (kind === 'number' || kind === 'float') && (type.kind === 'int' || type.kind === 'float');
}
