import { ExpressionError } from '../errors.ts';
import type { Node } from './ast.ts';
import { readTokens, type Token } from './lexer.ts';
import { maxDepth, NodeReader } from './node-reader.ts';
import { binaryOperators, chainedOperators, negatedOperators, predicateCalls, unaryOperators } from './operators.ts';
import { readNumber } from './number.ts';

/** Reads an expression of the language of https://expr-lang.org. Throws ExpressionError. */
export function parseExpression(text: string): Node {
  return new Parser(readTokens(text)).parse();
}

class Parser extends NodeReader {
  /** How many predicates this is in: there `#` and `.name` stand for the item. */
  #predicates = 0;
  #depth = 0;

  parse(): Node {
    const node = this.#sequence();
    if (this.token.kind !== 'end') this.unexpected();
    return node;
  }

  #sequence(): Node {
    const first = this.#expression(0);
    const items = [first];
    while (this.accept('operator', ';')) {
      if (this.token.kind === 'end') break;
      items.push(this.#expression(0));
    }
    return items.length === 1 ? first : this.node({ kind: 'sequence', at: first.at, items });
  }

  #expression(level: number): Node {
    if (++this.#depth > maxDepth) throw new ExpressionError('the expression is nested too deep', this.token.at);
    const node = this.#operation(level);
    this.#depth--;
    return node;
  }

  #operation(level: number): Node {
    if (level === 0 && this.is('operator', 'let')) return this.#declaration();
    if (level === 0 && this.is('operator', 'if')) return this.#ifElse();
    let left = this.#primary();
    let before = '';
    while (this.is('operator')) {
      const start = this.position;
      const isNegated = this.accept('operator', 'not');
      const operator = this.token;
      if (isNegated && !negatedOperators.has(operator.text)) this.unexpected();
      const precedence = operator.kind === 'operator' ? binaryOperators.get(operator.text) : undefined;
      if (precedence === undefined || precedence.level < level) {
        this.position = start;
        break;
      }
      this.next();
      left = this.#binary(left, operator, precedence.level + (precedence.isRight ? 0 : 1), before);
      if (isNegated) left = this.node({ kind: 'unary', at: operator.at, operator: 'not', operand: left });
      before = operator.text;
    }
    return level === 0 ? this.#conditional(left) : left;
  }

  #binary(left: Node, { text: operator, at }: Token, level: number, before: string): Node {
    if (operator === '|') return this.#call(this.expect('identifier'), [left], false);
    if (before === '??' && operator !== '??')
      throw new ExpressionError(`'${operator}' and '??' cannot be mixed: write parentheses`, at);
    if (chainedOperators.has(operator)) return this.#comparison(left, operator, at, level);
    return this.node({ kind: 'binary', at, operator, left, right: this.#expression(level) });
  }

  #comparison(left: Node, operator: string, at: number, level: number): Node {
    let whole: Node | undefined;
    for (;;) {
      const right = this.#expression(level);
      const compared = this.node({ kind: 'binary', at, operator, left, right });
      whole = whole ? this.node({ kind: 'binary', at, operator: '&&', left: whole, right: compared }) : compared;
      if (!this.is('operator') || !chainedOperators.has(this.token.text)) return whole;
      ({ text: operator, at } = this.next());
      left = right;
    }
  }

  #declaration(): Node {
    this.expect('operator', 'let');
    const { text: name, at } = this.expect('identifier');
    this.expect('operator', '=');
    const value = this.#expression(0);
    this.expect('operator', ';');
    return this.node({ kind: 'let', at, name, value, body: this.#sequence() });
  }

  #ifElse(): Node {
    const { at } = this.expect('operator', 'if');
    const condition = this.#expression(0);
    const then = this.#inBraces();
    this.expect('operator', 'else');
    // One that follows is as deep as this one, and may be the last of many.
    const otherwise = this.is('operator', 'if') ? this.#expression(0) : this.#inBraces();
    return this.node({ kind: 'conditional', at, condition, then, otherwise });
  }

  #inBraces(): Node {
    this.expect('bracket', '{');
    const node = this.#sequence();
    this.expect('bracket', '}');
    return node;
  }

  #conditional(node: Node): Node {
    while (this.is('operator', '?')) {
      const { at } = this.next();
      let then = node;
      if (!this.accept('operator', ':')) {
        then = this.#expression(0);
        this.expect('operator', ':');
      }
      node = this.node({ kind: 'conditional', at, condition: node, then, otherwise: this.#expression(0) });
    }
    return node;
  }

  #primary(): Node {
    const { kind, text, at } = this.token;
    if (kind === 'operator') {
      const level = unaryOperators.get(text);
      if (level !== undefined) {
        this.next();
        return this.#postfix(this.node({ kind: 'unary', at, operator: text, operand: this.#expression(level) }));
      }
      if (this.#predicates > 0 && (text === '#' || text === '.')) return this.#postfix(this.#pointer());
      if (text === '::') {
        this.next();
        return this.#postfix(this.#call(this.expect('identifier'), [], true));
      }
    }
    if (this.accept('bracket', '(')) {
      const node = this.#sequence();
      this.expect('bracket', ')');
      return this.#postfix(node);
    }
    return this.#operand();
  }

  /** `.name` is `#.name`: the dot is left to what follows. */
  #pointer(): Node {
    const { at } = this.token;
    const hasName = this.accept('operator', '#') && this.is('identifier');
    return this.node({ kind: 'pointer', at, name: hasName ? this.next().text : '' });
  }

  #operand(): Node {
    const token = this.token;
    const { at, text } = token;
    switch (token.kind) {
      case 'identifier':
        this.next();
        if (text === 'true' || text === 'false') return this.node({ kind: 'literal', at, value: text === 'true' });
        if (text === 'nil') return this.node({ kind: 'literal', at, value: null });
        if (this.is('bracket', '(')) return this.#postfix(this.#call(token, [], false));
        return this.#postfix(this.node({ kind: 'name', at, name: text }));
      case 'number':
        this.next();
        return this.node({ kind: 'literal', at, value: readNumber(text, at) });
      case 'string':
        this.next();
        return this.#postfix(this.node({ kind: 'literal', at, value: text }));
      case 'bytes':
        this.next();
        return this.#postfix(this.node({ kind: 'literal', at, value: Buffer.from(text, 'latin1') }));
      case 'bracket':
        if (text === '[') return this.#postfix(this.#array());
        if (text === '{') return this.#postfix(this.#map());
        return this.unexpected();
      case 'operator':
      case 'end':
        return this.unexpected();
    }
  }

  /** `args` are those that stand before a pipe. */
  #call({ text: name, at }: Token, args: Node[], isBuiltin: boolean): Node {
    const forms = predicateCalls.get(name);
    this.expect('bracket', '(');
    while (!this.is('bracket', ')')) {
      const isPredicate = forms?.[args.length]?.startsWith('predicate') ?? false;
      args.push(isPredicate ? this.#predicate() : this.#expression(0));
      if (!this.accept('operator', ',') && !this.is('bracket', ')')) this.unexpected(')');
    }
    this.expect('bracket', ')');
    return this.node({ kind: 'call', at, name, args, isBuiltin });
  }

  #predicate(): Node {
    this.#predicates++;
    const node = this.is('bracket', '{') ? this.#inBraces() : this.#expression(0);
    this.#predicates--;
    return node;
  }

  #array(): Node {
    const { at } = this.expect('bracket', '[');
    const items: Node[] = [];
    while (!this.is('bracket', ']')) {
      items.push(this.#expression(0));
      if (!this.accept('operator', ',') && !this.is('bracket', ']')) this.unexpected(']');
    }
    this.expect('bracket', ']');
    return this.node({ kind: 'array', at, items });
  }

  #map(): Node {
    const { at } = this.expect('bracket', '{');
    const pairs: [Node, Node][] = [];
    while (!this.is('bracket', '}')) {
      const key = this.#key();
      this.expect('operator', ':');
      pairs.push([key, this.#expression(0)]);
      if (!this.accept('operator', ',') && !this.is('bracket', '}')) this.unexpected('}');
    }
    this.expect('bracket', '}');
    return this.node({ kind: 'map', at, pairs });
  }

  #key(): Node {
    if (this.is('bracket', '(')) return this.#expression(0);
    const { kind, text, at } = this.token;
    if (kind !== 'number' && kind !== 'string' && kind !== 'identifier')
      throw new ExpressionError(
        'expected the key of a map: a word, a string, a number or an expression in parentheses',
        at,
      );
    this.next();
    return this.node({ kind: 'literal', at, value: text });
  }

  #postfix(node: Node): Node {
    for (;;) {
      if (this.is('operator', '.') || this.is('operator', '?.')) {
        const isOptional = this.next().text === '?.';
        node = isOptional && this.is('bracket', '[') ? this.#subscript(node, true) : this.#member(node, isOptional);
      } else if (this.is('bracket', '[')) {
        node = this.#subscript(node, false);
      } else {
        return node;
      }
    }
  }

  #member(object: Node, isOptional: boolean): Node {
    const { kind, text: name, at } = this.token;
    if (kind !== 'identifier' && !(kind === 'operator' && /^\w+$/.test(name))) this.unexpected('a name');
    this.next();
    const isChain = object.kind === 'chain';
    const inner = isChain ? object.chained : object;
    let node: Node;
    if (this.accept('bracket', '(')) {
      node = this.node({ kind: 'method', at, object: inner, name });
      while (!this.accept('bracket', ')')) {
        this.#expression(0);
        if (!this.accept('operator', ',') && !this.is('bracket', ')')) this.unexpected(')');
      }
    } else {
      const property = this.node({ kind: 'literal', at, value: name } as const);
      node = this.node({ kind: 'member', at, object: inner, property, isOptional });
    }
    return isChain || isOptional ? this.node({ kind: 'chain', at, chained: node }) : node;
  }

  /** `[index]` or `[from:to]`. */
  #subscript(object: Node, isOptional: boolean): Node {
    const { at } = this.expect('bracket', '[');
    const from = this.is('operator', ':') ? undefined : this.#expression(0);
    let node: Node;
    if (this.accept('operator', ':')) {
      const to = this.is('bracket', ']') ? undefined : this.#expression(0);
      node = this.node({ kind: 'slice', at, object, from, to });
    } else {
      node = this.node({ kind: 'member', at, object, property: from!, isOptional });
      if (isOptional) node = this.node({ kind: 'chain', at, chained: node });
    }
    this.expect('bracket', ']');
    return node;
  }
}
