import { duration, noBlock, takes, unknownOption } from '../../corefile/arguments.ts';
import { httpAddress, type HttpAddress } from '../http-address.ts';
import { once } from '../once.ts';
import type { DirectivePlugin } from '../plugin.ts';
import type { HealthConfig } from './config.ts';

const defaultAddress: HttpAddress = { address: '', port: 8080 };
/** Longer than that nobody waits for a process to end. */
const maxLameduckMs = 3_600_000;

/**
 *     health [ADDR] {
 *         lameduck DURATION
 *     }
 */
export const healthDirective: DirectivePlugin<HealthConfig> = {
  name: 'health',
  parse(directives, { problems }) {
    const directive = once(directives, problems);
    let at = defaultAddress;
    let lameduckMs = 0;
    if (!directive) return { at, lameduckMs };
    const [token] = directive.args;
    if (takes(directive, { max: 1 }, 'at most one ADDR', problems) && token) {
      at = httpAddress(token, defaultAddress, '', problems);
    }
    for (const option of directive.block ?? []) {
      if (option.name.text !== 'lameduck') unknownOption(option, ['lameduck'], 'health', problems);
      else if (takes(option, { min: 1, max: 1 }, 'DURATION', problems) && noBlock(option, problems)) {
        lameduckMs = duration(option.args[0]!, 'lameduck', { min: 0, max: maxLameduckMs }, problems) ?? 0;
      }
    }
    return { at, lameduckMs };
  },
};
