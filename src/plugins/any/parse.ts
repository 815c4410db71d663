import { noBlock, takes } from '../../corefile/arguments.ts';
import { once } from '../once.ts';
import type { DirectivePlugin } from '../plugin.ts';

/** `any`: no arguments, no block. */
export const anyDirective: DirectivePlugin<Record<string, never>> = {
  name: 'any',
  parse(directives, { problems }) {
    const directive = once(directives, problems);
    if (directive && takes(directive, { max: 0 }, 'no arguments', problems)) noBlock(directive, problems);
    return {};
  },
};
