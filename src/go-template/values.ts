import { formatFloat } from './format-float.ts';

/** A value of a template: null is Go's nil, a bigint an integer, and a number a floating-point number. */
export type Value = null | string | bigint | number | boolean | readonly Value[] | GoMap | GoObject;

/** A map whose keys are strings. */
export class GoMap {
  readonly entries: ReadonlyMap<string, Value>;
  /** What `index` gives for a key that it has not. */
  readonly zero: Value;

  constructor(entries: ReadonlyMap<string, Value>, zero: Value = null) {
    this.entries = entries;
    this.zero = zero;
  }

  /** The entries in the order of their keys, in which they are printed and ranged over. */
  get sorted(): readonly (readonly [string, Value])[] {
    return [...this.entries].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** A struct with its methods. */
export interface GoMembers {
  /** `undefined` where it has none of this name. */
  member(name: string): Value | GoFunction | undefined;
  /** How it is printed. */
  text(): string;
}

export class GoObject {
  /** Its type in messages: `*dns.Msg`. */
  readonly type: string;
  readonly members: GoMembers;

  constructor(type: string, members: GoMembers) {
    this.type = type;
    this.members = members;
  }
}

/** What an argument must be; `any` takes everything. */
export type Parameter = 'string' | 'int' | 'any';

/** A function or method. It may throw a TemplateFault. */
export class GoFunction {
  readonly parameters: readonly Parameter[];
  readonly call: (args: readonly Value[]) => Value;
  /** Any number of further arguments. */
  readonly isVariadic: boolean;

  constructor(parameters: readonly Parameter[], call: (args: readonly Value[]) => Value, isVariadic = false) {
    this.parameters = parameters;
    this.call = call;
    this.isVariadic = isVariadic;
  }
}

export type Functions = ReadonlyMap<string, GoFunction>;

/** Go's name of the type of a value. */
export function typeOf(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof GoObject) return value.type;
  if (value instanceof GoMap) return value.zero === '' ? 'map[string]string' : 'map[string]interface {}';
  return value.length > 0 && value.every((each) => typeof each === 'string') ? '[]string' : '[]interface {}';
}

/** Whether `if` takes a value for true: what is neither nil, nor empty, nor 0. */
export function isTrue(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === 'bigint') return value !== 0n;
  if (value instanceof GoMap) return value.entries.size > 0;
  if (value instanceof GoObject) return true;
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** The text of a value, as Go's verb %v has it. */
export function textOf(value: Value): string {
  if (value === null) return '<nil>';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return formatFloat(value, 'g', -1);
  if (value instanceof GoMap) return `map[${value.sorted.map(([key, each]) => `${key}:${textOf(each)}`).join(' ')}]`;
  if (value instanceof GoObject) return value.members.text();
  return typeof value === 'object' ? `[${value.map(textOf).join(' ')}]` : String(value);
}
