import type { Directive } from '../../corefile/ast.ts';
import { noBlock, oneOf, takes, unknownOption } from '../../corefile/arguments.ts';
import { httpAddress } from '../../corefile/http-address.ts';
import type { HttpAddress } from '../../runtime/http/address.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { ReadyConfig } from './ready.ts';

const defaultAddress: HttpAddress = { address: '', port: 8181 };
const monitors = ['until-ready', 'continuously'] as const;

/**
 *     ready [ADDR] {
 *         monitor until-ready|continuously
 *     }
 */
export function parseReady(directives: readonly Directive[], { problems }: ParseContext): ReadyConfig {
  const directive = singleDirective(directives, problems);
  const at = httpAddress(directive, defaultAddress, '', problems);
  let monitor: ReadyConfig['monitor'] = 'until-ready';
  for (const option of directive?.block ?? []) {
    if (option.name.text !== 'monitor') unknownOption(option, ['monitor'], 'ready', problems);
    else if (takes(option, { min: 1, max: 1 }, 'until-ready or continuously', problems) && noBlock(option, problems)) {
      monitor = oneOf(option.args[0]!, 'monitor', monitors, problems) ?? monitor;
    }
  }
  return { at, monitor };
}
