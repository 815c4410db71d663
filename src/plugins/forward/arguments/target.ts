import type { Token } from '../../../corefile/ast.ts';
import { quote } from '../../../corefile/quote.ts';
import { errorMessage } from '../../../runtime/errors.ts';
import type { ParseContext } from '../../plugin.ts';
import type { Target } from '../config.ts';
import { parseHostName } from './host-name.ts';
import { isUnspecified, parseUpstream } from './upstream-address.ts';
import { splitScheme, splitServerName } from './scheme.ts';
import { readServerName } from './server-name.ts';

const examples = `'10.0.0.1', '10.0.0.1:5353', '[2001:db8::1]:53', 'dns.example', 'tls://10.0.0.1%dns.example', 'https://10.0.0.1' or a file such as '/etc/resolv.conf'`;

/** A TO; a file with its text. */
export type ReadTarget =
  Exclude<Target, { readonly kind: 'file' }> | { readonly kind: 'file'; readonly path: string; readonly text: string };

/**
 * Reads one TO of a `forward` line: `IP`, `IP:PORT`, `[IPV6]:PORT`, `NAME` or `NAME:PORT`, each also behind `dns://`, and behind
 * `tls://` or `https://`, where `%NAME` behind the address or the name is that of the certificate; or a file in the form of resolv.conf. Reports
 * COREFILE_ARGUMENT, or COREFILE_FILE for a file that cannot be read.
 */
export function readTarget(token: Token, context: ParseContext): ReadTarget | undefined {
  const { problems } = context;
  const report = (message: string): ReadTarget | undefined => {
    problems.error('COREFILE_ARGUMENT', token.position, message);
    return undefined;
  };
  const { scheme, protocol, rest } = splitScheme(token.text);
  if (protocol === undefined) {
    return report(`${quote(token.text)}: ${scheme}:// upstreams are not built yet; expected ${examples}`);
  }
  if (protocol === 'https' && rest.includes('/')) {
    return report(`${quote(token.text)}: the path is always /dns-query; expected 'https://' and an address`);
  }
  const { host, serverName } = protocol === 'dns' ? { host: rest, serverName: undefined } : splitServerName(rest);
  const certificateName = serverName === undefined ? undefined : readServerName(token, serverName, problems);
  if (serverName !== undefined && certificateName === undefined) return undefined;
  const named = certificateName === undefined ? {} : { serverName: certificateName };
  const wrongPort = `the port of ${quote(token.text)} must be between 1 and 65535`;
  const upstream = parseUpstream(host, protocol);
  if (upstream === 'port') return report(wrongPort);
  if (upstream !== undefined) {
    if (!isUnspecified(upstream.address)) return { kind: 'address', upstream: { ...upstream, ...named } };
    return report(`${quote(token.text)} is the unspecified address; expected the address of one server`);
  }
  const file = scheme === undefined ? readFile(token, context) : undefined;
  if (typeof file === 'object') return file;
  const server = parseHostName(host, protocol);
  if (typeof server === 'object') return { kind: 'name', server: { ...server, ...named } };
  if (server === 'port') return report(wrongPort);
  if (file === undefined || !token.text.includes('/')) return report(`expected ${examples}, found ${quote(rest)}`);
  problems.error('COREFILE_FILE', token.position, `cannot read ${quote(token.text)}: ${file}`);
  return undefined;
}

/** The file with its text, or why it cannot be read. */
function readFile({ text: path }: Token, context: ParseContext): ReadTarget | string {
  try {
    return { kind: 'file', path, text: context.readFile(path, true) };
  } catch (error) {
    return errorMessage(error);
  }
}
