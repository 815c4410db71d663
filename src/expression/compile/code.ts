import { EvaluationError } from '../errors.ts';
import { isArray, typeOfValue, type Value, type ValueArray } from '../values/value.ts';
import type { Type } from '../values/type.ts';

/** Steps that an evaluation may take: items that it looks at or makes, and 64 octets of text. */
const maxSteps = 100_000;

/** What an evaluation works with. One is used again for each. */
export class Frame<Context = unknown> {
  context!: Context;
  #steps = 0;
  /** Values of `let`, by number. */
  readonly variables: Value[] = [];
  /** Of the predicates that are under way, by depth. */
  readonly items: Value[] = [];
  readonly indexes: number[] = [];
  readonly accumulators: Value[] = [];
  /** A `?.` has found nil: what follows in the chain is nil too. */
  isCut = false;

  begin(context: Context): void {
    this.context = context;
    this.#steps = maxSteps;
    this.isCut = false;
  }

  /** Throws EvaluationError where it has cost too much. */
  charge(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new EvaluationError('it takes too many steps');
  }

  /** A text of this length is read or made. */
  chargeText(length: number): void {
    this.charge((length >> 6) + 1);
  }
}

/** A part of an expression, ready to be evaluated. */
export interface Code {
  readonly type: Type;
  /** Where it stands in the text. */
  readonly at: number;
  /** It has the same value every time. */
  readonly isConstant: boolean;
  /** Throws EvaluationError. */
  run(frame: Frame): Value;
}

/** The value of code that is constant; `undefined` of other code. */
export function constantOf(code: Code): Value | undefined {
  return code.isConstant ? code.run(new Frame()) : undefined;
}

export function constant(value: Value, type: Type, at: number): Code {
  return { type, at, isConstant: true, run: () => value };
}

/** Evaluates once what depends on constants only. What then fails fails when the expression is evaluated. */
export function folded(code: Code, parts: readonly Code[]): Code {
  if (!parts.every(({ isConstant }) => isConstant)) return code;
  const frame = new Frame();
  frame.begin(undefined);
  try {
    return constant(code.run(frame), code.type, code.at);
  } catch (error) {
    if (error instanceof EvaluationError) return code;
    throw error;
  }
}

export function toArray(value: Value): ValueArray {
  if (isArray(value)) return value;
  throw new EvaluationError(`${typeOfValue(value)} is no array`);
}

export function toBool(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new EvaluationError(`${typeOfValue(value)} is no bool`);
}

export function toText(value: Value): string {
  if (typeof value === 'string') return value;
  throw new EvaluationError(`${typeOfValue(value)} is no string`);
}

/** An int, or what is left of a float without its fraction; as a number for indexes and counts. */
export function toCount(value: Value): number {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Math.trunc(value);
  throw new EvaluationError(`${typeOfValue(value)} is no int`);
}
