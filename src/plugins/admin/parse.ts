import type { Directive } from '../../corefile/ast.ts';
import { httpAddress } from '../../corefile/http-address.ts';
import type { HttpAddress } from '../../runtime/http/address.ts';
import { readHostNames } from '../http-host-option.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { AdminConfig } from './admin.ts';

const defaultAddress: HttpAddress = { address: '127.0.0.1', port: 9154 };

/**
 *     admin [ADDR] {
 *         host NAME...
 *     }
 *
 * ADDR is `[HOST]:PORT` or a host alone; a host that is not loopback must be written as an IP address.
 */
export function parseAdmin(directives: readonly Directive[], { problems }: ParseContext): AdminConfig {
  const directive = singleDirective(directives, problems);
  const at = httpAddress(directive, defaultAddress, '127.0.0.1', problems);
  return { at, hosts: directive ? readHostNames(directive, 'admin', problems) : [] };
}
