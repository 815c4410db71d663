import type { Branch, Command, Node, NodeList, Operand, Pipeline, Range, Templates } from './ast.ts';
import { TemplateFault } from './fault.ts';
import {
  type Functions,
  GoFunction,
  GoMap,
  GoObject,
  isTrue,
  textOf,
  typeOf,
  type Parameter,
  type Value,
} from './values.ts';

/** What one execution may take. */
export interface Limits {
  /** Nodes, operands and turns of loops. */
  readonly steps: number;
  /** Characters of the output, and of any text on the way. */
  readonly length: number;
}

/** How deep templates, actions and parentheses may be nested while they are executed. */
const maxDepth = 400;

/** What a list of nodes ended with, before its end. */
type Jump = 'break' | 'continue' | undefined;

/** Executes one template once, as Go's text/template does. What goes wrong is thrown as a TemplateFault. */
export class Evaluator {
  readonly #templates: Templates;
  readonly #functions: Functions;
  readonly #limits: Limits;
  /** The innermost stand last. */
  #variables: { readonly name: string; value: Value }[] = [];
  #output = '';
  #steps = 0;
  #depth = 0;

  constructor(templates: Templates, functions: Functions, limits: Limits) {
    this.#templates = templates;
    this.#functions = functions;
    this.#limits = limits;
  }

  run(dot: Value): string {
    this.#call('', dot, 0);
    return this.#output;
  }

  /** Executes a template with no variables but `$`. */
  #call(name: string, dot: Value, at: number): void {
    const body = this.#templates.get(name);
    if (body === undefined) throw new TemplateFault(`template "${name}" not defined`, at);
    const variables = this.#variables;
    this.#variables = [{ name: '$', value: dot }];
    this.#list(body, dot);
    this.#variables = variables;
  }

  #list(list: NodeList, dot: Value): Jump {
    if (++this.#depth > maxDepth) throw new TemplateFault(`nested more than ${maxDepth} deep`);
    for (const node of list) {
      const jump = this.#node(node, dot);
      if (jump !== undefined) {
        this.#depth--;
        return jump;
      }
    }
    this.#depth--;
    return undefined;
  }

  #node(node: Node, dot: Value): Jump {
    this.#step();
    switch (node.kind) {
      case 'text':
        this.#print(node.text);
        return undefined;
      case 'action': {
        const value = this.#pipeline(node.pipeline, dot);
        if (node.pipeline.variables.length === 0) this.#print(value === null ? '<no value>' : textOf(value));
        return undefined;
      }
      case 'if':
      case 'with':
        return this.#branch(node, dot);
      case 'range':
        return this.#range(node, dot);
      case 'template':
        this.#call(node.name, node.pipeline === undefined ? null : this.#pipeline(node.pipeline, dot), node.at);
        return undefined;
      default:
        return node.kind;
    }
  }

  #branch({ kind, pipeline, body, otherwise }: Branch, dot: Value): Jump {
    const mark = this.#variables.length;
    const value = this.#pipeline(pipeline, dot);
    const jump = isTrue(value) ? this.#list(body, kind === 'with' ? value : dot) : this.#list(otherwise, dot);
    this.#variables.length = mark;
    return jump;
  }

  #range({ at, pipeline, body, otherwise }: Range, dot: Value): Jump {
    const outer = this.#variables.length;
    const value = this.#pipeline(pipeline, dot);
    const mark = this.#variables.length;
    const [first, second] = pipeline.variables;
    let isEmpty = true;
    for (const [index, element] of this.#elements(value, second !== undefined, at)) {
      isEmpty = false;
      this.#step();
      if (second !== undefined) {
        this.#set(first!, index);
        this.#set(second, element);
      } else if (first !== undefined) this.#set(first, element);
      const jump = this.#list(body, element);
      this.#variables.length = mark;
      if (jump === 'break') break;
    }
    const jump = isEmpty ? this.#list(otherwise, dot) : undefined;
    this.#variables.length = outer;
    return jump;
  }

  *#elements(value: Value, isPair: boolean, at: number): Generator<readonly [Value, Value]> {
    if (value === null) return;
    if (typeof value === 'bigint' && !isPair) for (let i = 0n; i < value; i++) yield [null, i];
    else if (value instanceof GoMap) yield* value.sorted;
    else if (Array.isArray(value))
      for (const [i, each] of (value as readonly Value[]).entries()) yield [BigInt(i), each];
    else throw new TemplateFault(`range can't iterate over ${textOf(value)}`, at);
  }

  #pipeline({ commands, variables, isAssignment }: Pipeline, dot: Value): Value {
    if (++this.#depth > maxDepth) throw new TemplateFault(`nested more than ${maxDepth} deep`);
    let value: Value | undefined;
    for (const command of commands) value = this.#command(command, dot, value);
    for (const name of variables) {
      if (isAssignment) this.#set(name, value!);
      else this.#variables.push({ name, value: value! });
    }
    this.#depth--;
    return value!;
  }

  /** `final` is what the command before it has come to. */
  #command([first, ...args]: Command, dot: Value, final: Value | undefined): Value {
    const inputs = { dot, args, final };
    if ('fields' in first && first.fields.length > 0) {
      const receiver = first.kind === 'fields' ? dot : this.#operand({ ...first, fields: [] }, dot);
      return this.#chain(receiver, first.fields, inputs, first.at);
    }
    if (first.kind === 'function') return this.#function(first.name, inputs, first.at);
    if (args.length > 0 || final !== undefined)
      throw new TemplateFault("can't give argument to non-function", first.at);
    if (first.kind === 'nil') throw new TemplateFault('nil is not a command', first.at);
    return this.#operand(first, dot);
  }

  /** The value of an operand that has no arguments. */
  #operand(operand: Operand, dot: Value): Value {
    this.#step();
    const { at } = operand;
    switch (operand.kind) {
      case 'constant':
        return operand.value;
      case 'nil':
        return null;
      case 'dot':
        return dot;
      case 'fields':
        return this.#chain(dot, operand.fields, noInputs, at);
      case 'variable':
        return this.#chain(this.#variable(operand.name), operand.fields, noInputs, at);
      case 'function':
        return this.#chain(this.#function(operand.name, noInputs, at), operand.fields, noInputs, at);
      case 'pipeline':
        return this.#chain(this.#pipeline(operand.pipeline, dot), operand.fields, noInputs, at);
    }
  }

  /** The last field may be a method, which gets the arguments. */
  #chain(receiver: Value, fields: readonly string[], inputs: Inputs, at: number): Value {
    let value = receiver;
    for (const [i, name] of fields.entries()) {
      value = this.#field(value, name, i === fields.length - 1 ? inputs : noInputs, at);
    }
    return value;
  }

  #field(receiver: Value, name: string, inputs: Inputs, at: number): Value {
    if (receiver === null) return null;
    const isObject = receiver instanceof GoObject;
    if (!isObject && !(receiver instanceof GoMap))
      throw new TemplateFault(`can't evaluate field ${name} in type ${typeOf(receiver)}`, at);
    const member = isObject ? receiver.members.member(name) : (receiver.entries.get(name) ?? null);
    if (member === undefined) throw new TemplateFault(`can't evaluate field ${name} in type ${typeOf(receiver)}`, at);
    if (member instanceof GoFunction) return this.#invoke(name, member, inputs, at);
    if (inputs.args.length > 0 || inputs.final !== undefined)
      throw new TemplateFault(`${name} has arguments but cannot be invoked as function`, at);
    return member;
  }

  #function(name: string, inputs: Inputs, at: number): Value {
    if (name === 'and' || name === 'or') return this.#firstWith(name, inputs, at);
    return this.#invoke(name, this.#functions.get(name)!, inputs, at);
  }

  /** `and` gives the first false argument, `or` the first true one, else the last; those behind it are not evaluated. */
  #firstWith(name: 'and' | 'or', { dot, args, final }: Inputs, at: number): Value {
    let value = final;
    for (const arg of args) {
      value = this.#operand(arg, dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    value = final ?? value;
    if (value === undefined) throw new TemplateFault(`wrong number of args for ${name}: want at least 1 got 0`, at);
    return value;
  }

  #invoke(name: string, callee: GoFunction, { dot, args, final }: Inputs, at: number): Value {
    const { parameters, isVariadic } = callee;
    const count = args.length + (final === undefined ? 0 : 1);
    if (isVariadic ? count < parameters.length : count !== parameters.length) {
      const want = `${isVariadic ? 'at least ' : ''}${parameters.length}`;
      throw new TemplateFault(`wrong number of args for ${name}: want ${want} got ${count}`, at);
    }
    const values = args.map((arg, i) => fit(this.#operand(arg, dot), parameters[i], arg.kind === 'constant', arg.at));
    if (final !== undefined) values.push(fit(final, parameters[args.length], false, at));
    this.#step();
    const value = call(name, callee, values, at);
    if (typeof value === 'string' && value.length > this.#limits.length) this.#tooLong();
    return value;
  }

  #variable(name: string): Value {
    return this.#variables.findLast((each) => each.name === name)?.value ?? null;
  }

  #set(name: string, value: Value): void {
    const variable = this.#variables.findLast((each) => each.name === name);
    if (variable !== undefined) variable.value = value;
  }

  #print(text: string): void {
    this.#output += text;
    if (this.#output.length > this.#limits.length) this.#tooLong();
  }

  #step(): void {
    if (++this.#steps > this.#limits.steps) throw new TemplateFault(`it takes more than ${this.#limits.steps} steps`);
  }

  #tooLong(): never {
    throw new TemplateFault(`it makes more than ${this.#limits.length} characters`);
  }
}

/** What a command has beside its first operand. */
interface Inputs {
  readonly dot: Value;
  readonly args: readonly Operand[];
  readonly final: Value | undefined;
}

const noInputs: Inputs = { dot: null, args: [], final: undefined };

/** Where a function finds fault it is said which one. */
function call(name: string, { call: run }: GoFunction, values: readonly Value[], at: number): Value {
  try {
    return run(values);
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    throw new TemplateFault(`error calling ${name}: ${error.message}`, at);
  }
}

/** A value as an argument; a constant that is a whole number counts as an integer. */
function fit(value: Value, parameter: Parameter | undefined, isConstant: boolean, at: number): Value {
  if (parameter === undefined || parameter === 'any') return value;
  if (typeof value === (parameter === 'int' ? 'bigint' : 'string')) return value;
  if (parameter === 'int' && isConstant && Number.isInteger(value)) return BigInt(value as number);
  const found = value === null ? 'invalid value' : `wrong type for value: ${typeOf(value)}`;
  throw new TemplateFault(`${found}; expected ${parameter}`, at);
}
