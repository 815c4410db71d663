import type { Directive } from '../../corefile/ast.ts';
import { oneOf } from '../../corefile/arguments.ts';
import { httpAddress } from '../../corefile/http-address.ts';
import { readOptionBlock } from '../../corefile/option-block.ts';
import type { HttpAddress } from '../../runtime/http/address.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { ReadyConfig } from './ready.ts';

const defaultAddress: HttpAddress = { address: '', port: 8181 };
const monitors = ['until-ready', 'continuously'] as const;
const options = { monitor: { args: { min: 1, max: 1 }, usage: 'until-ready or continuously' } };

/**
 *     ready [ADDR] {
 *         monitor until-ready|continuously
 *     }
 */
export function parseReady(directives: readonly Directive[], { problems }: ParseContext): ReadyConfig {
  const directive = singleDirective(directives, problems);
  const at = httpAddress(directive, defaultAddress, '', problems);
  let monitor: ReadyConfig['monitor'] = 'until-ready';
  if (!directive) return { at, monitor };
  readOptionBlock(directive, 'ready', options, problems, (_, { args: [token] }) => {
    monitor = oneOf(token!, 'monitor', monitors, problems) ?? monitor;
  });
  return { at, monitor };
}
