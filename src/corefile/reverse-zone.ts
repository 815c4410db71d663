import type { Network } from '../wire/network.ts';

/**
 * The reverse zones that cover a network, in ascending order: one, or up to 128 (IPv4) or 8 (IPv6) when the prefix
 * does not end on an octet or nibble: `10.0.0.0/15` gives `0.10.in-addr.arpa.` and `1.10.in-addr.arpa.`
 * (RFC 1035 section 3.5, RFC 3596 section 2.5). The prefix length must not be 0: that would be all of the tree.
 */
export function reverseZones(network: Network): string[] {
  const isIpv4 = network.octets.length === 4;
  const bitsPerLabel = isIpv4 ? 8 : 4;
  const octets = [...network.octets];
  const units = isIpv4 ? octets : octets.flatMap((octet) => [octet >> 4, octet & 0xf]);
  const labelCount = Math.ceil(network.prefixLength / bitsPerLabel);
  const zoneCount = 2 ** (labelCount * bitsPerLabel - network.prefixLength);
  const fixed = units.slice(0, labelCount - 1).reverse();
  const firstOfLast = units[labelCount - 1] ?? 0;
  const suffix = isIpv4 ? 'in-addr.arpa.' : 'ip6.arpa.';
  return Array.from({ length: zoneCount }, (_, step) =>
    [firstOfLast + step, ...fixed]
      .map((unit) => unit.toString(isIpv4 ? 10 : 16))
      .concat(suffix)
      .join('.'),
  );
}
