import type { Kind } from './builtins/builtin.ts';
import type { Type } from './values/type.ts';
import type { Value } from './values/value.ts';

/** What expressions can ask for. */
export interface Environment<Context> {
  readonly functions: Readonly<Record<string, EnvironmentFunction<Context>>>;
  /** What has a name and is no function. */
  readonly variables?: Readonly<Record<string, EnvironmentVariable<Context>>>;
  /** Functions of the language that there are not. */
  readonly withoutBuiltins: readonly string[];
}

export interface EnvironmentVariable<Context> {
  readonly type: Type;
  read(context: Context): Value;
}

export interface EnvironmentFunction<Context> {
  /** At most two. */
  readonly params: readonly Kind[];
  readonly result: Type;
  /** Its arguments may be of another type where that was not known before. Throws EvaluationError. */
  readonly call: Call<Context>;
  /** In place of `call` where arguments are constant: those are given, and `undefined` for others. */
  prepare?(args: readonly (Value | undefined)[]): Call<Context> | undefined;
}

export type Call<Context> = (context: Context, first?: Value, second?: Value) => Value;
