import { familyOf, formatAddress, parseAddress } from '../../wire/address.ts';
import { hasPrefix, type Network } from '../../wire/network.ts';

/** Host bits that are used of a range: a position must be a safe integer, and more than 2^40 hosts there never are. */
const maxHostBits = 40;

interface Range {
  readonly network: Network;
  /** The position of its first usable address. */
  readonly start: number;
  /** What is added to the network's address for it. */
  readonly firstOffset: number;
  readonly count: number;
}

/**
 * The usable addresses of ranges of one family that do not overlap, numbered from 0 in order of the ranges. Of a range
 * the first address (the network, or in IPv6 the routers' anycast address) and in IPv4 the last one (broadcast) are not
 * used, unless it has no more than two addresses (RFC 3021).
 */
export class AddressSpace {
  readonly family: 4 | 6;
  readonly size: number;
  readonly #ranges: readonly Range[];

  constructor(family: 4 | 6, networks: readonly Network[]) {
    this.family = family;
    const octetCount = family === 4 ? 4 : 16;
    const ranges: Range[] = [];
    let size = 0;
    for (const network of networks) {
      if (network.octets.length !== octetCount) continue;
      const hostBits = 8 * octetCount - network.prefixLength;
      const firstOffset = hostBits > 1 ? 1 : 0;
      const lastOffset = 2 ** Math.min(hostBits, maxHostBits) - (hostBits > 1 && family === 4 ? 2 : 1);
      const count = lastOffset - firstOffset + 1;
      ranges.push({ network, start: size, firstOffset, count });
      size += count;
    }
    this.#ranges = ranges;
    this.size = size;
  }

  /** The canonical address at a position below `size`. */
  addressAt(position: number): string {
    const range = this.#ranges.find(({ start, count }) => position < start + count);
    if (range === undefined) throw new RangeError(`position ${position} of ${this.size}`);
    const octets = range.network.octets.slice();
    let offset = position - range.start + range.firstOffset;
    for (let i = octets.length - 1; offset > 0; i--) {
      octets[i]! |= offset % 256;
      offset = Math.floor(offset / 256);
    }
    return formatAddress(octets);
  }

  /** The position of a canonical address, `undefined` where it is not a usable one of these ranges. */
  positionOf(address: string): number | undefined {
    if (familyOf(address) !== this.family) return undefined;
    const octets = parseAddress(address)!;
    for (const { network, start, firstOffset, count } of this.#ranges) {
      if (!hasPrefix(octets, 0, network)) continue;
      // Above 2^53 the sum is not exact, but still far above `count`.
      let offset = 0;
      for (let i = 0; i < octets.length; i++) offset = offset * 256 + (octets[i]! ^ network.octets[i]!);
      const index = offset - firstOffset;
      return index >= 0 && index < count ? start + index : undefined;
    }
    return undefined;
  }
}
