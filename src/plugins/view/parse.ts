import { takes } from '../../corefile/arguments.ts';
import type { Directive } from '../../corefile/ast.ts';
import { readOptionBlock } from '../../corefile/option-block.ts';
import { typeName } from '../../expression/values/type.ts';
import { queryExpression } from '../expression-argument.ts';
import type { ParseContext } from '../plugin.ts';
import { singleDirective } from '../single-directive.ts';
import type { ViewConfig } from './view.ts';

const options = { expr: { args: { min: 1 }, usage: 'an expression', repeatable: true } };

/**
 *     view NAME {
 *         expr EXPRESSION
 *     }
 */
export function parseView(directives: readonly Directive[], { problems }: ParseContext): ViewConfig {
  const directive = singleDirective(directives, problems);
  const expressions: string[] = [];
  if (!directive || !takes(directive, { min: 1, max: 1 }, 'a name', problems)) return { name: '', expressions };
  readOptionBlock(directive, 'view', options, problems, (_, { name, args }) => {
    const expression = queryExpression(args, problems);
    if (expression === undefined) return;
    expressions.push(expression.text);
    const { type } = expression;
    if (type.kind === 'bool' || type.kind === 'unknown') return;
    const message = `the expression is never true, as its value is ${typeName(type)}: the block gets no queries`;
    problems.warning('COREFILE_ARGUMENT', name.position, message);
  });
  return { name: directive.args[0]!.text, expressions };
}
