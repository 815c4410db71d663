import type { Token } from '../corefile/ast.ts';
import type { Problems } from '../corefile/problem.ts';
import { didYouMean } from '../corefile/suggest.ts';
import { ExpressionError } from '../expression/errors.ts';
import type { Environment } from '../expression/environment.ts';
import { Expression } from '../expression/expression.ts';
import { queryEnvironment } from '../expression/query-environment.ts';
import type { Query } from '../wire/query.ts';

/**
 * Reads an expression about a query, which may be several words of a line: they are taken together, with a space between them, as in
 * CoreDNS. Reports COREFILE_ARGUMENT, at the place in the expression, and returns `undefined` where it is none; else it can be made again
 * of its `text`.
 */
export function queryExpression(words: readonly Token[], problems: Problems): Expression<Query> | undefined {
  return expressionIn(queryEnvironment, words, problems);
}

/** As `queryExpression`, about something else. */
export function expressionIn<Context>(
  environment: Environment<Context>,
  words: readonly Token[],
  problems: Problems,
): Expression<Context> | undefined {
  const text = words.map((word) => word.text).join(' ');
  try {
    return new Expression(text, environment);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { at, message, unknown } = error;
    const hint = unknown ? didYouMean(unknown.word, unknown.known) : '';
    problems.error('COREFILE_ARGUMENT', positionIn(words, at), `expected an expression: ${message}${hint}`);
    return undefined;
  }
}

/** The place of a character of words that are taken together; where the expression ends, that of its last word's end. */
function positionIn(words: readonly Token[], at: number): Token['position'] {
  let before = 0;
  let found = words[0]!;
  for (const word of words) {
    if (before > at) break;
    found = word;
    before += word.text.length + 1;
  }
  const { text, position, quoted } = found;
  const offset = Math.min(at - (before - text.length - 1), text.length);
  return { ...position, column: position.column + Math.max(0, offset) + (quoted ? 1 : 0) };
}
