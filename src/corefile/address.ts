import { isIP } from 'node:net';

export interface IpAddress {
  readonly family: 4 | 6;
  /** 4 or 16 octets, network order. */
  readonly octets: readonly number[];
}

export interface Network extends IpAddress {
  /** 0..32 or 0..128; the octets are masked to it. */
  readonly prefixLength: number;
}

/** Reads an IPv4 or IPv6 address without zone (`%eth0`); `undefined` when it is none. Never throws. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const family = text.includes('%') ? 0 : isIP(text);
  if (family === 4) return { family, octets: text.split('.').map(Number) };
  if (family === 6) return { family, octets: parseIpv6(text) };
  return undefined;
}

/**
 * Reads `ADDRESS/LENGTH` (a bare address counts as its full length) and clears the host bits, as Go's
 * `net.ParseCIDR` does for its network. `undefined` when it is not of that form or the length is too large.
 */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const address = parseIpAddress(slash === -1 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = address.octets.length * 8;
  if (slash === -1) return { ...address, prefixLength: bits };
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
  const prefixLength = Number(length);
  return { family: address.family, octets: mask(address.octets, prefixLength), prefixLength };
}

/** The canonical text of an address: dotted decimal, or RFC 5952 section 4 and 5 for IPv6. */
export function formatIpAddress(address: IpAddress): string {
  if (address.family === 4) return address.octets.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => address.octets[2 * i]! * 256 + address.octets[2 * i + 1]!);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${address.octets.slice(12).join('.')}`;
  }
  const zeros = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.length < 2) return hex.join(':');
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`;
}

function mask(octets: readonly number[], prefixLength: number): number[] {
  return octets.map((octet, index) => {
    const kept = Math.min(8, Math.max(0, prefixLength - 8 * index));
    return octet & (0xff00 >> kept) & 0xff;
  });
}

/** `text` is known to be an IPv6 address. */
function parseIpv6(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const before = groupOctets(head);
  const after = groupOctets(tail ?? '');
  return [...before, ...Array.from({ length: 16 - before.length - after.length }, () => 0), ...after];
}

function groupOctets(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  });
  return best;
}
