import { integer, noBlock, takes } from '../../corefile/arguments.ts';
import { once } from '../once.ts';
import type { DirectivePlugin } from '../plugin.ts';
import type { MultisocketConfig } from './config.ts';

const socketRange = { min: 1, max: 1024 };

/** `multisocket [N]` */
export const multisocketDirective: DirectivePlugin<MultisocketConfig> = {
  name: 'multisocket',
  parse(directives, { problems }) {
    const directive = once(directives, problems);
    let sockets: number | undefined;
    if (directive && takes(directive, { max: 1 }, 'one number N', problems) && noBlock(directive, problems)) {
      const [token] = directive.args;
      if (token) sockets = integer(token, 'multisocket', socketRange, problems);
    }
    return { sockets };
  },
};
