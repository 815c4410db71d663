import { formatIpAddress, parseIpAddress } from '../../corefile/address.ts';
import type { Token } from '../../corefile/ast.ts';
import { quote } from '../../corefile/quote.ts';
import type { ParseContext } from '../plugin.ts';
import type { UpstreamAddress } from './config.ts';

const defaultPort = 53;
const examples = `'10.0.0.1', '10.0.0.1:5353', '[2001:db8::1]:53' or a file such as '/etc/resolv.conf'`;
const hostName = /^(?=.*[a-z])[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?(:\d+)?$/i;

/**
 * Reads one TO of a `forward` line: `IP`, `IP:PORT`, `[IPV6]:PORT`, each also behind `dns://`, or a file in the form of
 * resolv.conf, whose `nameserver` lines count. Reports COREFILE_ARGUMENT, or COREFILE_FILE for a file that cannot be
 * read or names no server, and returns an empty list then.
 */
export function readUpstreams(token: Token, context: ParseContext): UpstreamAddress[] {
  const { problems } = context;
  const report = (message: string): UpstreamAddress[] => {
    problems.error('COREFILE_ARGUMENT', token.position, message);
    return [];
  };
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(token.text) ?? [];
  if (scheme !== undefined && scheme.toLowerCase() !== 'dns') {
    return report(`${quote(token.text)}: ${scheme}:// upstreams are not built yet; expected ${examples}`);
  }
  const text = rest ?? token.text;
  const upstream = parseUpstream(text);
  if (typeof upstream === 'object') {
    if (!isUnspecified(upstream.address)) return [upstream];
    return report(`${quote(token.text)} is the unspecified address; expected the address of one server`);
  }
  if (upstream === 'port') return report(`the port of ${quote(token.text)} must be between 1 and 65535`);
  return scheme === undefined ? readResolvConf(token, context) : report(`expected ${examples}, found ${quote(text)}`);
}

function readResolvConf(token: Token, context: ParseContext): UpstreamAddress[] {
  const { problems } = context;
  const path = token.text;
  let text: string;
  try {
    text = context.readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (path.includes('/')) problems.error('COREFILE_FILE', token.position, `cannot read ${quote(path)}: ${reason}`);
    else if (hostName.test(path)) {
      const message = `${quote(path)}: host names as upstreams are not built yet; expected ${examples}`;
      problems.error('COREFILE_ARGUMENT', token.position, message);
    } else problems.error('COREFILE_ARGUMENT', token.position, `expected ${examples}, found ${quote(path)}`);
    return [];
  }
  const upstreams: UpstreamAddress[] = [];
  for (const line of text.split('\n')) {
    const [keyword, server] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (keyword !== 'nameserver' || server === undefined) continue;
    const upstream = parseUpstream(server);
    if (typeof upstream === 'object' && !isUnspecified(upstream.address)) upstreams.push(upstream);
    else {
      const message = `${quote(path)} has the nameserver ${quote(server)}; expected the IP address of one server`;
      problems.error('COREFILE_FILE', token.position, message);
    }
  }
  if (upstreams.length === 0) {
    problems.error('COREFILE_FILE', token.position, `${quote(path)} has no line 'nameserver ADDRESS' that can be used`);
  }
  return upstreams;
}

function parseUpstream(text: string): UpstreamAddress | 'port' | undefined {
  const whole = parseAddress(text, defaultPort);
  if (whole !== undefined) return whole;
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(text) ?? [];
  const upstream = parseAddress(bracketed ?? plain ?? '', port === undefined ? defaultPort : Number(port));
  if (upstream === undefined || (bracketed !== undefined && upstream.family === 4)) return undefined;
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || upstream.port < 1 || upstream.port > 65_535)) return 'port';
  return upstream;
}

/** An IPv6 address may have a zone (RFC 4007 section 11): `fe80::1%eth0`. */
function parseAddress(text: string, port: number): UpstreamAddress | undefined {
  const [, address = '', zone = ''] = /^([^%]*)(%[\w.-]+)?$/.exec(text) ?? [];
  const parsed = parseIpAddress(address);
  if (parsed === undefined || (zone !== '' && parsed.family === 4)) return undefined;
  return { address: formatIpAddress(parsed) + zone, port, family: parsed.family };
}

function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === '::ffff:0.0.0.0' || address.startsWith('::%');
}
