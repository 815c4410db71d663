import { ExpressionError } from '../errors.ts';
import { readQuoted, readRaw } from './literals.ts';

export interface Token {
  readonly kind: 'number' | 'string' | 'bytes' | 'identifier' | 'operator' | 'bracket' | 'end';
  /** Of a string what stands in it. */
  readonly text: string;
  /** Characters before it. */
  readonly at: number;
}

const wordOperators = new Set([
  ...['not', 'in', 'or', 'and', 'matches', 'contains', 'startsWith', 'endsWith', 'let', 'if', 'else'],
]);
const space = /\s*/y;
const word = /[\p{L}\p{Nd}_$]+/uy;
const number = /(?:0[xX][\da-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|[\d_]*)(?:\.(?!\.)[\d_]*)?(?:[eE][+-]?[\d_]*)?/y;
const comment = /\/\/[^\n]*|\/\*[^]*?\*\//y;
const operator = /\|\|?|::?|\?[.?]?|##?|\.\.?|[,;%+^/-]|[&!=*<>][&=*]?/y;
const bracket = /[()[\]{}]/y;

/** The words of an expression, with `end` behind the last; reads expr's lexer. Throws ExpressionError. */
export function readTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const matchAt = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const add = (kind: Token['kind'], value: string, end = at + value.length): void => {
    tokens.push({ kind, text: value, at });
    at = end;
  };
  for (;;) {
    at += matchAt(space)!.length;
    const character = text[at];
    if (character === undefined) break;
    const skipped = matchAt(comment);
    if (skipped !== undefined) {
      at += skipped.length;
    } else if (text.startsWith('/*', at)) {
      throw new ExpressionError('the comment is not closed', at);
    } else if (character === '"' || character === "'") {
      const { value, end } = readQuoted(text, at);
      add('string', value, end);
    } else if (character === '`') {
      const { value, end } = readRaw(text, at);
      add('string', value, end);
    } else if (/[bB]["']/y.test(text.slice(at, at + 2))) {
      const { value, end } = readQuoted(text, at + 1, true);
      add('bytes', value, end);
    } else if (/\d/.test(character) || /^\.\d/.test(text.slice(at, at + 2))) {
      const digits = matchAt(number)!;
      word.lastIndex = at + digits.length;
      if (word.test(text)) throw new ExpressionError(`'${digits}${text[at + digits.length]!}' is no number`, at);
      add('number', digits);
    } else {
      const name = matchAt(word);
      const sign = matchAt(bracket);
      const other = matchAt(operator);
      if (name !== undefined) add(wordOperators.has(name) ? 'operator' : 'identifier', name);
      else if (sign !== undefined) add('bracket', sign);
      else if (other !== undefined) add('operator', other);
      else throw new ExpressionError(`unexpected character '${String.fromCodePoint(text.codePointAt(at)!)}'`, at);
    }
  }
  add('end', '');
  return tokens;
}
