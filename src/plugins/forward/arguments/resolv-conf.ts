import { quote } from '../../../corefile/quote.ts';
import type { FileServers, ResolverOptions, UpstreamAddress } from '../config.ts';
import { isUnspecified, parseUpstream } from './upstream-address.ts';

/** Where something stands in the file. Both begin at 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What a file in the form of resolv.conf says. */
export interface ResolvConf {
  /** Its `nameserver` lines, one address each. */
  readonly servers: readonly { readonly upstream: UpstreamAddress; readonly text: string; readonly place: Place }[];
  readonly options: ResolverOptions;
}

const maxTimeoutS = 30;
const maxAttempts = 5;

/**
 * Reads the text of a file in the form of resolv.conf. It is written by others (DHCP, the node's resolver), so a line that
 * cannot be used is told to `warn`, and the others count. The servers must be of the family of `sourceAddress`.
 */
export function parseResolvConf(
  text: string,
  sourceAddress: string | undefined,
  warn: (place: Place, message: string) => void,
): ResolvConf {
  const servers: ResolvConf['servers'][number][] = [];
  let options: ResolverOptions = {};
  for (const [index, whole] of text.split(/\r\n|\r|\n/).entries()) {
    // `trim` takes a byte order mark away as well.
    const [keyword = '', ...words] = whole
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    const place = { line: index + 1, column: whole.indexOf(words[0] ?? keyword) + 1 };
    const report = (message: string): void => warn(place, message);
    if (keyword === 'options') options = { ...options, ...readOptions(words, report) };
    if (keyword !== 'nameserver') continue;
    const upstream = readServer(words, sourceAddress, report);
    if (upstream) servers.push({ upstream, text: words[0]!, place });
  }
  return { servers, options };
}

/** What it says as plain data. */
export function fileServers({ servers, options }: ResolvConf): FileServers {
  return { upstreams: servers.map(({ upstream }) => upstream), options };
}

function readServer(
  [server, ...more]: readonly string[],
  sourceAddress: string | undefined,
  warn: (message: string) => void,
): UpstreamAddress | undefined {
  const found = server === undefined ? 'nothing' : quote(server);
  const upstream = server === undefined ? undefined : parseUpstream(server);
  if (upstream === undefined) warn(`expected the IP address of one server, found ${found}; the line is left out`);
  else if (upstream === 'port') warn(`the port of ${found} must be between 1 and 65535; the line is left out`);
  else if (isUnspecified(upstream.address)) warn(`${found} is the unspecified address; the line is left out`);
  else if (isOtherFamily(upstream, sourceAddress)) {
    warn(`${found} cannot be reached from source_address ${sourceAddress}; the line is left out`);
  } else {
    if (more.length > 0) warn(`expected one address, found ${more.length + 1}; only ${found} is taken`);
    return upstream;
  }
  return undefined;
}

/** Whether it cannot be reached from there, as one is IPv4 and one IPv6. */
export function isOtherFamily({ family }: UpstreamAddress, sourceAddress: string | undefined): boolean {
  return sourceAddress !== undefined && sourceAddress.includes(':') !== (family === 6);
}

/** Options that say nothing of how servers are asked (`ndots`, `edns0` and others) are passed over. */
function readOptions(words: readonly string[], warn: (message: string) => void): ResolverOptions {
  let options: ResolverOptions = {};
  for (const word of words) {
    const [name = '', value] = word.split(/:(.*)/);
    const capped = (max: number): number | undefined => {
      const number = /^\d{1,9}$/.test(value ?? '') ? Number(value) : 0;
      if (number >= 1) return Math.min(number, max);
      warn(`expected ${name}: and a number from 1 to ${max}, found ${quote(word)}; it is left out`);
      return undefined;
    };
    if (name === 'timeout') {
      const seconds = capped(maxTimeoutS);
      if (seconds !== undefined) options = { ...options, timeoutMs: seconds * 1000 };
    } else if (name === 'attempts') {
      const attempts = capped(maxAttempts);
      if (attempts !== undefined) options = { ...options, attempts };
    } else if (word === 'rotate') options = { ...options, rotate: true };
    else if (word === 'use-vc') options = { ...options, useTcp: true };
  }
  return options;
}
