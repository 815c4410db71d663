import { errorMessage } from '../runtime/errors.ts';
import { LinearRegExp } from '../runtime/linear-regexp.ts';
import type { Token } from './ast.ts';
import type { Problems } from './problem.ts';
import { quote } from './quote.ts';

/** As in CoreDNS. */
const maxPatternLength = 10_000;

/**
 * Reads a regular expression of RE2's syntax, which a `LinearRegExp` is made of later. Reports COREFILE_ARGUMENT and returns `undefined`
 * where it is none, or is longer than 10,000 characters.
 */
export function regularExpression({ text, position }: Token, problems: Problems): string | undefined {
  if (text.length > maxPatternLength) {
    const message = `the regular expression has ${text.length} characters, and at most ${maxPatternLength} are taken`;
    problems.error('COREFILE_ARGUMENT', position, message);
    return undefined;
  }
  try {
    new LinearRegExp(text);
    return text;
  } catch (error) {
    const message = `expected a regular expression (RE2), found ${quote(text)}: ${errorMessage(error)}`;
    problems.error('COREFILE_ARGUMENT', position, message);
    return undefined;
  }
}
