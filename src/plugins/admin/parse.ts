import { formatIpAddress, parseIpAddress } from '../../corefile/address.ts';
import { noBlock, takes } from '../../corefile/arguments.ts';
import { quote } from '../../corefile/quote.ts';
import { once } from '../once.ts';
import type { DirectivePlugin } from '../plugin.ts';
import type { AdminConfig } from './config.ts';

const defaultConfig: AdminConfig = { address: '127.0.0.1', port: 9154 };

/** `admin [ADDR]`. ADDR is `[HOST]:PORT` or a host alone; a host that is not loopback must be written as an IP address. */
export const adminDirective: DirectivePlugin<AdminConfig> = {
  name: 'admin',
  parse(directives, { problems }) {
    const directive = once(directives, problems);
    if (!directive || !takes(directive, { max: 1 }, 'at most one ADDR', problems)) return defaultConfig;
    noBlock(directive, problems);
    const [token] = directive.args;
    if (!token) return defaultConfig;
    const config = readAddress(token.text);
    if (config) return config;
    const expected = "expected [HOST]:PORT, where HOST is localhost or an IP address, such as 'localhost:9154'";
    problems.error('COREFILE_ARGUMENT', token.position, `${expected}, found ${quote(token.text)}`);
    return defaultConfig;
  },
};

/** `localhost:9154`, `:9154` (loopback too), `10.0.0.1`, `[::1]:9154`. */
function readAddress(text: string): AdminConfig | undefined {
  const [, bracketed, bare = '', digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? bare;
  const isIpv6 = parseIpAddress(text)?.family === 6;
  const port = digits === undefined || isIpv6 ? defaultConfig.port : Number(digits);
  if (port > 65_535 || text === '') return undefined;
  if (!isIpv6 && (host === 'localhost' || (host === '' && bracketed === undefined && digits !== undefined))) {
    return { ...defaultConfig, port };
  }
  const address = parseIpAddress(isIpv6 ? text : host);
  if (!address || (bracketed !== undefined && address.family === 4)) return undefined;
  return { address: formatIpAddress(address), port };
}
