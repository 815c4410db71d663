import type { Environment, EnvironmentFunction } from '../../../expression/environment.ts';
import { EvaluationError, ExpressionError } from '../../../expression/errors.ts';
import { Expression } from '../../../expression/expression.ts';
import { queryEnvironment } from '../../../expression/query-environment.ts';
import { string, type Type } from '../../../expression/values/type.ts';
import { formatValue } from '../../../expression/values/format.ts';
import { isArray, type Value } from '../../../expression/values/value.ts';
import { GoMap, type Value as TemplateValue } from '../../../go-template/values.ts';
import type { RegExpMatch } from '../../../runtime/linear-regexp.ts';
import type { Query } from '../../../wire/query.ts';
import type { TemplateRule } from '../config.ts';

/** What the expressions of a rule look at. */
export interface ExpressionContext {
  readonly query: Query;
  readonly match: RegExpMatch;
  /** Those that have a value by now. */
  readonly variables: Map<string, Value>;
}

/** That of a query, with `group(NAME)` and the variables. */
export function ruleEnvironment(variables: ReadonlyMap<string, Type>): Environment<ExpressionContext> {
  return {
    functions: {
      ...Object.fromEntries(Object.entries(queryEnvironment.functions).map(([name, each]) => [name, ofQuery(each)])),
      group: {
        params: ['any'],
        result: string,
        call: ({ match }, key = null) => {
          if (typeof key === 'bigint') return match.groups[Number(key)] ?? '';
          if (typeof key !== 'string') return '';
          return (Object.hasOwn(match.named, key) ? match.named[key] : numbered(match, key)) ?? '';
        },
      },
    },
    variables: Object.fromEntries(
      Array.from(variables, ([name, type]) => [name, { type, read: (context) => context.variables.get(name) ?? null }]),
    ),
    withoutBuiltins: queryEnvironment.withoutBuiltins,
  };
}

/** A function that looks at the query alone. */
function ofQuery(whole: EnvironmentFunction<Query>): EnvironmentFunction<ExpressionContext> {
  return {
    params: whole.params,
    result: whole.result,
    call: ({ query }, first, second) => whole.call(query, first, second),
    prepare(args) {
      const prepared = whole.prepare?.(args);
      return prepared && (({ query }, first, second) => prepared(query, first, second));
    },
  };
}

/** A group is known under its number as well. */
function numbered({ groups }: RegExpMatch, key: string): string | undefined {
  return /^(0|[1-9]\d{0,4})$/.test(key) ? groups[Number(key)] : undefined;
}

/** Whether a name can be that of a variable, beside those that there are. */
export function isVariableName(name: string, environment: Environment<ExpressionContext>): boolean {
  if (!/^[a-zA-Z_]\w*$/.test(name)) return false;
  try {
    return new Expression(`let ${name} = 1; ${name}`, environment).type.kind === 'int';
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

/** The variables and conditions of a rule. */
export class RuleExpressions {
  readonly #variables: readonly (readonly [string, Expression<ExpressionContext>])[];
  readonly #conditions: readonly Expression<ExpressionContext>[];

  /** They were checked when the Corefile was read. */
  constructor({ variables, conditions }: TemplateRule) {
    const types = new Map<string, Type>();
    this.#variables = variables.map(({ name, expression: text }) => {
      const expression = new Expression(text, ruleEnvironment(types));
      types.set(name, expression.type);
      return [name, expression] as const;
    });
    const environment = ruleEnvironment(types);
    this.#conditions = conditions.map((text) => new Expression(text, environment));
  }

  /** The values of the variables, where all conditions are true; a text that says why where one has no value. */
  evaluate(query: Query, match: RegExpMatch): ReadonlyMap<string, Value> | string | undefined {
    const context: ExpressionContext = { query, match, variables: new Map() };
    try {
      for (const [name, expression] of this.#variables) context.variables.set(name, expression.evaluate(context));
      for (const condition of this.#conditions) if (condition.evaluate(context) !== true) return undefined;
    } catch (error) {
      if (error instanceof EvaluationError) return error.message;
      throw error;
    }
    return context.variables;
  }
}

/** The variables as templates see them. */
export function templateVariables(variables: ReadonlyMap<string, Value>): GoMap {
  return new GoMap(new Map(Array.from(variables, ([name, value]) => [name, templateValue(value)])));
}

function templateValue(value: Value): TemplateValue {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return Array.from(value, BigInt);
  if (isArray(value)) return value.map(templateValue);
  return new GoMap(new Map(Array.from(value, ([key, each]) => [formatValue(key), templateValue(each)])));
}
