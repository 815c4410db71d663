import { duration, oneOf, takes } from '../../corefile/arguments.ts';
import type { Directive } from '../../corefile/ast.ts';
import { type OptionForm, readOptionBlock } from '../../corefile/option-block.ts';
import type { Problems } from '../../corefile/problem.ts';
import { quote } from '../../corefile/quote.ts';
import { regularExpression } from '../../corefile/regular-expression.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { Consolidation, ErrorsConfig } from './config.ts';

/** The longest delay of a timer, in milliseconds: 24.8 days. */
const maxPeriodMs = 2 ** 31 - 1;
const extras = ['warning', 'error', 'info', 'debug', 'show_first'] as const;
const options = {
  consolidate: {
    args: { min: 2, max: 4 },
    usage: 'DURATION, REGEXP and at most a level and show_first',
    repeatable: true,
  },
  // Nothing throws here that a stack could be shown of; the word is taken so that Corefiles start.
  stacktrace: { args: { min: 0, max: 0 }, usage: 'no arguments' },
} as const satisfies Readonly<Record<string, OptionForm>>;

/**
 *     errors [stdout] {
 *         stacktrace
 *         consolidate DURATION REGEXP [warning|error|info|debug] [show_first]
 *     }
 */
export function parseErrors(directives: readonly Directive[], { problems }: ParseContext): ErrorsConfig {
  const directive = singleDirective(directives, problems);
  const consolidations: Consolidation[] = [];
  if (!directive) return { consolidations };
  if (takes(directive, { max: 1 }, "'stdout'", problems)) {
    const [destination] = directive.args;
    if (destination) oneOf(destination, 'the destination of errors', ['stdout'], problems);
  }
  readOptionBlock(directive, 'errors', options, problems, (form: OptionForm, option) => {
    const consolidation = form === options.consolidate ? parseConsolidate(option, problems) : undefined;
    if (consolidation) consolidations.push(consolidation);
  });
  return { consolidations };
}

function parseConsolidate(option: Directive, problems: Problems): Consolidation | undefined {
  const [period, pattern, ...rest] = option.args;
  const periodMs = duration(period!, 'the duration of consolidate', { min: 1, max: maxPeriodMs }, problems);
  const checked = regularExpression(pattern!, problems);
  let level: Consolidation['level'] | undefined;
  let showsFirst = false;
  for (const token of rest) {
    const word = oneOf(token, 'the end of consolidate', extras, problems);
    if (word === undefined) return undefined;
    const isRepeated = word === 'show_first' ? showsFirst : level !== undefined;
    if (isRepeated)
      problems.error('COREFILE_REPEATED', token.position, `${quote(token.text)} says what was said before`);
    if (word === 'show_first') showsFirst = true;
    else level = word;
  }
  if (periodMs === undefined || checked === undefined) return undefined;
  return { periodMs, pattern: checked, level: level ?? 'error', showsFirst };
}
