import { noBlock, takes } from '../../corefile/arguments.ts';
import type { Directive, Token } from '../../corefile/ast.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import { didYouMean } from '../../corefile/suggest.ts';
import { headerFlag } from '../../wire/codes.ts';
import type { ParseContext } from '../plugin.ts';
import { singleDirective } from '../single-directive.ts';
import type { FlagChange, HeaderConfig } from './header.ts';

/** Which octet of the flags, and which bit of it. */
const flags = { aa: [0, headerFlag.AA], ra: [1, headerFlag.RA], rd: [0, headerFlag.RD] } as const;
const flagNames = Object.keys(flags) as (keyof typeof flags)[];
const selectors = ['query', 'response'] as const;
const actions = ['set', 'clear'] as const;

/** `header { [query|response] set|clear FLAGS... }`; of several lines for one flag the last counts. */
export function parseHeader(directives: readonly Directive[], { problems }: ParseContext): HeaderConfig {
  const changes = { query: noChange(), response: noChange() };
  const directive = singleDirective(directives, problems);
  if (!directive || !takes(directive, { max: 0 }, 'no arguments', problems)) return changes;
  const lines = directive.block ?? [];
  if (lines.length === 0) {
    const message = `header needs a block with lines such as 'response set aa', but there is none`;
    problems.error('COREFILE_ARGUMENT', directive.name.position, message);
  }
  for (const line of lines) readLine(line, changes, problems);
  return changes;
}

function noChange(): FlagChange & { keep: [number, number]; set: [number, number] } {
  return { keep: [0xff, 0xff], set: [0, 0] };
}

function readLine(
  line: Directive,
  changes: Readonly<Record<(typeof selectors)[number], ReturnType<typeof noChange>>>,
  problems: Problems,
): void {
  if (!noBlock(line, problems)) return;
  const selector = wordOf(line.name, selectors);
  // Without a selector, as CoreDNS had it before 1.10.
  const [verb, ...names] = selector === undefined ? [line.name, ...line.args] : line.args;
  const action = verb && wordOf(verb, actions);
  if (verb !== undefined && action === undefined) {
    const words = selector === undefined ? [...selectors, ...actions] : actions;
    const expected = `expected ${words.map((word) => `'${word}'`).join(' or ')}`;
    const message = `${expected}, found ${quote(verb.text)}${didYouMean(verb.text, words)}`;
    problems.error('COREFILE_OPTION', verb.position, message);
  } else if (names.length === 0) {
    const last = verb ?? line.name;
    const message = `expected '[query|response] set|clear FLAGS...', but the line ends after ${quote(last.text)}`;
    problems.error('COREFILE_ARGUMENT', last.position, message);
  }
  for (const name of action === undefined ? [] : names) {
    readFlag(name, changes[selector ?? 'response'], action === 'set', problems);
  }
}

function wordOf<Word extends string>({ text }: Token, words: readonly Word[]): Word | undefined {
  return words.find((word) => word === text.toLowerCase());
}

function readFlag(token: Token, change: ReturnType<typeof noChange>, isSet: boolean, problems: Problems): void {
  const name = wordOf(token, flagNames);
  if (name === undefined) {
    const message = `expected a flag, 'aa', 'ra' or 'rd', found ${quote(token.text)}${didYouMean(token.text, flagNames)}`;
    problems.error('COREFILE_ARGUMENT', token.position, message);
    return;
  }
  const [octet, bit] = flags[name];
  change.keep[octet] &= ~bit;
  change.set[octet] = isSet ? change.set[octet] | bit : change.set[octet] & ~bit;
}
