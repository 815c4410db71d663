import { ExpressionError } from '../errors.ts';
import type { Node } from './ast.ts';
import type { Token } from './lexer.ts';

/** As in expr. */
const maxNodes = 10_000;
/** Of brackets in brackets, and of operators after operators: the parser, and what reads the tree, call themselves. */
export const maxDepth = 500;

/** Goes through the words of an expression, and keeps the tree that is made of them within limits. Methods throw ExpressionError. */
export class NodeReader {
  readonly #tokens: readonly Token[];
  /** How deep the tree below each node is. */
  readonly #depths = new Map<unknown, number>();
  /** Index of the word that is next. */
  protected position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  protected get token(): Token {
    return this.#tokens[this.position]!;
  }

  protected is(kind: Token['kind'], text?: string): boolean {
    const { token } = this;
    return token.kind === kind && (text === undefined || token.text === text);
  }

  protected next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.position++;
    return token;
  }

  protected accept(kind: Token['kind'], text: string): boolean {
    if (!this.is(kind, text)) return false;
    this.next();
    return true;
  }

  protected expect(kind: Token['kind'], text?: string): Token {
    if (!this.is(kind, text)) this.unexpected(text);
    return this.next();
  }

  protected unexpected(expected?: string): never {
    const { kind, text, at } = this.token;
    const found = kind === 'end' ? 'the expression ends' : `unexpected '${text}'`;
    throw new ExpressionError(expected === undefined ? found : `${found}, expected '${expected}'`, at);
  }

  protected node<Made extends Node>(node: Made): Made {
    if (this.#depths.size === maxNodes) throw new ExpressionError('the expression is too long', node.at);
    const depths = Object.values(node)
      .flat(2)
      .map((part) => this.#depths.get(part) ?? 0);
    const depth = 1 + Math.max(...depths);
    if (depth > maxDepth) throw new ExpressionError('the expression is nested too deep', node.at);
    this.#depths.set(node, depth);
    return node;
  }
}
