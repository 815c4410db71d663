import type { Directive } from '../../corefile/ast.ts';
import { noBlock } from '../../corefile/arguments.ts';
import { httpAddress } from '../../corefile/http-address.ts';
import type { HttpAddress } from '../../runtime/http/address.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { AdminConfig } from './admin.ts';

const defaultAddress: HttpAddress = { address: '127.0.0.1', port: 9154 };

/** `admin [ADDR]`. ADDR is `[HOST]:PORT` or a host alone; a host that is not loopback must be written as an IP address. */
export function parseAdmin(directives: readonly Directive[], { problems }: ParseContext): AdminConfig {
  const directive = singleDirective(directives, problems);
  if (directive) noBlock(directive, problems);
  return { at: httpAddress(directive, defaultAddress, '127.0.0.1', problems) };
}
