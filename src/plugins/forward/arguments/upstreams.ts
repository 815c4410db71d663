import type { Token } from '../../../corefile/ast.ts';
import { quote } from '../../../corefile/quote.ts';
import { errorMessage } from '../../../runtime/errors.ts';
import type { ParseContext } from '../../plugin.ts';
import type { UpstreamAddress } from '../config.ts';
import { isUnspecified, parseUpstream } from './upstream-address.ts';
import { splitScheme, splitServerName } from './scheme.ts';
import { readServerName } from './server-name.ts';
import { readResolvConf, type ResolvConfLimits } from './resolv-conf.ts';

const examples = `'10.0.0.1', '10.0.0.1:5353', '[2001:db8::1]:53', 'tls://10.0.0.1%dns.example', 'https://10.0.0.1' or a file such as '/etc/resolv.conf'`;
const hostName = /^(?=.*[a-z])[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?(:\d+)?$/i;

/**
 * Reads one TO of a `forward` line: `IP`, `IP:PORT`, `[IPV6]:PORT`, each also behind `dns://`, and behind `tls://` or `https://`,
 * where `%NAME` behind the address names the certificate, or a file in the form of resolv.conf, whose `nameserver` lines count as far as `limits` allow. Reports COREFILE_ARGUMENT, or COREFILE_FILE for a file that cannot be
 * read or names no server, and returns an empty list then.
 */
export function readUpstreams(token: Token, context: ParseContext, limits: ResolvConfLimits): UpstreamAddress[] {
  const { problems } = context;
  const report = (message: string): UpstreamAddress[] => {
    problems.error('COREFILE_ARGUMENT', token.position, message);
    return [];
  };
  const { scheme, protocol, rest } = splitScheme(token.text);
  if (protocol === undefined) {
    return report(`${quote(token.text)}: ${scheme}:// upstreams are not built yet; expected ${examples}`);
  }
  if (protocol === 'https' && rest.includes('/')) {
    return report(`${quote(token.text)}: the path is always /dns-query; expected 'https://' and an address`);
  }
  const { host, serverName } = protocol === 'dns' ? { host: rest, serverName: undefined } : splitServerName(rest);
  const upstream = parseUpstream(host, protocol);
  if (typeof upstream === 'object') {
    if (isUnspecified(upstream.address)) {
      return report(`${quote(token.text)} is the unspecified address; expected the address of one server`);
    }
    if (serverName === undefined) return [upstream];
    const name = readServerName(token, serverName, problems);
    return name === undefined ? [] : [{ ...upstream, serverName: name }];
  }
  if (upstream === 'port') return report(`the port of ${quote(token.text)} must be between 1 and 65535`);
  return scheme === undefined ? readFile(token, context, limits) : report(`expected ${examples}, found ${quote(rest)}`);
}

function readFile(token: Token, context: ParseContext, limits: ResolvConfLimits): UpstreamAddress[] {
  const { problems } = context;
  const path = token.text;
  let text: string;
  try {
    text = context.readFile(path);
  } catch (error) {
    const reason = errorMessage(error);
    if (path.includes('/')) problems.error('COREFILE_FILE', token.position, `cannot read ${quote(path)}: ${reason}`);
    else if (hostName.test(path)) {
      const message = `${quote(path)}: host names as upstreams are not built yet; expected ${examples}`;
      problems.error('COREFILE_ARGUMENT', token.position, message);
    } else problems.error('COREFILE_ARGUMENT', token.position, `expected ${examples}, found ${quote(path)}`);
    return [];
  }
  return readResolvConf(token, text, limits, problems);
}
