import { domainToASCII } from 'node:url';
import type { Token } from '../../../corefile/ast.ts';
import { quote } from '../../../corefile/quote.ts';
import { regularExpression } from '../../../corefile/regular-expression.ts';
import { normalizeZone } from '../../../corefile/zone.ts';
import { LinearRegExp } from '../../../runtime/linear-regexp.ts';
import { type MatchKind, matchKinds, type NamePattern } from '../config.ts';
import type { Words } from './words.ts';

/** The kind of match that the rule begins with where it has more than `without` words; else `exact`. */
export function readKind(words: Words, without: number): MatchKind | undefined {
  return words.left > without ? words.oneOf('the kind of match', matchKinds) : 'exact';
}

/** The next word as what names are compared with. */
export function readPattern(words: Words, kind: MatchKind): NamePattern | undefined {
  const token = words.take();
  const text = kind === 'regex' ? regularExpression(token, words.problems) : readText(words, token, kind);
  return text === undefined ? undefined : { kind, text };
}

/** A word that is a name, or a part of one with the end of names behind it, as CoreDNS has it: `foo` is `foo.`. */
export function readText(words: Words, token: Token, kind: MatchKind): string | undefined {
  if (kind !== 'exact') return isPlain(words, token) ? absolute(token.text.toLowerCase()) : undefined;
  const result = normalizeZone(token.text);
  if ('zone' in result) return result.zone;
  words.fail(token, `expected a name, found ${quote(token.text)}: ${result.reason}`);
  return undefined;
}

/** Whether a word has only characters that names have in presentation form. */
export function isPlain(words: Words, token: Token): boolean {
  if (/^[!-~]*$/.test(token.text)) return true;
  const ascii = domainToASCII(token.text);
  const hint = ascii === '' ? '' : `; write ${quote(ascii)}`;
  return words.fail(
    token,
    `expected a name or a part of one, found ${quote(token.text)}: it has other letters than ASCII's${hint}`,
  );
}

/** The next word as what takes a name's place, absolute: with `{1}` … of the match where there is a pattern for it. */
export function readReplacement(words: Words, pattern: string): string | undefined {
  const token = words.take();
  return isPlain(words, token) && hasGroups(words, token, pattern) ? absolute(token.text.toLowerCase()) : undefined;
}

/** Whether the regular expression has the groups that a word wants. */
export function hasGroups(words: Words, token: Token, pattern: string): boolean {
  const { groupCount } = new LinearRegExp(pattern);
  for (const [placeholder, digits] of token.text.matchAll(/\{(\d{1,3})\}/g)) {
    if (Number(digits) <= groupCount) continue;
    const has = groupCount === 1 ? '1 group' : `${groupCount} groups`;
    return words.fail(token, `${quote(placeholder)} stands for no group: the regular expression has ${has}`);
  }
  return true;
}

/** With a dot at its end, unless one stands there that is not escaped. */
export function absolute(text: string): string {
  const escapes = /\\*(?=\.$)/.exec(text)?.[0].length ?? 1;
  return escapes % 2 === 0 ? text : `${text}.`;
}
