import type { Directive } from '../../corefile/ast.ts';
import { integer, noBlock, takes } from '../../corefile/arguments.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { MultisocketConfig } from './multisocket.ts';

const socketRange = { min: 1, max: 1024 };

/** `multisocket [N]` */
export function parseMultisocket(directives: readonly Directive[], { problems }: ParseContext): MultisocketConfig {
  const directive = singleDirective(directives, problems);
  let sockets: number | undefined;
  if (directive && takes(directive, { max: 1 }, 'one number N', problems) && noBlock(directive, problems)) {
    const [token] = directive.args;
    if (token) sockets = integer(token, 'multisocket', socketRange, problems);
  }
  return { sockets };
}
