import { noBlock, takes } from '../corefile/arguments.ts';
import type { Directive } from '../corefile/ast.ts';
import type { ParseContext } from './plugin.ts';
import { singleDirective } from './single-directive.ts';

/** Reads a directive that has neither arguments nor a block: `any`, `debug`, `whoami`. */
export function noArguments(directives: readonly Directive[], { problems }: ParseContext): object {
  const directive = singleDirective(directives, problems);
  if (directive && takes(directive, { max: 0 }, 'no arguments', problems)) noBlock(directive, problems);
  return {};
}
