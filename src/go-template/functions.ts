import { TemplateFault } from './fault.ts';
import { compare, equals } from './comparison.ts';
import { formatText } from './printf.ts';
import { type Functions, GoFunction, GoMap, isTrue, textOf, typeOf, type Value } from './values.ts';

/** The functions of Go's text/template; `and` and `or`, which do not evaluate all of their arguments, are the evaluator's. */
export const builtinFunctions: Functions = new Map<string, GoFunction>([
  ['and', variadic(() => null)],
  ['or', variadic(() => null)],
  ['not', new GoFunction(['any'], ([value]) => !isTrue(value!))],
  ['len', new GoFunction(['any'], ([value]) => BigInt(lengthOf(value!)))],
  ['index', variadic(([item, ...indexes]) => indexes.reduce(at, item!), 1)],
  ['slice', variadic(([item, ...indexes]) => slice(item!, indexes), 1)],
  ['print', variadic(print)],
  ['println', variadic((values) => `${values.map(textOf).join(' ')}\n`)],
  ['printf', new GoFunction(['string'], ([format, ...values]) => formatText(format as string, values), true)],
  ['html', variadic((values) => print(values).replaceAll(/["'&<>\0]/g, (char) => htmlEscapes[char]!))],
  ['js', variadic((values) => print(values).replaceAll(/[\\'"<>&=\0-\x1f]/g, escapeScript))],
  ['urlquery', variadic((values) => escapeQuery(print(values)))],
  ['eq', variadic(([first, ...others]) => isAnyEqual(first!, others), 1)],
  ['ne', comparison((a, b) => !equals(a, b))],
  ['lt', comparison((a, b) => compare(a, b) < 0)],
  ['le', comparison((a, b) => compare(a, b) <= 0)],
  ['gt', comparison((a, b) => !(compare(a, b) <= 0))],
  ['ge', comparison((a, b) => !(compare(a, b) < 0))],
]);

function variadic(call: (values: readonly Value[]) => Value, fixed = 0): GoFunction {
  return new GoFunction(Array<'any'>(fixed).fill('any'), call, true);
}

function comparison(call: (a: Value, b: Value) => boolean): GoFunction {
  return new GoFunction(['any', 'any'], ([a, b]) => call(a!, b!));
}

function isAnyEqual(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new TemplateFault('missing argument for comparison');
  return others.some((other) => equals(first, other));
}

/** As fmt.Sprint: a space between two of which none is a string. */
function print(values: readonly Value[]): string {
  let text = '';
  values.forEach((value, i) => {
    const needsSpace = i > 0 && typeof value !== 'string' && typeof values[i - 1] !== 'string';
    text += (needsSpace ? ' ' : '') + textOf(value);
  });
  return text;
}

/** Octets of a string. */
function lengthOf(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof GoMap) return value.entries.size;
  if (isList(value)) return value.length;
  throw new TemplateFault(value === null ? 'len of nil pointer' : `len of type ${typeOf(value)}`);
}

function at(item: Value, index: Value): Value {
  if (item === null) throw new TemplateFault('index of untyped nil');
  if (item instanceof GoMap) {
    if (typeof index === 'string') return item.entries.get(index) ?? item.zero;
    throw new TemplateFault(`value has type ${typeOf(index)}; should be string`);
  }
  if (typeof item === 'string') return BigInt(Buffer.from(item)[position(index, Buffer.byteLength(item))]!);
  if (isList(item)) return item[position(index, item.length)]!;
  throw new TemplateFault(`can't index item of type ${typeOf(item)}`);
}

function slice(item: Value, indexes: readonly Value[]): Value {
  if (item === null) throw new TemplateFault('slice of untyped nil');
  const octets = typeof item === 'string' ? Buffer.from(item) : undefined;
  if (octets === undefined && !isList(item)) throw new TemplateFault(`can't slice item of type ${typeOf(item)}`);
  if (indexes.length > (octets === undefined ? 3 : 2))
    throw new TemplateFault(`too many slice indexes: ${indexes.length}`);
  const length = lengthOf(item);
  const [from = 0, to = length, cap = length] = indexes.map((index) => position(index, length + 1));
  if (from > to || to > cap)
    throw new TemplateFault(`invalid slice index: ${from > to ? `${from} > ${to}` : `${to} > ${cap}`}`);
  return octets === undefined ? (item as readonly Value[]).slice(from, to) : octets.subarray(from, to).toString();
}

/** An index below `end`. */
function position(index: Value, end: number): number {
  if (index === null) throw new TemplateFault('cannot index slice/array with nil');
  if (typeof index !== 'bigint') throw new TemplateFault(`cannot index slice/array with type ${typeOf(index)}`);
  if (index < 0n || index >= BigInt(end)) throw new TemplateFault(`index out of range: ${index}`);
  return Number(index);
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

const htmlEscapes: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\uFFFD',
};

function escapeScript(char: string): string {
  if (`\\'"`.includes(char)) return `\\${char}`;
  return `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** As Go's url.QueryEscape: all but unreserved characters, and a space as `+`. */
function escapeQuery(text: string): string {
  let query = '';
  for (const octet of Buffer.from(text)) {
    const char = String.fromCharCode(octet);
    if (/[a-zA-Z0-9_.~-]/.test(char)) query += char;
    else query += char === ' ' ? '+' : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return query;
}
