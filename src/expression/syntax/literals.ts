import { ExpressionError } from '../errors.ts';

export interface Literal {
  readonly value: string;
  /** Index behind the closing quote. */
  readonly end: number;
}

const simpleEscapes: Readonly<Record<string, string>> = Object.freeze({
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
});
const numericEscape = /x([\da-fA-F]{2})|u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-3][0-7]{2})/y;

/**
 * A string in the quotes that stand at `at`, with Go's escapes: `\n`, `\x41`, `\101`, `\u0041`, `\U00000041`, `\u{41}`. `isBytes`:
 * each character of the result is one octet, and an escape is one. Throws ExpressionError.
 */
export function readQuoted(text: string, at: number, isBytes = false): Literal {
  const quote = text[at]!;
  let value = '';
  let index = at + 1;
  while (text[index] !== quote) {
    const character = text[index];
    if (character === undefined || character === '\n') throw new ExpressionError('the string is not closed', at);
    if (character === '\\') {
      const escape = readEscape(text, index + 1, quote, isBytes);
      value += escape.value;
      index = escape.end;
    } else {
      const code = text.codePointAt(index)!;
      const whole = String.fromCodePoint(code);
      value += isBytes ? Buffer.from(whole).toString('latin1') : whole;
      index += whole.length;
    }
  }
  return { value, end: index + 1 };
}

/** A string in backticks: nothing is escaped but a backtick, which stands there twice. */
export function readRaw(text: string, at: number): Literal {
  let value = '';
  let index = at + 1;
  for (;;) {
    const end = text.indexOf('`', index);
    if (end < 0) throw new ExpressionError('the string is not closed', at);
    value += text.slice(index, end);
    if (text[end + 1] !== '`') return { value, end: end + 1 };
    value += '`';
    index = end + 2;
  }
}

function readEscape(text: string, at: number, quote: string, isBytes: boolean): Literal {
  const character = text[at] ?? '';
  const simple = simpleEscapes[character];
  // The other quote needs none, and has none.
  if (simple !== undefined && !(/['"]/.test(character) && character !== quote)) return { value: simple, end: at + 1 };
  numericEscape.lastIndex = at;
  const match = numericEscape.exec(text);
  const [all, hex, braced, short, long, octal] = match ?? [];
  const isUnicode = braced !== undefined || short !== undefined || long !== undefined;
  const code = octal === undefined ? parseInt(hex ?? braced ?? short ?? long ?? '', 16) : parseInt(octal, 8);
  if (all === undefined || code > 0x10_ffff || (isBytes && isUnicode))
    throw new ExpressionError(`'\\${character}' is no escape`, at - 1);
  // Half of a surrogate pair is no character.
  const value = code >= 0xd800 && code < 0xe000 ? '\ufffd' : String.fromCodePoint(code);
  return { value, end: at + all.length };
}
