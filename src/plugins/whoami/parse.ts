import { noBlock, takes } from '../../corefile/arguments.ts';
import { once } from '../once.ts';
import type { DirectivePlugin } from '../plugin.ts';

/** `whoami`: no arguments, no block. */
export const whoamiDirective: DirectivePlugin<Record<string, never>> = {
  name: 'whoami',
  parse(directives, { problems }) {
    const directive = once(directives, problems);
    if (directive && takes(directive, { max: 0 }, 'no arguments', problems)) noBlock(directive, problems);
    return {};
  },
};
