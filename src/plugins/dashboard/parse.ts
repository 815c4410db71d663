import type { Directive } from '../../corefile/ast.ts';
import { httpAddress } from '../../corefile/http-address.ts';
import { formatHttpAddress, type HttpAddress } from '../../runtime/http/address.ts';
import { readHostNames } from '../http-host-option.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { DashboardConfig } from './dashboard.ts';

const defaultAddress: HttpAddress = { address: '127.0.0.1', port: 9155 };

/**
 *     dashboard [ADDR] {
 *         host NAME...
 *     }
 *
 * ADDR is `[HOST]:PORT` or a host alone. Warns of an address that others can reach.
 */
export function parseDashboard(directives: readonly Directive[], { problems }: ParseContext): DashboardConfig {
  const directive = singleDirective(directives, problems);
  const at = httpAddress(directive, defaultAddress, '127.0.0.1', problems);
  if (!directive) return { at, hosts: [] };
  if (!isLoopback(at.address)) {
    const message = `dashboard on ${formatHttpAddress(at)} has no password: whoever reaches it sees all that is served; let a network policy or a proxy decide who does, or use localhost`;
    problems.warning('COREFILE_ARGUMENT', directive.args[0]!.position, message);
  }
  return { at, hosts: readHostNames(directive, 'dashboard', problems) };
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
