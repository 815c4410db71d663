import { formatAddress, isMapped, mappedSize, parseAddress, unmapped } from './address.ts';

/** A network as configuration has it, plain data: canonical text, host bits cleared, a length of 0..32 or 0..128. */
export interface Cidr {
  readonly address: string;
  readonly prefixLength: number;
  readonly family: 4 | 6;
}

/** A network to compute with. */
export interface Network {
  /** 4 or 16, in network order; host bits are cleared. */
  readonly octets: Uint8Array;
  /** 0..32 or 0..128. */
  readonly prefixLength: number;
}

/**
 * Reads `ADDRESS/LENGTH` (a bare address counts as its full length) and clears the host bits, as Go's `net.ParseCIDR` does for
 * its network. `undefined` where it is not of that form or the length is too large.
 */
export function parseNetwork(text: string): Network | undefined {
  const [, address = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const octets = parseAddress(address);
  return octets && networkOf(octets, length === undefined ? octets.length * 8 : Number(length));
}

/**
 * Reads `ADDRESS/LENGTH` as a ServiceEntry has it: the length must be there, without leading zeros, and a range of IPv4-mapped
 * addresses is the IPv4 range.
 */
export function parseCidr(text: string): Network | undefined {
  const [, address = '', length] = /^([^/]*)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const written = parseAddress(address);
  if (written === undefined) return undefined;
  const octets = unmapped(written);
  return networkOf(octets, Number(length) - 8 * (written.length - octets.length));
}

/** The network of a `Cidr`; a range of IPv4-mapped addresses is the IPv4 range. */
export function networkOfCidr({ address, prefixLength }: Cidr): Network {
  return parseCidr(`${address}/${prefixLength}`)!;
}

/** The plain data of a network. */
export function cidrOf({ octets, prefixLength }: Network): Cidr {
  return { address: formatAddress(octets), prefixLength, family: octets.length === 4 ? 4 : 6 };
}

/** Whether the network holds the address that begins at `at`, which is of its family. */
export function hasPrefix(octets: Uint8Array, at: number, { octets: prefix, prefixLength }: Network): boolean {
  const whole = prefixLength >> 3;
  for (let i = 0; i < whole; i++) if (octets[at + i] !== prefix[i]) return false;
  const rest = prefixLength & 7;
  return rest === 0 || (octets[at + whole]! ^ prefix[whole]!) >> (8 - rest) === 0;
}

/** Whether the network holds the address of 16 octets at `at`, where IPv4 addresses are mapped: `::/0` holds none of these. */
export function holdsMapped(network: Network, octets: Uint8Array, at: number): boolean {
  const isIpv4 = network.octets.length === 4;
  if (isIpv4 !== isMapped(octets, at)) return false;
  return hasPrefix(octets, isIpv4 ? at + mappedSize - 4 : at, network);
}

function networkOf(octets: Uint8Array, prefixLength: number): Network | undefined {
  if (prefixLength < 0 || prefixLength > octets.length * 8) return undefined;
  const masked = octets.map((octet, i) => octet & (0xff00 >> Math.min(8, Math.max(0, prefixLength - 8 * i))) & 0xff);
  return { octets: masked, prefixLength };
}
