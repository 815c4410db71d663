import type { Token } from '../../../corefile/ast.ts';
import type { Problems } from '../../../corefile/problem.ts';
import { quote } from '../../../corefile/quote.ts';
import { isUnspecified, parseUpstream } from './upstream-address.ts';
import type { UpstreamAddress } from '../config.ts';

/** What a list of servers from a file has to fit. */
export interface ResolvConfLimits {
  /** Servers that may still be taken. */
  readonly count: number;
  /** The line's `source_address`. */
  readonly sourceAddress: string | undefined;
}

/**
 * The servers of a file in the form of resolv.conf: its `nameserver` lines, one address each. The file is written by others
 * (DHCP, the node's resolver), so a line that cannot be used is a warning with its place, and the others count. Reports
 * COREFILE_FILE as an error at `token`, which names the file, where no line is left.
 */
export function readResolvConf(
  token: Token,
  text: string,
  limits: ResolvConfLimits,
  problems: Problems,
): UpstreamAddress[] {
  const file = token.text;
  const upstreams: UpstreamAddress[] = [];
  for (const [index, whole] of text.split(/\r\n|\r|\n/).entries()) {
    // `trim` takes a byte order mark away as well.
    const line = whole.replace(/[#;].*/, '').trim();
    const [keyword, server, ...more] = line.split(/\s+/);
    if (keyword !== 'nameserver') continue;
    const position = { file, line: index + 1, column: whole.indexOf(server ?? keyword) + 1 };
    const warn = (message: string): void => problems.warning('COREFILE_FILE', position, message);
    const found = server === undefined ? 'nothing' : quote(server);
    const upstream = server === undefined ? undefined : parseUpstream(server);
    if (upstream === undefined) warn(`expected the IP address of one server, found ${found}; the line is left out`);
    else if (upstream === 'port') warn(`the port of ${found} must be between 1 and 65535; the line is left out`);
    else if (isUnspecified(upstream.address)) warn(`${found} is the unspecified address; the line is left out`);
    else if (isOtherFamily(upstream, limits.sourceAddress)) {
      warn(`${found} cannot be reached from source_address ${limits.sourceAddress}; the line is left out`);
    } else if (upstreams.length >= limits.count) {
      warn(`forward takes no more servers than it has by now; ${found} is left out`);
    } else {
      if (more.length > 0) warn(`expected one address, found ${more.length + 1}; only ${found} is taken`);
      upstreams.push(upstream);
    }
  }
  if (upstreams.length === 0) {
    problems.error('COREFILE_FILE', token.position, `${quote(file)} has no line 'nameserver ADDRESS' that can be used`);
  }
  return upstreams;
}

function isOtherFamily({ family }: UpstreamAddress, sourceAddress: string | undefined): boolean {
  return sourceAddress !== undefined && sourceAddress.includes(':') !== (family === 6);
}
