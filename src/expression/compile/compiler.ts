import { builtins, missingBuiltins } from '../builtins/builtins.ts';
import { accepts, countMessage } from '../builtins/builtin.ts';
import type { Environment, EnvironmentFunction } from '../environment.ts';
import { ExpressionError } from '../errors.ts';
import type { Node } from '../syntax/ast.ts';
import { predicateCalls } from '../syntax/operators.ts';
import {
  arrayOf,
  bool,
  bytes,
  eitherOf,
  elementOf,
  float,
  int,
  isUnknown,
  nil,
  string,
  textMap,
  typeName,
  unknown,
  type Type,
} from '../values/type.ts';
import type { Value } from '../values/value.ts';
import { compileChain, compileMember, compileSlice } from './access.ts';
import { compileBinary } from './binary.ts';
import { constant, constantOf, folded, toBool, toText, type Code } from './code.ts';
import { negate } from './operations.ts';
import { compilePredicateCall } from './predicates.ts';

interface Variable {
  readonly name: string;
  readonly type: Type;
}

interface PredicateScope {
  /** The type of `#`. */
  readonly item: Type;
  /** `#index` and `#acc`, where the call has them. */
  readonly names: readonly string[];
}

/** Checks a tree and makes code of it. Methods throw ExpressionError where types do not go together, or a name is not known. */
export class Compiler<Context> {
  readonly #environment: Environment<Context>;
  readonly #variables: Variable[] = [];
  readonly #predicates: PredicateScope[] = [];

  constructor(environment: Environment<Context>) {
    this.#environment = environment;
  }

  compile(node: Node): Code {
    const { at } = node;
    switch (node.kind) {
      case 'literal':
        return constant(node.value, typeOfLiteral(node.value), at);
      case 'name':
        return this.#name(node.name, at);
      case 'unary':
        return this.#unary(node.operator, this.compile(node.operand), at);
      case 'binary':
        return compileBinary(node.operator, this.compile(node.left), this.compile(node.right), at);
      case 'conditional':
        return this.#conditional(
          this.compile(node.condition),
          this.compile(node.then),
          this.compile(node.otherwise),
          at,
        );
      case 'member':
        return compileMember(this.compile(node.object), this.compile(node.property), node.isOptional, at);
      case 'chain':
        return compileChain(this.compile(node.chained), at);
      case 'slice':
        return compileSlice(
          this.compile(node.object),
          node.from && this.compile(node.from),
          node.to && this.compile(node.to),
          at,
        );
      case 'call':
        return this.#call(node.name, node.args, node.isBuiltin, at);
      case 'method':
        throw new ExpressionError(`${typeName(this.compile(node.object).type)} has no method '${node.name}'`, at);
      case 'pointer':
        return this.#pointer(node.name, at);
      case 'array':
        return this.#array(node.items, at);
      case 'map':
        return this.#map(node.pairs, at);
      case 'let':
        return this.#let(node.name, node.value, node.body, at);
      case 'sequence': {
        const items = node.items.map((item) => this.compile(item));
        const last = items.at(-1)!;
        return { type: last.type, at, isConstant: false, run: (frame) => items.map((each) => each.run(frame)).at(-1)! };
      }
    }
  }

  #name(name: string, at: number): Code {
    const index = this.#variables.findLastIndex((variable) => variable.name === name);
    if (index >= 0)
      return { type: this.#variables[index]!.type, at, isConstant: false, run: ({ variables }) => variables[index]! };
    const variable = own(this.#environment.variables ?? {}, name);
    if (variable) {
      return { type: variable.type, at, isConstant: false, run: ({ context }) => variable.read(context as Context) };
    }
    if (Object.hasOwn(this.#environment.functions, name)) {
      // A function is no value that anything can be done with.
      return { type: { kind: 'function', name }, at, isConstant: false, run: () => null };
    }
    throw this.#unknownName(name, at);
  }

  #unknownName(name: string, at: number): ExpressionError {
    if (name === '$env') return new ExpressionError("'$env' is not built: name the function itself", at);
    const { functions, variables = {} } = this.#environment;
    const known = [...Object.keys(functions), ...Object.keys(variables), ...builtins.keys(), ...predicateCalls.keys()];
    return new ExpressionError(`unknown name '${name}'`, at, { word: name, known });
  }

  #unary(operator: string, operand: Code, at: number): Code {
    const { kind } = operand.type;
    const isNot = operator === 'not' || operator === '!';
    const isFor = isUnknown(operand.type) || (isNot ? kind === 'bool' : kind === 'int' || kind === 'float');
    if (!isFor) throw new ExpressionError(`'${operator}' is not for ${typeName(operand.type)}`, at);
    if (isNot) {
      return folded({ type: bool, at, isConstant: false, run: (frame) => !toBool(operand.run(frame)) }, [operand]);
    }
    if (operator === '+') return operand;
    return folded({ type: operand.type, at, isConstant: false, run: (frame) => negate(operand.run(frame)) }, [operand]);
  }

  #conditional(condition: Code, then: Code, otherwise: Code, at: number): Code {
    if (!isUnknown(condition.type) && condition.type.kind !== 'bool')
      throw new ExpressionError(`the condition must be a bool, and is ${typeName(condition.type)}`, condition.at);
    const type = eitherOf(then.type, otherwise.type);
    return {
      type,
      at,
      isConstant: false,
      run: (frame) => (toBool(condition.run(frame)) ? then.run(frame) : otherwise.run(frame)),
    };
  }

  #call(name: string, args: readonly Node[], isBuiltin: boolean, at: number): Code {
    const { functions, withoutBuiltins } = this.#environment;
    if (!isBuiltin && this.#variables.some((variable) => variable.name === name))
      throw new ExpressionError(`the variable '${name}' is no function`, at);
    const builtin = withoutBuiltins.includes(name) ? undefined : builtins.get(name);
    const called = isBuiltin && builtin ? undefined : own(functions, name);
    if (called) return this.#environmentCall(name, called, args, at);
    if (predicateCalls.has(name)) return this.#predicateCall(name, args, at);
    if (missingBuiltins.has(name))
      throw new ExpressionError(`'${name}' is not built: there are no times and dates`, at);
    if (builtin === undefined) throw this.#unknownName(name, at);
    const codes = args.map((arg) => this.compile(arg));
    const type = builtin.check(codes.map((code) => code.type));
    if (typeof type === 'string') throw new ExpressionError(`${name}: ${type}`, at);
    const run: Code['run'] = (frame) =>
      builtin.run(
        codes.map((code) => code.run(frame)),
        frame,
      );
    return folded({ type, at, isConstant: false, run }, codes);
  }

  #environmentCall(name: string, called: EnvironmentFunction<Context>, args: readonly Node[], at: number): Code {
    const codes = args.map((arg) => this.compile(arg));
    const { params, result } = called;
    if (codes.length !== params.length)
      throw new ExpressionError(`${name}: ${countMessage(params.length, params.length, codes.length)}`, at);
    for (const [index, code] of codes.entries()) {
      if (accepts(params[index]!, code.type)) continue;
      const message = `${name}: argument ${index + 1} must be ${params[index]!}, and is ${typeName(code.type)}`;
      throw new ExpressionError(message, code.at);
    }
    const call = called.prepare?.(codes.map(constantOf)) ?? called.call;
    const [first, second] = codes;
    // Most have none, and none has more than two.
    const run: Code['run'] =
      first === undefined
        ? (frame) => call(frame.context as Context)
        : (frame) => call(frame.context as Context, first.run(frame), second?.run(frame));
    return { type: result, at, isConstant: false, run };
  }

  #predicateCall(name: string, nodes: readonly Node[], at: number): Code {
    const forms = predicateCalls.get(name)!;
    const required = forms.filter((form) => !form.endsWith('?')).length;
    if (nodes.length < required || nodes.length > forms.length)
      throw new ExpressionError(`${name}: ${countMessage(required, forms.length, nodes.length)}`, at);
    const array = this.compile(nodes[0]!);
    if (array.type.kind !== 'array' && !isUnknown(array.type))
      throw new ExpressionError(`${name} is for arrays, and not for ${typeName(array.type)}`, array.at);
    const depth = this.#predicates.length;
    const names = name === 'reduce' ? ['index', 'acc'] : name === 'map' ? ['index'] : [];
    this.#predicates.push({ item: elementOf(array.type), names });
    const predicate = nodes[1] && this.compile(nodes[1]);
    this.#predicates.pop();
    const extra = nodes[2] && this.compile(nodes[2]);
    return compilePredicateCall({ name, at, array, predicate, extra, depth });
  }

  #pointer(name: string, at: number): Code {
    const depth = this.#predicates.length - 1;
    const { item, names } = this.#predicates[depth]!;
    if (name === '') return { type: item, at, isConstant: false, run: ({ items }) => items[depth]! };
    if (!names.includes(name)) throw new ExpressionError(`'#${name}' is not known here`, at);
    if (name === 'acc') return { type: unknown, at, isConstant: false, run: (frame) => frame.accumulators[depth]! };
    return { type: int, at, isConstant: false, run: ({ indexes }) => BigInt(indexes[depth]!) };
  }

  #array(nodes: readonly Node[], at: number): Code {
    const items = nodes.map((node) => this.compile(node));
    const [first] = items;
    const isUniform = first !== undefined && items.every(({ type }) => type.kind === first.type.kind);
    const run: Code['run'] = (frame) => {
      frame.charge(items.length);
      return items.map((item) => item.run(frame));
    };
    return folded({ type: arrayOf(isUniform ? first.type : unknown), at, isConstant: false, run }, items);
  }

  #map(nodes: readonly (readonly [Node, Node])[], at: number): Code {
    const pairs = nodes.map(([key, value]) => [this.compile(key), this.compile(value)] as const);
    const run: Code['run'] = (frame) => {
      frame.charge(pairs.length);
      // Of two values for a key the first counts, as in expr.
      return new Map(
        pairs.toReversed().map(([key, value]): [Value, Value] => [toText(key.run(frame)), value.run(frame)]),
      );
    };
    return folded({ type: textMap, at, isConstant: false, run }, pairs.flat());
  }

  #let(name: string, valueNode: Node, bodyNode: Node, at: number): Code {
    const isTaken =
      Object.hasOwn(this.#environment.functions, name) ||
      Object.hasOwn(this.#environment.variables ?? {}, name) ||
      builtins.has(name) ||
      predicateCalls.has(name) ||
      this.#variables.some((variable) => variable.name === name);
    if (isTaken) throw new ExpressionError(`the name '${name}' has a meaning already`, at);
    const value = this.compile(valueNode);
    const index = this.#variables.push({ name, type: value.type }) - 1;
    const body = this.compile(bodyNode);
    this.#variables.pop();
    return {
      type: body.type,
      at,
      isConstant: false,
      run(frame) {
        frame.variables[index] = value.run(frame);
        return body.run(frame);
      },
    };
  }
}

function typeOfLiteral(value: Value): Type {
  if (value === null) return nil;
  switch (typeof value) {
    case 'boolean':
      return bool;
    case 'bigint':
      return int;
    case 'number':
      return float;
    case 'string':
      return string;
    default:
      return bytes;
  }
}

function own<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
