import type { Command, Operand, Pipeline } from './ast.ts';
import { readCharacter, readNumber, unquote } from './constants.ts';
import { TemplateFault } from './fault.ts';
import type { Token, TokenKind } from './lexer.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Parses the pipelines of a template, and knows which variables there are. */
export class PipelineParser {
  readonly #cursor: TokenCursor;
  readonly #isFunction: (name: string) => boolean;
  /** Those in scope. */
  variables: string[] = ['$'];

  constructor(cursor: TokenCursor, isFunction: (name: string) => boolean) {
    this.#cursor = cursor;
    this.#isFunction = isFunction;
  }

  /** A pipeline up to what ends it, which is taken. */
  parse(context: string, end: TokenKind): Pipeline {
    return this.#cursor.nested(() => this.#pipeline(context, end));
  }

  #pipeline(context: string, end: TokenKind): Pipeline {
    const { at } = this.#cursor.peekWord();
    const { variables, isAssignment } = this.#variablesOf(context);
    const commands: Command[] = [];
    for (let token = this.#cursor.peekWord(); token.kind !== end; token = this.#cursor.peekWord()) {
      commands.push(this.#command(context));
    }
    this.#cursor.takeWord();
    if (commands.length === 0) throw new TemplateFault(`missing value for ${context}`, at);
    commands.slice(1).forEach(([first], i) => {
      if (['constant', 'nil', 'dot'].includes(first.kind)) {
        throw new TemplateFault(`non executable command in pipeline stage ${i + 2}`, first.at);
      }
    });
    return { variables, isAssignment, commands };
  }

  /** `$x :=`, `$x =`, and for ranges `$i, $x :=`. */
  #variablesOf(context: string): Pick<Pipeline, 'variables' | 'isAssignment'> {
    const start = this.#cursor.place;
    const variables: string[] = [];
    while (this.#cursor.peekWord().kind === 'variable') {
      const { text, at } = this.#cursor.takeWord();
      const next = this.#cursor.peekWord();
      if (next.kind === ',') {
        if (context !== 'range' || variables.length > 0)
          throw new TemplateFault(`too many declarations in ${context}`, at);
        this.#cursor.takeWord();
        variables.push(text);
        if (this.#cursor.peekWord().kind !== 'variable')
          throw new TemplateFault('range can only initialize variables', at);
        continue;
      }
      if (next.kind !== ':=' && next.kind !== '=') break;
      this.#cursor.takeWord();
      variables.push(text);
      const isAssignment = next.kind === '=';
      for (const name of variables) {
        if (!isAssignment) this.variables.push(name);
        else if (!this.variables.includes(name)) throw new TemplateFault(`undefined variable "${name}"`, at);
      }
      return { variables, isAssignment };
    }
    if (variables.length > 0) throw new TemplateFault(`missing := behind ${variables[0]}`, this.#cursor.peekWord().at);
    this.#cursor.place = start;
    return { variables, isAssignment: false };
  }

  /** Operands up to a `|`, or to what ends the pipeline. */
  #command(context: string): Command {
    const operands: Operand[] = [];
    for (;;) {
      const token = this.#cursor.peekWord();
      const operand = this.#operand();
      if (operand === undefined) {
        const isEnd = token.kind === 'right' || token.kind === ')' || token.kind === '|';
        if (!isEnd) throw new TemplateFault(`unexpected '${token.text}' in ${context}`, token.at);
        if (operands.length === 0) throw new TemplateFault('empty command', token.at);
        if (token.kind === '|') this.#cursor.takeWord();
        return operands as [Operand, ...Operand[]];
      }
      operands.push(operand);
      const { kind, text, at } = this.#cursor.next;
      if (!['space', 'right', ')', '|'].includes(kind)) throw new TemplateFault(`unexpected '${text}' in operand`, at);
    }
  }

  #operand(): Operand | undefined {
    const token = this.#cursor.peekWord();
    const { at, kind, text } = token;
    const term = this.#term(token);
    if (term === undefined) return undefined;
    const fields: string[] = [];
    while (this.#cursor.next.kind === 'field') fields.push(this.#cursor.take().text.slice(1));
    if (fields.length === 0) return term;
    if (!('fields' in term)) throw new TemplateFault(`unexpected . after term '${kind === 'dot' ? '.' : text}'`, at);
    return { ...term, fields: [...term.fields, ...fields] };
  }

  #term({ kind, text, at }: Token): Operand | undefined {
    if (!['identifier', 'dot', 'variable', 'field', 'string', 'raw', 'char', 'number', '('].includes(kind))
      return undefined;
    this.#cursor.takeWord();
    switch (kind) {
      case 'identifier':
        return this.#identifier(text, at);
      case 'dot':
        return { kind, at };
      case 'variable':
        if (!this.variables.includes(text)) throw new TemplateFault(`undefined variable "${text}"`, at);
        return { kind, at, name: text, fields: [] };
      case 'field':
        return { kind: 'fields', at, fields: [text.slice(1)] };
      case '(':
        return { kind: 'pipeline', at, pipeline: this.parse('parenthesized pipeline', ')'), fields: [] };
      case 'raw':
        return { kind: 'constant', at, value: text.slice(1, -1).replaceAll('\r', '') };
      case 'string':
        return { kind: 'constant', at, value: unquote(text, at) };
      case 'char':
        return { kind: 'constant', at, value: readCharacter(text, at) };
      default:
        return { kind: 'constant', at, value: readNumber(text, at) };
    }
  }

  #identifier(text: string, at: number): Operand {
    if (text === 'true' || text === 'false') return { kind: 'constant', at, value: text === 'true' };
    if (text === 'nil') return { kind: 'nil', at };
    if (!this.#isFunction(text)) throw new TemplateFault(`function "${text}" not defined`, at);
    return { kind: 'function', at, name: text, fields: [] };
  }
}
