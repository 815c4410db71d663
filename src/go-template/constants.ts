import { TemplateFault } from './fault.ts';

const maxInt = 2n ** 63n - 1n;
const minInt = -(2n ** 63n);

/** The value of a number: an integer where it is written as one, as Go has it. */
export function readNumber(text: string, at: number): bigint | number {
  const bad = new TemplateFault(`bad number syntax: "${text}"`, at);
  if (text.endsWith('i')) throw new TemplateFault('complex numbers are not supported', at);
  const digits = text.replace(/^[+-]/, '');
  const sign = text.startsWith('-') ? -1 : 1;
  if (/_$|^_|__/.test(digits)) throw bad;
  const plain = digits.replaceAll('_', '');
  if (/^(0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9]\d*)$/.test(plain)) {
    // A leading 0 makes it octal.
    const value = BigInt(sign) * BigInt(/^0\d/.test(plain) ? `0o${plain.slice(1)}` : plain);
    if (value > maxInt || value < minInt) throw new TemplateFault(`${text} overflows int`, at);
    return value;
  }
  if (/^0\d+$/.test(plain) || !/^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(plain)) throw bad;
  const value = sign * Number(plain);
  if (!Number.isFinite(value)) throw bad;
  return value;
}

const simpleEscapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 0x5c,
  '"': 0x22,
  "'": 0x27,
};

/** The text between quotes, its escapes taken away as Go's `strconv.Unquote` does. */
export function unquote(text: string, at: number): string {
  const parts: Buffer[] = [];
  const inner = text.slice(1, -1);
  for (const [part] of inner.matchAll(
    /\\x[\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\U[\da-fA-F]{8}|\\[0-7]{3}|\\[^]|[^\\]+|\\/g,
  )) {
    parts.push(part.startsWith('\\') ? unescape(part, text[0]!, at) : Buffer.from(part));
  }
  return Buffer.concat(parts).toString();
}

function unescape(escape: string, quote: string, at: number): Buffer {
  const bad = new TemplateFault(`invalid escape '${escape}'`, at);
  const letter = escape[1] ?? '';
  if (escape.length === 2) {
    const octet = Object.hasOwn(simpleEscapes, letter) ? simpleEscapes[letter] : undefined;
    // The other kind of quote needs no escape, and has none.
    if (octet === undefined || (letter !== quote && `'"`.includes(letter))) throw bad;
    return Buffer.of(octet);
  }
  const code = /^\d/.test(letter) ? parseInt(escape.slice(1), 8) : parseInt(escape.slice(2), 16);
  if (Number.isNaN(code)) throw bad;
  if (letter !== 'u' && letter !== 'U') {
    if (code > 0xff) throw bad;
    return Buffer.of(code);
  }
  if (code > 0x10_ffff || (code >= 0xd800 && code < 0xe000)) throw bad;
  return Buffer.from(String.fromCodePoint(code));
}

/** The number of a character constant. */
export function readCharacter(text: string, at: number): bigint {
  const characters = Array.from(unquote(text, at));
  if (characters.length !== 1) throw new TemplateFault(`malformed character constant: ${text}`, at);
  return BigInt(characters[0]!.codePointAt(0)!);
}
