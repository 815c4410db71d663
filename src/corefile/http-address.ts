import type { HttpAddress } from '../runtime/http/address.ts';
import { familyOf, normalizeAddress, parseAddress } from '../wire/address.ts';
import { takes } from './arguments.ts';
import type { Directive } from './ast.ts';
import type { Problems } from './problem.ts';
import { quote } from './quote.ts';

const loopback = '127.0.0.1';

/**
 * The address of `NAME [ADDR]`; `fallback` without one. ADDR is `[HOST]:PORT`, or a host alone, which gets the port of `fallback`: `localhost:9153`, `:8080`, `10.0.0.1`, `[::1]:9154`.
 * A port alone is on `unnamedHost`. Reports COREFILE_ARGUMENT and returns `fallback` for anything else.
 */
export function httpAddress(
  directive: Directive | undefined,
  fallback: HttpAddress,
  unnamedHost: '' | typeof loopback,
  problems: Problems,
): HttpAddress {
  const [token] = directive?.args ?? [];
  if (!directive || !takes(directive, { max: 1 }, 'at most one ADDR', problems) || !token) return fallback;
  const config = read(token.text, fallback.port, unnamedHost);
  if (config) return config;
  const example = `localhost:${fallback.port}`;
  const expected = `expected [HOST]:PORT, where HOST is localhost or an IP address, such as '${example}'`;
  problems.error('COREFILE_ARGUMENT', token.position, `${expected}, found ${quote(token.text)}`);
  return fallback;
}

function read(text: string, defaultPort: number, unnamedHost: string): HttpAddress | undefined {
  const [, bracketed, bare = '', digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? bare;
  const isIpv6 = parseAddress(text)?.length === 16;
  const port = digits === undefined || isIpv6 ? defaultPort : Number(digits);
  if (port > 65_535 || text === '') return undefined;
  if (!isIpv6 && host === 'localhost') return { address: loopback, port };
  if (!isIpv6 && host === '' && bracketed === undefined && digits !== undefined) return { address: unnamedHost, port };
  const address = normalizeAddress(isIpv6 ? text : host);
  if (address === undefined || (bracketed !== undefined && familyOf(address) === 4)) return undefined;
  return { address, port };
}
