import { onOff, takes } from '../../corefile/arguments.ts';
import type { Directive } from '../../corefile/ast.ts';
import { readOptionBlock } from '../../corefile/option-block.ts';
import type { ParseContext } from '../plugin.ts';
import { singleDirective } from '../single-directive.ts';
import type { LocalConfig } from './local.ts';

const options = { localhost_prefix: { args: { min: 1, max: 1 }, usage: 'on or off' } };

/**
 *     local {
 *         localhost_prefix on|off
 *     }
 */
export function parseLocal(directives: readonly Directive[], { problems }: ParseContext): LocalConfig {
  let hasPrefix = true;
  const directive = singleDirective(directives, problems);
  if (!directive || !takes(directive, { max: 0 }, 'no arguments', problems)) return { hasPrefix };
  readOptionBlock(directive, 'local', options, problems, (_, { args: [word] }) => {
    hasPrefix = onOff(word!, 'localhost_prefix', problems) ?? hasPrefix;
  });
  return { hasPrefix };
}
