import type { Directive } from '../../corefile/ast.ts';
import { integer, noBlock, takes } from '../../corefile/arguments.ts';
import { defaultUdpPayload } from '../../wire/codes.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { BufsizeConfig } from './bufsize.ts';

const sizeRange = { min: 512, max: 4096 };

/** `bufsize [SIZE]` */
export function parseBufsize(directives: readonly Directive[], { problems }: ParseContext): BufsizeConfig {
  const directive = singleDirective(directives, problems);
  let size: number | undefined;
  if (directive && takes(directive, { max: 1 }, 'one SIZE', problems) && noBlock(directive, problems)) {
    const [token] = directive.args;
    if (token) size = integer(token, 'bufsize', sizeRange, problems);
  }
  return { size: size ?? defaultUdpPayload };
}
