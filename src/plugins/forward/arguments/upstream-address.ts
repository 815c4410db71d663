import { familyOf, normalizeAddress } from '../../../wire/address.ts';
import { defaultPorts, type Protocol, type UpstreamAddress } from '../config.ts';

/**
 * `IP`, `IP:PORT` or `[IPV6]:PORT`; `'port'` where the port is none, `undefined` where it is no address. The port is that of the
 * protocol unless it says another.
 */
export function parseUpstream(text: string, protocol: Protocol = 'dns'): UpstreamAddress | 'port' | undefined {
  const whole = parseAddress(text, protocol, defaultPorts[protocol]);
  if (whole !== undefined) return whole;
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(text) ?? [];
  const number = port === undefined ? defaultPorts[protocol] : Number(port);
  const upstream = parseAddress(bracketed ?? plain ?? '', protocol, number);
  if (upstream === undefined || (bracketed !== undefined && upstream.family === 4)) return undefined;
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || upstream.port < 1 || upstream.port > 65_535)) return 'port';
  return upstream;
}

/** An IPv6 address may have a zone (RFC 4007 section 11): `fe80::1%eth0`. */
function parseAddress(text: string, protocol: Protocol, port: number): UpstreamAddress | undefined {
  const [, bare = '', zone = ''] = /^([^%]*)(%[\w.-]+)?$/.exec(text) ?? [];
  const address = normalizeAddress(bare);
  if (address === undefined || (zone !== '' && familyOf(address) === 4)) return undefined;
  return { protocol, address: address + zone, port, family: familyOf(address) };
}

/** 0.0.0.0 or ::, which is nobody's address. */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === '::ffff:0.0.0.0' || address.startsWith('::%');
}
