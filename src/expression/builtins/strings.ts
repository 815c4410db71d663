import { EvaluationError } from '../errors.ts';
import { toArray, toCount, toText, type Frame } from '../compile/code.ts';
import { arrayOf, bool, int, string } from '../values/type.ts';
import type { Value } from '../values/value.ts';
import { signature, type Builtin } from './builtin.ts';

const maxRepetitions = 1_000_000;

/** A function of texts, which costs what they are long. */
function ofTexts(
  count: number,
  result: Parameters<typeof signature>[1],
  run: (...texts: string[]) => Value,
  required = count,
): Builtin {
  return {
    check: signature(new Array<'string'>(count).fill('string'), result, required),
    run(args, frame) {
      const texts = args.map(toText);
      for (const text of texts) frame.chargeText(text.length);
      return run(...texts);
    },
  };
}

/** With or without a limit for the parts. */
function splitting(keepsDelimiter: boolean): Builtin {
  return {
    check: signature(['string', 'string', 'int'], arrayOf(string), 2),
    run([text = '', delimiter = '', limit = -1n], frame) {
      const parts = split(toText(text), toText(delimiter), toCount(limit), keepsDelimiter);
      frame.charge(parts.length + (toText(text).length >> 6));
      return parts;
    },
  };
}

export const stringBuiltins: Readonly<Record<string, Builtin>> = {
  trim: ofTexts(2, string, (text = '', cutset) => trim(text, cutset), 1),
  trimPrefix: ofTexts(
    2,
    string,
    (text = '', prefix = ' ') => (text.startsWith(prefix) ? text.slice(prefix.length) : text),
    1,
  ),
  trimSuffix: ofTexts(
    2,
    string,
    (text = '', suffix = ' ') => (text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text),
    1,
  ),
  upper: ofTexts(1, string, (text = '') => text.toUpperCase()),
  lower: ofTexts(1, string, (text = '') => text.toLowerCase()),
  indexOf: ofTexts(2, int, (text = '', part = '') => octetIndex(text, text.indexOf(part))),
  lastIndexOf: ofTexts(2, int, (text = '', part = '') => octetIndex(text, text.lastIndexOf(part))),
  hasPrefix: ofTexts(2, bool, (text = '', prefix = '') => text.startsWith(prefix)),
  hasSuffix: ofTexts(2, bool, (text = '', suffix = '') => text.endsWith(suffix)),
  split: splitting(false),
  splitAfter: splitting(true),
  replace: {
    check: signature(['string', 'string', 'string', 'int'], string, 3),
    run([text = '', before = '', after = '', limit = -1n], frame) {
      return replace(toText(text), toText(before), toText(after), toCount(limit), frame);
    },
  },
  repeat: {
    check: signature(['string', 'int'], string),
    run([text = '', count = 0n], frame) {
      const times = toCount(count);
      if (times < 0) throw new EvaluationError('a text cannot be repeated less than 0 times');
      if (times > maxRepetitions) throw new EvaluationError('it takes too many steps');
      frame.chargeText(toText(text).length * times);
      return toText(text).repeat(times);
    },
  },
  join: {
    check: signature(['array', 'string'], string, 1),
    run([array = [], glue = ''], frame) {
      const texts = toArray(array).map(toText);
      frame.charge(texts.length);
      const length = texts.reduce((sum, text) => sum + text.length, texts.length * toText(glue).length);
      frame.chargeText(length);
      return texts.join(toText(glue));
    },
  },
};

/** Spaces at both ends, or characters that stand in `cutset`. */
function trim(text: string, cutset: string | undefined): string {
  if (cutset === undefined) return text.trim();
  const characters = Array.from(text);
  const isCut = (character: string): boolean => cutset.includes(character);
  const start = characters.findIndex((character) => !isCut(character));
  if (start < 0) return '';
  return characters.slice(start, characters.findLastIndex((character) => !isCut(character)) + 1).join('');
}

/** Go counts octets. */
function octetIndex(text: string, index: number): bigint {
  return BigInt(index < 0 ? -1 : Buffer.byteLength(text.slice(0, index)));
}

/** Go's strings.SplitN: at most `limit` parts, all for a limit below 0. */
function split(text: string, delimiter: string, limit: number, keepsDelimiter: boolean): string[] {
  if (limit === 0) return [];
  const all = delimiter === '' ? Array.from(text) : text.split(delimiter);
  const parts =
    limit < 0 || all.length <= limit ? all : [...all.slice(0, limit - 1), all.slice(limit - 1).join(delimiter)];
  if (!keepsDelimiter) return parts;
  return parts.map((part, index) => (index < parts.length - 1 ? part + delimiter : part));
}

/** Go's strings.Replace: the first `limit` of them, all for a limit below 0; an empty one stands before each character and at the end. */
function replace(text: string, before: string, after: string, limit: number, frame: Frame): string {
  const parts = before === '' ? ['', ...Array.from(text), ''] : text.split(before);
  const count = limit < 0 ? parts.length - 1 : Math.min(limit, parts.length - 1);
  frame.charge(parts.length);
  frame.chargeText(text.length + count * after.length);
  return [...parts.slice(0, count), parts.slice(count).join(before)].join(after);
}
