import type { Directive } from '../../corefile/ast.ts';
import { noBlock, takes } from '../../corefile/arguments.ts';
import { httpAddress } from '../../corefile/http-address.ts';
import type { HttpAddress } from '../../runtime/http/address.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { AdminConfig } from './admin.ts';

const defaultAddress: HttpAddress = { address: '127.0.0.1', port: 9154 };

/** `admin [ADDR]`. ADDR is `[HOST]:PORT` or a host alone; a host that is not loopback must be written as an IP address. */
export function parseAdmin(directives: readonly Directive[], { problems }: ParseContext): AdminConfig {
  const directive = singleDirective(directives, problems);
  if (!directive || !takes(directive, { max: 1 }, 'at most one ADDR', problems)) return { at: defaultAddress };
  noBlock(directive, problems);
  const [token] = directive.args;
  return { at: token ? httpAddress(token, defaultAddress, '127.0.0.1', problems) : defaultAddress };
}
