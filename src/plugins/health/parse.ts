import type { Directive } from '../../corefile/ast.ts';
import { duration, noBlock, takes, unknownOption } from '../../corefile/arguments.ts';
import { httpAddress } from '../../corefile/http-address.ts';
import type { HttpAddress } from '../../runtime/http/address.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { HealthConfig } from './health.ts';

const defaultAddress: HttpAddress = { address: '', port: 8080 };
/** Longer than that nobody waits for a process to end. */
const maxLameduckMs = 3_600_000;

/**
 *     health [ADDR] {
 *         lameduck DURATION
 *     }
 */
export function parseHealth(directives: readonly Directive[], { problems }: ParseContext): HealthConfig {
  const directive = singleDirective(directives, problems);
  const at = httpAddress(directive, defaultAddress, '', problems);
  let lameduckMs = 0;
  for (const option of directive?.block ?? []) {
    if (option.name.text !== 'lameduck') unknownOption(option, ['lameduck'], 'health', problems);
    else if (takes(option, { min: 1, max: 1 }, 'DURATION', problems) && noBlock(option, problems)) {
      lameduckMs = duration(option.args[0]!, 'lameduck', { min: 0, max: maxLameduckMs }, problems) ?? 0;
    }
  }
  return { at, lameduckMs };
}
