import type { Token } from '../../../corefile/ast.ts';
import type { Problems } from '../../../corefile/problem.ts';
import { quote } from '../../../corefile/quote.ts';
import { normalizeAddress } from '../../../wire/address.ts';

const hostName = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;

/**
 * The name that a certificate has to be for: a host name, in lower case and without the last dot, or an address. Reports
 * COREFILE_ARGUMENT at `token`, of which `text` is a part, where it is none.
 */
export function readServerName(token: Token, text: string, problems: Problems): string | undefined {
  const name = normalizeAddress(text) ?? text.toLowerCase().replace(/\.$/, '');
  if (normalizeAddress(name) !== undefined || hostName.test(name)) return name;
  const message = `expected the name in the server's certificate, such as 'dns.example', found ${quote(text)}`;
  problems.error('COREFILE_ARGUMENT', token.position, message);
  return undefined;
}
