import { parseAddress } from '../wire/address.ts';
import { parseNetwork } from '../wire/network.ts';
import type { Key, Scheme, Token } from './ast.ts';
import type { Problems } from './problem.ts';
import { quote } from './quote.ts';
import { reverseZones } from './reverse-zone.ts';
import { didYouMean } from './suggest.ts';
import { normalizeZone } from './zone.ts';

const schemes: readonly Scheme[] = ['dns', 'tls', 'quic', 'https', 'https3', 'grpc'];

const maxPort = 65_535;

/**
 * Reads one written server block key, `[SCHEME://]ZONE[:PORT]` or `[SCHEME://]ADDRESS/LENGTH[:PORT]`.
 * The latter gives the reverse zones of the network, up to 128 keys. The port is 0..65535 (0: any free one), or
 * `undefined` for the scheme's own. On COREFILE_KEY the result is empty.
 * Follows CoreDNS's `plugin/normalize.go`, but refuses what can only be a slip there: a last colon without a number,
 * an address without its length, an unknown scheme.
 */
export function parseKey(token: Token, problems: Problems): Key[] {
  const { text, position } = token;
  const fail = (message: string): [] => {
    problems.error('COREFILE_KEY', position, message);
    return [];
  };

  const withScheme = /^([^/:]*):\/\/(.*)$/s.exec(text);
  const writtenScheme = withScheme?.[1] ?? 'dns';
  const scheme = schemes.find((each) => each === writtenScheme.toLowerCase());
  if (scheme === undefined) {
    const suggestion = didYouMean(writtenScheme, schemes) || `; expected one of ${schemes.join(', ')}`;
    return fail(`unknown scheme ${quote(`${writtenScheme}://`)} of key ${quote(text)}${suggestion}`);
  }
  const rest = withScheme?.[2] ?? text;

  const bare = bareIpv6(rest);
  if (bare !== undefined) {
    return fail(`key ${quote(text)} is an address and no zone; for its reverse zone write '${bare}/128'`);
  }
  const split = splitPort(rest);
  if ('reason' in split) return fail(`key ${quote(text)}: ${split.reason}`);
  const { host, port } = split;
  if (host === '') {
    const written = text.slice(0, text.length - rest.length);
    return fail(`key ${quote(text)} has no zone; did you mean ${quote(`${written}.${rest}`)}?`);
  }

  const zones = zonesOf(host);
  if ('reason' in zones) return fail(`key ${quote(text)}: ${zones.reason}`);
  if (/(?:^|[^\\]),/.test(host)) {
    problems.warning('COREFILE_KEY', position, `key ${quote(text)} is one zone; two need a space after the comma`);
  }
  if (parseAddress(host)) {
    const network = `${host}/32`;
    const meaning = `is taken as a zone name; for its reverse zone write '${network}', to listen on it use bind`;
    problems.warning('COREFILE_KEY', position, `key ${quote(text)} ${meaning}`);
  }
  return zones.zones.map((zone) => ({ scheme, zone, port, position, text }));
}

/**
 * The zones that one word names: itself in normal form, or the reverse zones of `ADDRESS/LENGTH`. The reason is to be
 * put after "WORD: ". Lengths of 0 and networks that begin in `:` or `0` (IPv6) are refused, as in CoreDNS.
 */
export function zonesOf(host: string): { readonly zones: string[] } | { readonly reason: string } {
  const slash = host.indexOf('/');
  // RFC 2317 zones have a slash too (`0/25.2.0.192.in-addr.arpa`), but no whole address before it.
  const looksLikeNetwork = slash !== -1 && parseAddress(host.slice(0, slash)) && /^\d*$/.test(host.slice(slash + 1));
  if (looksLikeNetwork) {
    const network = parseNetwork(host);
    const refused = network?.octets.length === 16 && /^[:0]/.test(host);
    if (network === undefined || network.prefixLength === 0 || refused) {
      const lengths = host.includes(':') ? '1..128' : '1..32';
      const why = refused
        ? 'an IPv6 network may not begin with 0 or a colon'
        : `the length after the slash must be ${lengths}`;
      return { reason: `invalid CIDR '${host}': ${why}` };
    }
    return { zones: reverseZones(network) };
  }
  const result = normalizeZone(host);
  if ('reason' in result) return { reason: `${quote(host)} is not a zone name: ${result.reason}` };
  return { zones: [result.zone] };
}

/** The address when the text is an IPv6 address without length: its last group would read as a port otherwise. */
function bareIpv6(text: string): string | undefined {
  const inner = /^\[([^\]]*)\](?::\d*)?$/.exec(text)?.[1] ?? text;
  return parseAddress(inner)?.length === 16 ? inner : undefined;
}

type SplitKey = { readonly host: string; readonly port: number | undefined } | { readonly reason: string };

function splitPort(text: string): SplitKey {
  // The colons of an IPv6 network end at its slash.
  const slash = text.indexOf('/');
  const isIpv6Network = slash !== -1 && parseAddress(text.slice(0, slash))?.length === 16;
  const searchFrom = isIpv6Network ? slash : 0;
  const colon = lastColon(text, searchFrom);
  if (colon === -1) return { host: text, port: undefined };
  const host = text.slice(0, colon);
  const portText = text.slice(colon + 1);
  if (portText === '') return { reason: 'expected a port after the last colon' };
  if (!/^\d+$/.test(portText)) return { reason: `expected a port after the last colon, found ${quote(portText)}` };
  const port = Number(portText);
  if (port > maxPort) return { reason: `port ${quote(portText)} is not in 0..${maxPort}` };
  if (lastColon(host, searchFrom) !== -1) {
    return { reason: `${quote(host)} has a colon in it; only one, before the port, may stand in a key` };
  }
  return { host, port };
}

/** The last colon from `start` on that no backslash escapes, or -1. */
function lastColon(text: string, start: number): number {
  let last = -1;
  for (let index = start; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === ':') last = index;
  }
  return last;
}
