import { ExpressionError } from '../errors.ts';

const maxInt = 2n ** 63n - 1n;

/** The number that a word of the lexer is: `42`, `1_000`, `0x2A`, `0o52`, `0b101`, `.5`, `1e3`. Throws ExpressionError. */
export function readNumber(word: string, at: number): bigint | number {
  const digits = word.replaceAll('_', '').toLowerCase();
  const isHex = digits.startsWith('0x');
  if (!isHex && /[.e]/.test(digits)) {
    const value = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(digits) ? Number(digits) : NaN;
    if (Number.isFinite(value)) return value;
  } else if (/^(0x[\da-f]+|0o[0-7]+|0b[01]+|\d+)$/.test(digits)) {
    const value = BigInt(digits.replace(/^0+(?=\d)/, ''));
    if (value <= maxInt) return value;
    throw new ExpressionError(`'${word}' is larger than a number of 64 bits`, at);
  }
  throw new ExpressionError(`'${word}' is no number`, at);
}
