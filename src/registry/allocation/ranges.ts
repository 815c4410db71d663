import { parseNetwork, type Network } from '../../corefile/address.ts';
import { reverseZones } from '../../corefile/reverse-zone.ts';
import { parseCidr } from '../../wire/address.ts';

/** Istio's ranges for automatic addresses, of both schemes. */
export const defaultRanges: readonly string[] = Object.freeze(['240.240.0.0/16', '2001:2::/48']);

/**
 * The networks of CIDRs, with host bits cleared and a range of IPv4-mapped addresses as the IPv4 range that it is. What
 * lies within another is left out, so that no address is in two. Text that is no CIDR is passed over: whoever reads the
 * configuration reports it.
 */
export function networksOf(cidrs: readonly string[]): readonly Network[] {
  const networks = cidrs.flatMap((text) => {
    const cidr = parseCidr(text);
    const network = cidr && parseNetwork(`${cidr.address}/${cidr.prefixLength}`);
    return network ? [network] : [];
  });
  return networks.filter((network, index) => {
    const isCovered = (other: Network, at: number): boolean =>
      at !== index && contains(other, network) && (!contains(network, other) || at < index);
    return !networks.some(isCovered);
  });
}

/**
 * The reverse zones that cover the ranges, absolute and in lower case: unknown addresses there get NXDOMAIN
 *. A range that does not end on an octet or, in IPv6, on a nibble has several, at most 128;
 * together they hold just its addresses, so that none is below another.
 */
export function reverseZonesOfRanges(cidrs: readonly string[]): readonly string[] {
  return networksOf(cidrs).flatMap(zonesOf);
}

function zonesOf(network: Network): string[] {
  if (network.prefixLength === 0) return [network.family === 4 ? 'in-addr.arpa.' : 'ip6.arpa.'];
  return reverseZones(network);
}

function contains(outer: Network, inner: Network): boolean {
  if (outer.family !== inner.family || outer.prefixLength > inner.prefixLength) return false;
  return hasPrefix(inner.octets, outer);
}

/** Whether the address of these octets, of the same family, lies in the network. */
export function hasPrefix(octets: ArrayLike<number>, { octets: prefix, prefixLength }: Network): boolean {
  for (let i = 0; i * 8 < prefixLength; i++) {
    const mask = (0xff00 >> Math.min(8, prefixLength - i * 8)) & 0xff;
    if (((octets[i]! ^ prefix[i]!) & mask) !== 0) return false;
  }
  return true;
}
