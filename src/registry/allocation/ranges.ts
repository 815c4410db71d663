import { reverseZones } from '../../corefile/reverse-zone.ts';
import { hasPrefix, parseCidr, type Network } from '../../wire/network.ts';

/** Istio's ranges for automatic addresses, of both schemes. */
export const defaultRanges: readonly string[] = Object.freeze(['240.240.0.0/16', '2001:2::/48']);

/**
 * The networks of CIDRs, with host bits cleared and a range of IPv4-mapped addresses as the IPv4 range that it is. What
 * lies within another is left out, so that no address is in two. Text that is no CIDR is passed over: whoever reads the
 * configuration reports it.
 */
export function networksOf(cidrs: readonly string[]): readonly Network[] {
  const networks = cidrs.flatMap((text) => parseCidr(text) ?? []);
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
  if (network.prefixLength === 0) return [network.octets.length === 4 ? 'in-addr.arpa.' : 'ip6.arpa.'];
  return reverseZones(network);
}

function contains(outer: Network, inner: Network): boolean {
  if (outer.octets.length !== inner.octets.length || outer.prefixLength > inner.prefixLength) return false;
  return hasPrefix(inner.octets, 0, outer);
}
