import { TemplateFault } from './fault.ts';
import { formatFloat } from './format-float.ts';
import { textOf, typeOf, type Value } from './values.ts';

/** A verb with what stands before it: `%-08.3f`. */
interface Verb {
  readonly letter: string;
  readonly flags: string;
  /** Characters at least. */
  readonly width: number;
  readonly precision: number | undefined;
}

const maxWidth = 10_000;
const directive = /%([-+# 0]*)(\d*)(?:\.(\d*))?(.?)/gsu;

/** Go's fmt.Sprintf. `*` and explicit indexes of arguments are not supported; what does not fit is shown as Go does: `%!d(string=x)`. */
export function formatText(format: string, args: readonly Value[]): string {
  let next = 0;
  const text = format.replaceAll(
    directive,
    (_, flags: string, width: string, precision: string | undefined, letter: string) => {
      if (letter === '') return '%!(NOVERB)';
      if (letter === '%') return '%';
      if (letter === '*' || letter === '[') throw new TemplateFault(`'%${letter}' is not supported by printf here`);
      const arg = args[next++];
      if (arg === undefined) return `%!${letter}(MISSING)`;
      const places = precision === undefined ? undefined : Number(precision);
      if (Number(width) > maxWidth || (places ?? 0) > maxWidth)
        throw new TemplateFault(`a width of more than ${maxWidth}`);
      return formatValue(arg, { letter, flags, width: Number(width), precision: places });
    },
  );
  if (next >= args.length) return text;
  const extra = args.slice(next).map((arg) => (arg === null ? '<nil>' : `${typeOf(arg)}=${textOf(arg)}`));
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

function formatValue(arg: Value, verb: Verb): string {
  const { letter } = verb;
  if (letter === 'T') return pad(typeOf(arg), verb, false);
  let text: string | undefined;
  if (typeof arg === 'bigint') text = formatInteger(arg, verb);
  else if (typeof arg === 'number') text = formatNumber(arg, verb);
  else if (typeof arg === 'string') text = formatString(arg, verb);
  else if (typeof arg === 'boolean') text = letter === 't' || letter === 'v' ? String(arg) : undefined;
  else if (Array.isArray(arg) && letter !== 'v')
    return `[${arg.map((each: Value) => formatValue(each, verb)).join(' ')}]`;
  else text = letter === 'v' || (letter === 's' && arg !== null) ? textOf(arg) : undefined;
  if (text === undefined) return arg === null ? `%!${letter}(<nil>)` : `%!${letter}(${typeOf(arg)}=${textOf(arg)})`;
  const isNumber = (typeof arg === 'bigint' && !'cqU'.includes(letter)) || typeof arg === 'number';
  return pad(text, verb, isNumber);
}

function formatInteger(value: bigint, { letter, flags, precision }: Verb): string | undefined {
  const bases: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
  const base = bases[letter];
  if (base !== undefined) {
    const size = value < 0n ? -value : value;
    let digits = size.toString(base).padStart(precision ?? 1, '0');
    if (precision === 0 && value === 0n) digits = '';
    if (letter === 'X') digits = digits.toUpperCase();
    const prefixes: Readonly<Record<string, string>> = { b: '0b', o: '0', x: '0x', X: '0X' };
    const prefix = letter === 'O' ? '0o' : flags.includes('#') ? (prefixes[letter] ?? '') : '';
    return signOf(value < 0n, flags) + prefix + digits;
  }
  if (letter !== 'c' && letter !== 'q' && letter !== 'U') return undefined;
  if (letter === 'U') return `U+${value.toString(16).toUpperCase().padStart(4, '0')}`;
  const isCharacter = value >= 0n && value <= 0x10_ffffn && !(value >= 0xd800n && value < 0xe000n);
  const char = isCharacter ? String.fromCodePoint(Number(value)) : '\uFFFD';
  return letter === 'c' ? char : quoteText(char, "'");
}

function formatNumber(value: number, { letter, flags, precision }: Verb): string | undefined {
  const form = letter === 'v' ? 'g' : letter.toLowerCase();
  if (form !== 'e' && form !== 'f' && form !== 'g') return undefined;
  const text = formatFloat(Math.abs(value), form, precision ?? (form === 'g' ? -1 : 6));
  const isNegative = value < 0 || Object.is(value, -0);
  const signed = signOf(isNegative, flags) + text.replace(/^\+/, isNegative || flags.includes('+') ? '' : '+');
  return letter === 'E' || letter === 'G' ? signed.toUpperCase() : signed;
}

function formatString(value: string, { letter, flags, precision }: Verb): string | undefined {
  const cut = precision === undefined ? value : Array.from(value).slice(0, precision).join('');
  if (letter === 's' || letter === 'v') return cut;
  if (letter === 'q') return flags.includes('#') && !cut.includes('`') ? `\`${cut}\`` : quoteText(cut, '"');
  if (letter !== 'x' && letter !== 'X') return undefined;
  const octets = Buffer.from(value).subarray(0, precision);
  const digits = octets.toString('hex').replaceAll(/..(?=.)/g, flags.includes(' ') ? '$& ' : '$&');
  return letter === 'X' ? digits.toUpperCase() : digits;
}

function signOf(isNegative: boolean, flags: string): string {
  if (isNegative) return '-';
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
}

/** Numbers are padded with zeros behind their sign where the verb says so, texts as well. */
function pad(text: string, { flags, width }: Verb, isNumber: boolean): string {
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  if (!flags.includes('0')) return ' '.repeat(missing) + text;
  const sign = isNumber ? (/^[-+ ]?(0[xXbo](?=.))?/.exec(text)?.[0] ?? '') : '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

const escapes: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** As Go's strconv.Quote. */
function quoteText(text: string, quote: string): string {
  const inner = text.replaceAll(/[\p{C}\\"']|[\p{Z}--[ ]]/gv, (char) => {
    if (char === '"' || char === "'") return char === quote ? `\\${char}` : char;
    const escape = escapes[char];
    if (escape !== undefined) return escape;
    const code = char.codePointAt(0)!;
    if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return quote + inner + quote;
}
