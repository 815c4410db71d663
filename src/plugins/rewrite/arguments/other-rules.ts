import type { Token } from '../../../corefile/ast.ts';
import { quote } from '../../../corefile/quote.ts';
import { didYouMean } from '../../../corefile/suggest.ts';
import { classCode, rcodeOf, rcodeTexts } from '../../../wire/codes.ts';
import { typeCode, typeNames } from '../../../wire/record-types.ts';
import type { CnameRule, NumberRule, RcodeRule, TtlRule } from '../config.ts';
import { absolute, isPlain, readKind, readPattern, readReplacement, readText } from './pattern.ts';
import type { Words } from './words.ts';

/** What a TTL is at most, where a range leaves it open (RFC 2181 section 8). */
const maxTtl = 2_147_483_647;
const maxUint32 = 0xffff_ffff;
/** The last response code that has a name. */
const maxRcode = 23;
/** Class CSNET (RFC 1035 section 3.2.4), which nobody uses. */
const csnet = 2;

/** `type FROM TO` and `class FROM TO`. */
export function readNumberRule(words: Words, field: 'type' | 'class'): NumberRule | undefined {
  if (!words.has({ min: 2, max: 2 }, `${field} FROM TO`)) return undefined;
  const from = readNumber(words, field);
  const to = readNumber(words, field);
  return from === undefined || to === undefined ? undefined : { field, from, to };
}

function readNumber(words: Words, field: 'type' | 'class'): number | undefined {
  const token = words.take();
  const { text } = token;
  const code = field === 'type' ? typeCode(text) : text.toUpperCase() === 'CS' ? csnet : classCode(text);
  if (code !== undefined && code > 0) return code;
  const expected = field === 'type' ? `a type such as 'A' or 'AAAA'` : `a class: 'IN', 'CH', 'HS', 'NONE' or 'ANY'`;
  const near = field === 'type' ? didYouMean(text.toUpperCase(), typeNames) : '';
  words.fail(token, `expected ${expected}, found ${quote(text)}${near}`);
  return undefined;
}

/** `ttl [KIND] NAME SECONDS|MIN-MAX|MIN-|-MAX`. */
export function readTtlRule(words: Words): TtlRule | undefined {
  const usage = 'ttl [exact|prefix|suffix|substring|regex] NAME SECONDS|MIN-MAX|MIN-|-MAX';
  if (!words.has({ min: 2, max: 3 }, usage)) return undefined;
  const kind = readKind(words, 2);
  const of = kind && readPattern(words, kind);
  if (of === undefined) return undefined;
  const token = words.take();
  const range = readRange(token.text);
  if (range !== undefined) return { field: 'ttl', of, ...range };
  const expected = `expected a TTL in seconds such as '30', '30-300', '30-' or '-300', each at most ${maxUint32}`;
  words.fail(token, `${expected}, found ${quote(token.text)}`);
  return undefined;
}

function readRange(text: string): { min: number; max: number } | undefined {
  const match = /^(\d*)(-?)(\d*)$/.exec(text);
  if (match === null || (match[1] === '' && match[3] === '')) return undefined;
  const [, from, dash, to] = match;
  const min = Number(from);
  const max = dash === '' ? min : to === '' ? maxTtl : Number(to);
  return min <= max && max <= maxUint32 ? { min, max } : undefined;
}

/** `rcode [KIND] NAME FROM TO`. */
export function readRcodeRule(words: Words): RcodeRule | undefined {
  const usage = 'rcode [exact|prefix|suffix|substring|regex] NAME FROM TO';
  if (!words.has({ min: 3, max: 4 }, usage)) return undefined;
  const kind = readKind(words, 3);
  const of = kind && readPattern(words, kind);
  if (of === undefined) return undefined;
  const from = readRcode(words, words.take());
  const to = readRcode(words, words.take());
  return from === undefined || to === undefined ? undefined : { field: 'rcode', of, from, to };
}

function readRcode(words: Words, token: Token): number | undefined {
  const { text } = token;
  const isNumber = /^\d+$/.test(text);
  const code = isNumber ? Number(text) : text.toUpperCase() === 'BADSIG' ? rcodeOf('BADVERS') : rcodeOf(text);
  if (code !== undefined && (!isNumber || code <= maxRcode)) return code;
  const near = didYouMean(text.toUpperCase(), rcodeTexts);
  words.fail(
    token,
    `expected a response code such as 'SERVFAIL', or its number up to ${maxRcode}, found ${quote(text)}${near}`,
  );
  return undefined;
}

/** `cname [KIND] FROM TO`. */
export function readCnameRule(words: Words): CnameRule | undefined {
  const usage = 'cname [exact|prefix|suffix|substring|regex] FROM TO';
  if (!words.has({ min: 2, max: 3 }, usage)) return undefined;
  const kind = readKind(words, 2);
  if (kind === undefined) return undefined;
  if (kind === 'exact' || kind === 'regex') {
    const from = readPattern(words, kind);
    if (from === undefined) return undefined;
    const to = kind === 'regex' ? readReplacement(words, from.text) : readText(words, words.take(), kind);
    return to === undefined ? undefined : { field: 'cname', from, to };
  }
  // These are parts of names as they stand, unlike those of `name`.
  const from = words.take();
  const to = words.take();
  if (!isPlain(words, from) || !isPlain(words, to)) return undefined;
  if (from.text === '') {
    words.fail(from, `expected a part of a name, found ''`);
    return undefined;
  }
  const text = (token: Token): string => token.text.toLowerCase();
  return { field: 'cname', from: { kind, text: text(from) }, to: kind === 'suffix' ? absolute(text(to)) : text(to) };
}
