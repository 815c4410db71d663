import type { Directive } from '../../corefile/ast.ts';
import { duration } from '../../corefile/arguments.ts';
import { httpAddress } from '../../corefile/http-address.ts';
import { readOptionBlock } from '../../corefile/option-block.ts';
import type { HttpAddress } from '../../runtime/http/address.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { HealthConfig } from './health.ts';

const defaultAddress: HttpAddress = { address: '', port: 8080 };
/** Longer than that nobody waits for a process to end. */
const maxLameduckMs = 3_600_000;
const options = { lameduck: { args: { min: 1, max: 1 }, usage: 'DURATION' } };

/**
 *     health [ADDR] {
 *         lameduck DURATION
 *     }
 */
export function parseHealth(directives: readonly Directive[], { problems }: ParseContext): HealthConfig {
  const directive = singleDirective(directives, problems);
  const at = httpAddress(directive, defaultAddress, '', problems);
  let lameduckMs = 0;
  if (!directive) return { at, lameduckMs };
  readOptionBlock(directive, 'health', options, problems, (_, { args: [token] }) => {
    lameduckMs = duration(token!, 'lameduck', { min: 0, max: maxLameduckMs }, problems) ?? 0;
  });
  return { at, lameduckMs };
}
